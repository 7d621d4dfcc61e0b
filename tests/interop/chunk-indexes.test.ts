import { type Dataset, type File, MemoryStorage, openStorage, openStorageSync, type Slice, slice } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sound } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

/** What h5py says of one dataset. */
interface Facts {
  readonly shape: readonly number[];
  /** Bytes of all elements, and of every second one from the second on, in base64. */
  readonly data: string;
  readonly step: string;
  /** Whether the offsets of the chunks are what libhdf5 itself looks them up by. */
  readonly offsetsAreTrue: boolean;
  /** Offset, address, size and filter mask of each chunk. */
  readonly chunks: readonly (readonly [readonly number[], number, number, number])[];
  /** Filter mask and bytes of the first chunk. */
  readonly first: readonly [number, string] | null;
}

beforeAll(reportMissingTools);

/** Which files are made: by whom, for readers from which version on, with how large a user block. */
const FILES = PYTHONS.flatMap((python) =>
  (python.label === "newest h5py"
    ? ([
        ["v108", 0],
        ["v110", 1024],
        ["latest", 0],
      ] as const)
    : ([["latest", 512]] as const)
  ).map(([libver, userblock]) => ({ python, libver, userblock, label: `${python.label}, ${libver}` })),
);

/** Kinds of index that such files must have, so that the cases are what they are called. */
const KINDS = {
  // Chunks at the edge without filters are more than a version 1 B-tree can tell.
  v108: ["btree1", "btree2", "earray", "farray"],
  v110: ["btree2", "earray", "farray", "implicit", "single"],
  latest: ["btree2", "earray", "farray", "implicit", "single"],
};

const folder = new ScratchFolder();
afterAll(() => folder.remove());

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const bytesOf = (data: unknown): Uint8Array => {
  const { buffer, byteOffset, byteLength } = data as Int32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
};
const stepOf = (shape: readonly number[]): Slice[] => shape.map(() => slice(1, null, 2));

function datasetOf(file: File, name: string): Dataset {
  const found = file.getSync(name);
  if (found.kind !== "dataset") {
    throw new Error(`${name} is no dataset`);
  }
  return found;
}

describe.each(FILES)("chunks in a file of $label", ({ python, libver, userblock }) => {
  let session: PythonSession;
  let facts: Readonly<Record<string, Facts>>;
  let image: Uint8Array<ArrayBuffer>;
  const name = `chunks ${python.label} ${libver}.h5`;

  beforeAll(async () => {
    session = new PythonSession(python);
    facts = await session.ask("make_chunk_indexes", { path: folder.file(name), libver, userblock });
    image = folder.take(name);
  }, 60_000);
  afterAll(() => session.close());

  test("hold what h5py reads, whatever index finds them", () => {
    const file = openStorageSync(new MemoryStorage(image), "r");
    const kinds = new Set<string | null>();
    for (const [path, { shape, data, step, chunks }] of Object.entries(facts)) {
      const dataset = datasetOf(file, path);
      expect(dataset.shape, path).toEqual(shape);
      expect(base64(bytesOf(dataset.readSync().data)) === data, `${path}: all elements`).toBe(true);
      expect(base64(bytesOf(dataset.readSync(stepOf(shape)).data)) === step, `${path}: every second`).toBe(true);
      const info = dataset.infoSync();
      expect([path, info.chunkCount]).toEqual([path, chunks.length]);
      expect(info.storageSize).toBe(chunks.reduce((sum, [, , size]) => sum + size, 0));
      kinds.add(info.chunkIndex);
    }
    expect([...kinds].sort()).toEqual(KINDS[libver]);
    file.closeSync();
  });

  test("are where h5py says, as raw bytes too", () => {
    // libhdf5 before 1.14 says where chunks are without counting the user block.
    const notCounted = python.label === "newest h5py" ? 0 : userblock;
    const file = openStorageSync(new MemoryStorage(image), "r");
    for (const [path, { chunks, first, shape, offsetsAreTrue }] of Object.entries(facts)) {
      const dataset = datasetOf(file, path);
      const infos = [...dataset.chunkInfoSync()].flat();
      const placeOf = (offset: readonly number[]): string => (offsetsAreTrue ? offset.join() : "");
      const ours = infos.map(({ offset, address, storedSize, filterMask }) =>
        [address, storedSize, filterMask, placeOf(offset)].join(),
      );
      const theirs = chunks.map(([offset, at, size, mask]) => [at + notCounted, size, mask, placeOf(offset)].join());
      expect([path, ours.sort()]).toEqual([path, theirs.sort()]);
      for (const { offset, address, storedSize } of infos.slice(0, 20)) {
        const stored = image.subarray(address, address + storedSize);
        expect(Buffer.compare(dataset.readRawChunkSync(offset).data, stored)).toBe(0);
      }
      const [firstChunk] = chunks;
      if (first !== null && firstChunk !== undefined) {
        const { data, filterMask } = dataset.readRawChunkSync(firstChunk[0]);
        expect([path, filterMask, base64(data)]).toEqual([path, ...first]);
      }
      // Those of a part are those of the whole that share an element with it.
      const part = shape.map((extent) => slice(Math.floor(extent / 3), Math.ceil((2 * extent) / 3)));
      const sides = dataset.chunks as readonly number[];
      const inside = infos.filter(({ offset }) =>
        offset.every((start, i) => {
          const { start: from, stop: to } = part[i] as Slice;
          return start < (to as number) && start + (sides[i] as number) > (from as number);
        }),
      );
      const ofPart = [...dataset.chunkInfoSync(part)].flat();
      expect([path, ofPart]).toEqual([path, inside]);
    }
    file.closeSync();
  });

  test("are the same through a storage that answers late and keeps nothing", async () => {
    const storm = new FaultStormStorage(new MemoryStorage(image));
    const file = await openStorage(storm, "r", { metadataCacheBytes: 0 });
    const paths = Object.keys(facts).filter((_, i) => i % 7 === 0);
    for (const path of [...paths, "paged fixed gzip", "paged endless plain"]) {
      const { data, chunks } = facts[path] as Facts;
      const dataset = await file.get(path);
      if (dataset.kind !== "dataset") {
        throw new Error(`${path} is no dataset`);
      }
      expect(base64(bytesOf((await dataset.read()).data)) === data, path).toBe(true);
      let count = 0;
      for await (const batch of dataset.chunkInfo()) {
        count += batch.length;
      }
      expect(count).toBe(chunks.length);
    }
    await file.close();
  }, 60_000);

  test("are gone through as by h5py's iter_chunks", async () => {
    const file = openStorageSync(new MemoryStorage(image), "r");
    const cases: [string, [number, number][] | null][] = [
      ["rank1 fixed plain full", null],
      ["rank1 fixed plain full", [[3, 21]]],
      ["rank2 fixed gzip full", null],
      [
        "rank2 fixed gzip full",
        [
          [4, 8],
          [2, 3],
        ],
      ],
      [
        "rank3 fixed all full",
        [
          [1, 7],
          [0, 6],
          [1, 4],
        ],
      ],
      ["rank4 fixed plain sparse", null],
    ];
    const theirs = await session.ask("iter_chunks", { path: folder.file(name), cases });
    const ours = cases.map(([path, region]) => {
      const selection = region === null ? null : region.map(([start, stop]) => slice(start, stop));
      return [...datasetOf(file, path).iterChunks(selection)].map((parts) =>
        parts.map(({ start, stop }) => [start, stop]),
      );
    });
    expect(ours).toEqual(theirs);
    file.closeSync();
  });

  test("are edited in place: written, cut and grown again, and h5py reads what we do", async () => {
    const memory = new MemoryStorage(image.slice());
    const file = openStorageSync(memory, "r+");
    const edited: Record<string, { shape: readonly number[]; data: string }> = {};
    for (const path of Object.keys(facts)) {
      const dataset = datasetOf(file, path);
      const { shape } = dataset;
      if (shape.reduce((product, extent) => product * extent, 1) > 50_000) {
        continue;
      }
      const corner = shape.map((extent) => slice(0, Math.ceil(extent / 2)));
      dataset.writeSync(3, corner);
      dataset.resizeSync(shape.map((extent) => Math.ceil(extent / 3)));
      dataset.resizeSync(shape);
      edited[path] = { shape, data: base64(bytesOf(dataset.readSync().data)) };
    }
    file.closeSync();
    expect(Object.keys(edited).length).toBeGreaterThan(10);
    sound(memory.image());
    folder.put("edited.h5", memory.image());
    const code = `import base64
answer = {p: base64.b64encode(f[p][()].tobytes()).decode() for p in paths}`;
    const paths = Object.keys(edited);
    const theirs = await session.ask("script", { path: folder.file("edited.h5"), mode: "r", code, paths });
    expect(theirs).toEqual(Object.fromEntries(paths.map((path) => [path, edited[path]?.data])));
  });
});
