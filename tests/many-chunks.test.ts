import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";
import { openStorage, openStorageSync, slice } from "@hdfive/core";
import { FileStorage } from "@hdfive/node-fs";
import { CountingStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PythonSession } from "./interop/python-session.js";
import { ScratchFolder } from "./interop/scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./interop/tools.js";
import type { Taken } from "./many-chunks/read-all.js";
import { buildProgram } from "./program.js";

const MIB = 2 ** 20;
const KINDS = ["btree1", "farray", "earray", "btree2"] as const;
const MINUTES = 60_000;

beforeAll(reportMissingTools);

const [python] = PYTHONS;
const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** Opens a file over a storage that counts. */
async function counted(path: string) {
  const storage = new CountingStorage(await FileStorage.open(path));
  return { storage, file: await openStorage(storage, "r") };
}

describe.runIf(python !== undefined)("a million chunks", () => {
  const places = new Map<string, readonly (readonly [number, number])[]>();
  let program: string;

  beforeAll(async () => {
    if (python === undefined) {
      return;
    }
    // One Python for each file: they take a while.
    const sessions = KINDS.map(() => new PythonSession(python));
    await Promise.all(
      KINDS.map(async (kind, i) => {
        const path = folder.file(`many ${kind}.h5`);
        places.set(kind, await (sessions[i] as PythonSession).ask("make_many_chunks", { path, kind }));
      }),
    );
    for (const session of sessions) {
      session.close();
    }
    program = await buildProgram("tests/many-chunks/read-all.ts", folder.path);
  }, 5 * MINUTES);

  test.each(KINDS)("of an index of kind %s: one of them costs a few small reads", async (kind) => {
    const { storage, file } = await counted(folder.file(`many ${kind}.h5`));
    const dataset = await file.getDataset("x");
    const one = kind === "btree2" ? [456, 789] : [456_789];
    expect((await dataset.read(one)).item()).toBe(101);
    const { reads, bytesRead } = storage.counts;
    expect(reads).toBeLessThanOrEqual(12);
    expect(bytesRead).toBeLessThanOrEqual(256 * 1024);
    await file.close();
  });

  test.each(KINDS)(
    "of an index of kind %s: all of them are read in little more memory than the result",
    (kind) => {
      const said = execFileSync(process.execPath, [program, folder.file(`many ${kind}.h5`)], { encoding: "utf8" });
      const { grown, found } = JSON.parse(said) as Taken;
      expect(found).toEqual(places.get(kind));
      expect(grown).toBeLessThanOrEqual(4 * MIB + 256 * MIB);
    },
    MINUTES,
  );

  test.each(KINDS)(
    "of an index of kind %s: those that a part touches are listed without reading the others",
    async (kind) => {
      const { storage, file } = await counted(folder.file(`many ${kind}.h5`));
      const dataset = await file.getDataset("x");
      const part = kind === "btree2" ? [slice(700, 710), slice(100, 200)] : [slice(700_100, 701_100)];
      let count = 0;
      for await (const batch of dataset.chunkInfo(part)) {
        expect(batch.length).toBeLessThanOrEqual(1024);
        count += batch.length;
      }
      expect(count).toBe(1000);
      expect(storage.counts.bytesRead).toBeLessThanOrEqual(MIB);
      await file.close();
    },
  );
});

describe.runIf(python?.label === "newest h5py")("chunks of more than 4 GiB", () => {
  test("are read in the parts that are wanted", async () => {
    const session = new PythonSession(python as NonNullable<typeof python>);
    const path = folder.file("large.h5");
    const side: number = await session.ask("make_large_chunks", { path });
    session.close();
    const { storage, file } = await counted(path);
    for (const kind of ["single", "earray", "btree2", "implicit"]) {
      const dataset = await file.getDataset(kind);
      expect((await dataset.info()).chunkIndex).toBe(kind);
      expect(dataset.chunks?.at(-1)).toBe(side);
      const row = dataset.rank === 1 ? [] : [1];
      const whole = dataset.rank === 1 ? [] : [slice()];
      const { data } = await dataset.read([...row, slice(3, 10)]);
      expect([...(data as Uint8Array)]).toEqual([0, 0, 1, 2, 3, 0, 0]);
      expect([...((await dataset.read([...row, slice(side - 4, side)])).data as Uint8Array)]).toEqual([0, 0, 9, 9]);
      const far = await dataset.read([...whole, slice(5, side, side - 6)]);
      expect([...(far.data as Uint8Array)].slice(-2)).toEqual([1, 9]);
      const listed = await dataset.read([...row, [0, 6, 2 ** 31, side - 1]]);
      expect([...(listed.data as Uint8Array)]).toEqual([0, 2, 0, 9]);
    }
    expect(storage.counts.bytesRead).toBeLessThanOrEqual(24 * MIB);
    await file.close();
  });
});

describe.runIf(python !== undefined)("a terabyte of which four chunks are stored", () => {
  beforeAll(async () => {
    if (python === undefined) {
      return;
    }
    const session = new PythonSession(python);
    for (const kind of KINDS) {
      await session.ask("make_sparse", { path: folder.file(`sparse ${kind}.h5`), kind });
    }
    session.close();
  }, MINUTES);

  test.each(KINDS)("and a %s finds: a slice costs its own chunks", async (kind) => {
    const path = folder.file(`sparse ${kind}.h5`);
    expect(statSync(path).size).toBeLessThanOrEqual(24 * MIB);
    const { storage, file } = await counted(path);
    const dataset = await file.getDataset("x");
    expect(dataset.shape).toEqual([131_072, 1_048_576]);
    const values = await dataset.read([slice(63_999, 64_002), slice(2048 * 300 - 1, 2048 * 301 + 2)]);
    const row = 64_000;
    expect(values.shape).toEqual([3, 2051]);
    expect([...(values.data as Float64Array).entries()].filter(([, value]) => value !== 1.5)).toEqual([
      [2051 + 1, row + 2048 * 300],
      [2051 + 2049, row + 2048 * 301],
    ]);
    expect(storage.counts.bytesRead).toBeLessThanOrEqual(2 * MIB + 512 * 1024);
    await file.close();
  });

  test.each(KINDS)("and a %s finds: a million places cost the four chunks that are there", async (kind) => {
    const { storage, file } = await counted(folder.file(`sparse ${kind}.h5`));
    const dataset = await file.getDataset("x");
    const values = await dataset.read([slice(0, null, 64), slice(0, null, 2048)]);
    expect(values.shape).toEqual([2048, 512]);
    expect([...(values.data as Float64Array).entries()].filter(([, value]) => value !== 1.5)).toEqual([
      [0, 0],
      [1000 * 512 + 300, 64_000 + 2048 * 300],
      [1000 * 512 + 301, 64_000 + 2048 * 301],
    ]);
    const { reads, bytesRead } = storage.counts;
    expect(reads).toBeLessThanOrEqual(100);
    expect(bytesRead).toBeLessThanOrEqual(5 * MIB);
    await file.close();
  });

  test("and the storage answers at once: more places than one operation may look at are read", () => {
    const file = openStorageSync(FileStorage.openSync(folder.file("sparse farray.h5")), "r", {
      limits: { work: 100_000 },
    });
    const values = file.getDatasetSync("x").readSync([slice(0, null, 64), slice(0, null, 2048)], { as: "float32" });
    expect((values.data as Float32Array)[1000 * 512 + 301]).toBe(Math.fround(64_000 + 2048 * 301));
    file.closeSync();
  });
});
