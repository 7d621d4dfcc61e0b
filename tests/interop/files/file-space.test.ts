import { execFileSync } from "node:child_process";
import {
  type CheckedSpace,
  checkSync,
  type File,
  type FileSpaceOptions,
  MemoryStorage,
  openStorage,
} from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "../describe.js";
import { describeImage, editImage, sound } from "../image.js";
import { PythonSession } from "../python-session.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

const WITH_HOLES = `
import sys, h5py, numpy as np
path, low, strategy = sys.argv[1:]
with h5py.File(path, 'w', libver=(low, 'latest'), fs_strategy=strategy, fs_persist=True, fs_threshold=1) as f:
    for i in range(12):
        f.create_dataset(f'd{i}', data=np.arange(3000) + i)
        f.create_group(f'g{i}')
    for i in range(0, 12, 3):
        del f[f'd{i}'], f[f'g{i}']
`;
/** Fills holes that the lists of a file offer: data of the size of what was deleted, and groups. */
const FILL_HOLES = `
import sys, json, h5py, numpy as np
path, name = sys.argv[1:]
with h5py.File(path, 'r+') as f:
    data = f.create_dataset(name, data=np.arange(3000))
    f.create_group(name + ' group').attrs['a'] = 1
    print(json.dumps(dict(offset=data.id.get_offset(), size=data.id.get_storage_size())))
`;
/** What libhdf5 may put behind the end: a block of metadata; 1.10 the lists, in pages of their own. */
const GROWTH = { fsm: 2048, page: 6 * 4096 };
const PAGE = 4096;
const STRATEGIES: readonly FileSpaceOptions[] = [
  { strategy: "page" },
  { strategy: "page", pageSize: 512 },
  { strategy: "aggregate" },
  { strategy: "none", threshold: 10 },
  { strategy: "fsm", threshold: 100 },
];
const LIBVERS = ["earliest", "v108", "v110", "latest"] as const;
const cases = STRATEGIES.flatMap((fileSpace) => LIBVERS.map((libver) => ({ ...fileSpace, libver })));

async function fill(file: File): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await file.createGroup(`groups/g${i}`);
  }
  await file.createDataset("small", { data: new Int32Array(40).fill(5) });
  await file.createDataset("large", { data: new Float64Array(3000).fill(1.5) });
  await file.createDataset("chunked", { data: new Int16Array(5000), chunks: [100], maxShape: [null], compression: 1 });
  await file.createDataset("texts", { data: Array.from({ length: 300 }, (_, i) => `text ${i}`) });
  await file.attrs.set("note", "a note");
}

async function churn(file: File): Promise<void> {
  await file.delete("small");
  await file.delete("large");
  await file.createDataset("large", { data: new Float64Array(2000).fill(2.5) });
  await (await file.getDataset("chunked")).append(new Int16Array(700).fill(9));
  await file.delete("groups/g7");
  await file.createDataset("groups/g8/more", { data: [1, 2, 3] });
}

/** What the bytes of a file are for. */
function spaceOf(image: Uint8Array<ArrayBuffer>): CheckedSpace {
  return checkSync(new MemoryStorage(image)).space;
}

async function made({ libver, ...fileSpace }: (typeof cases)[number]): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", { libver, fileSpace });
  await fill(file);
  await file.flush();
  await churn(file);
  await file.close();
  return sound(storage.image());
}

describe("files with a way to hand out space", () => {
  it.each(cases)("are made as asked for: $strategy $pageSize $threshold $libver", async (one) => {
    const { strategy, pageSize = PAGE, threshold = 1 } = one;
    const image = await made(one);
    const file = await openStorage(new MemoryStorage(image));
    const { fileSpace, superblockVersion } = await file.info();
    const names = { fsm: "fsm-aggr", page: "page", aggregate: "aggr", none: "none" };
    expect(fileSpace).toEqual({ strategy: names[strategy ?? "fsm"], persist: false, threshold, pageSize });
    expect(superblockVersion).toBeGreaterThanOrEqual(2);
    await file.close();
    if (strategy === "page") {
      expect(image.length % pageSize).toBe(0);
    }
  });

  it("have the size of h5py's when they are empty", async () => {
    for (const [strategy, libver, size] of [
      ["page", "earliest", 4096],
      ["page", "latest", 4096],
      ["aggregate", "earliest", 808],
      ["none", "earliest", 808],
    ] as const) {
      const storage = new MemoryStorage();
      await (await openStorage(storage, "w", { libver, fileSpace: { strategy } })).close();
      expect({ strategy, libver, size: storage.image().length }).toEqual({ strategy, libver, size });
    }
  });

  // HDF5 1.10 does not read what the latest bound writes.
  const readable = PYTHONS.flatMap((tool) =>
    cases.filter(({ libver }) => tool.label !== "system h5py" || libver !== "latest").map((one) => ({ tool, ...one })),
  );

  it.each(readable)(
    "are read and edited in turn with $tool.label: $strategy $pageSize $threshold $libver",
    async ({ tool, ...one }) => {
      let image = await made(one);
      const path = folder.put("space.h5", image);
      const session = new PythonSession(tool);
      try {
        for (let round = 0; round < 2; round++) {
          folder.put("space.h5", image);
          expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(image));
          await session.ask("edit_attributes", { path, rounds: 5 });
          image = await editImage(sound(folder.take("space.h5")), async (file) => {
            await file.createDataset(`round ${round}`, { data: new Int32Array(2000), chunks: [300] });
            await file.attrs.set("round", `round ${round}`);
            await file.delete("texts");
            await file.createDataset("texts", { data: ["a", "b"] });
          });
          if (one.strategy === "page") {
            expect(image.length % (one.pageSize ?? PAGE)).toBe(0);
          }
        }
      } finally {
        session.close();
      }
    },
  );

  const kept = PYTHONS.flatMap((tool) =>
    (["fsm", "page"] as const).flatMap((strategy) => LIBVERS.map((libver) => ({ tool, strategy, libver }))),
  );

  it.each(kept)("keep nothing listed that is in use: lists of $tool.label, $strategy $libver", async (one) => {
    const { tool, strategy, libver } = one;
    const path = folder.file("kept.h5");
    execFileSync(tool.path, ["-c", WITH_HOLES, path, libver, strategy]);
    const session = new PythonSession(tool);
    try {
      let before = sound(folder.take("kept.h5"));
      const unchanged = await editImage(before, async () => {});
      expect(Buffer.compare(unchanged, before)).toBe(0);
      for (let round = 0; round < 3; round++) {
        const image = await editImage(before, async (file) => {
          await file.createDataset(`ours ${round}`, { data: new Int32Array(2500).fill(round) });
          await file.createGroup(`group ${round}/below`);
          await file.flush();
          await file.attrs.set("round", "x".repeat(200 + round));
        });
        folder.put("kept.h5", image);
        expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(image));
        await session.ask("edit_attributes", { path, rounds: 8 });
        before = sound(folder.take("kept.h5"));
        expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(before));
      }
    } finally {
      session.close();
    }
  });

  const listed = kept.filter(({ libver }) => libver === "earliest" || libver === "latest");

  it.each(listed)("list what is free when they are closed, and $tool.label uses it: $strategy $libver", async (one) => {
    const { tool, strategy, libver } = one;
    const path = folder.file("listed.h5");
    execFileSync(tool.path, ["-c", WITH_HOLES, path, libver, strategy]);
    const unaccounted = spaceOf(folder.take("listed.h5")).unaccounted;
    for (let round = 0; round < 3; round++) {
      const image = await editImage(folder.take("listed.h5"), async (file) => {
        await file.delete(round === 0 ? "d1" : `theirs ${round - 1}`);
        await file.delete(`d${3 * round + 2}`);
        await file.createDataset(`ours ${round}/small`, { data: new Int32Array(40 + round) });
        await file.flush();
        await file.createDataset(`ours ${round}/more`, { data: new Int32Array(1500), chunks: [100], compression: 4 });
      });
      const space = spaceOf(image);
      expect(space.free).toBeGreaterThan(24_000);
      expect(space.unaccounted).toBeLessThanOrEqual(unaccounted);
      folder.put("listed.h5", image);
      const answer = execFileSync(tool.path, ["-c", FILL_HOLES, path, `theirs ${round}`], { encoding: "utf8" });
      const { offset, size } = JSON.parse(answer) as { offset: number; size: number };
      expect(offset + size).toBeLessThanOrEqual(image.length);
      const after = sound(folder.take("listed.h5"));
      expect(after.length).toBeLessThanOrEqual(image.length + GROWTH[strategy]);
      expect(sound(await editImage(after, async () => {}))).toEqual(after);
    }
  });

  const fresh = PYTHONS.flatMap((tool) =>
    (["fsm", "page"] as const).flatMap((strategy) =>
      LIBVERS.filter((libver) => tool.label !== "system h5py" || libver !== "latest").map((libver) => ({
        tool,
        strategy,
        libver,
      })),
    ),
  );

  it.each(fresh)("are made with lists that $tool.label uses: $strategy $libver", async ({ tool, strategy, libver }) => {
    const path = folder.file("made.h5");
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver, fileSpace: { strategy, persist: true } });
    await fill(file);
    await file.flush();
    await file.delete("large");
    await file.createDataset("last", { data: [1, 2, 3] });
    expect((await file.info()).fileSpace).toMatchObject({ persist: true });
    await file.close();
    const image = sound(storage.image());
    expect(spaceOf(image)).toMatchObject({ unaccounted: 0 });
    expect(spaceOf(image).free).toBeGreaterThanOrEqual(24_000);
    folder.put("made.h5", image);
    const answer = execFileSync(tool.path, ["-c", FILL_HOLES, path, "theirs"], { encoding: "utf8" });
    const { offset, size } = JSON.parse(answer) as { offset: number; size: number };
    expect(offset + size).toBeLessThanOrEqual(image.length);
    sound(folder.take("made.h5"));
  });

  it("refuse what makes no sense", async () => {
    const make = (fileSpace: FileSpaceOptions) => openStorage(new MemoryStorage(), "w", { fileSpace });
    await expect(make({ strategy: "page", pageSize: 100 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(make({ threshold: -1 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(make({ strategy: "none", persist: true })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
