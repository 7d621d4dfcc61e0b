import { MemoryStorage, type Mode, openStorage, openStorageSync, type Storage, slice } from "@hdfive/core";
import { CountingStorage, structuralProblems } from "@hdfive/testing";
import { beforeAll, describe, expect, test } from "vitest";

const KIB = 1024;

/** What a test counts: over a network when it says so. */
function counted(
  image: Uint8Array<ArrayBuffer>,
  distance: NonNullable<Storage["distance"]> = "local",
): CountingStorage {
  const memory = new MemoryStorage(image);
  const inner: Storage = {
    name: "counted",
    distance,
    get size() {
      return memory.size;
    },
    read: (offset, into) => memory.read(offset, into),
    write: (offset, bytes) => memory.write(offset, bytes),
    truncate: (size) => memory.truncate(size),
    close: () => memory.close(),
  };
  return new CountingStorage(inner);
}

async function opened(image: Uint8Array<ArrayBuffer>, distance?: NonNullable<Storage["distance"]>, mode: Mode = "r") {
  const storage = counted(image, distance);
  const file = await openStorage(storage, mode);
  return { storage, file, opening: storage.reset() };
}

let image: Uint8Array<ArrayBuffer>;
let wide: Uint8Array<ArrayBuffer>;
const DEPTH = 20;
const CHUNK = 100 * 100 * 4;

beforeAll(() => {
  const memory = new MemoryStorage();
  const file = openStorageSync(memory, "w");
  file.createGroupSync(Array.from({ length: DEPTH }, (_, i) => `level${i}`).join("/"));
  for (let i = 0; i < 100; i++) {
    file.createGroupSync(`groups/g${i}`).attrs.setSync("number", i);
  }
  const data = file.createDatasetSync("chunked", { shape: [1000, 1000], chunks: [100, 100], dtype: "float32" });
  data.writeSync(Float32Array.from({ length: 1000 }, (_, i) => i));
  file.createDatasetSync("contiguous", { data: Float64Array.from({ length: 500_000 }, (_, i) => i) });
  file.closeSync();
  image = memory.image().slice();

  const many = new MemoryStorage();
  const listed = openStorageSync(many, "w");
  const group = listed.createGroupSync("wide");
  for (let i = 0; i < 10_000; i++) {
    group.createGroupSync(`link${i}`);
  }
  listed.closeSync();
  wide = many.image().slice();
});

test("the files that costs are counted on are as they should be", () => {
  expect(structuralProblems(image)).toEqual([]);
  expect(structuralProblems(wide)).toEqual([]);
});

describe("reads are few and small", () => {
  test("when a file is opened", async () => {
    const { opening } = await opened(image);
    expect(opening.reads).toBeLessThanOrEqual(1);
    expect(opening.bytesRead).toBeLessThanOrEqual(8 * KIB);
  });

  test("when a path of 20 groups is followed", async () => {
    const { storage, file } = await opened(image);
    await file.get(Array.from({ length: DEPTH }, (_, i) => `level${i}`).join("/"));
    // Each level has a header, a heap, its data, a node and its symbols; most share blocks with the level before.
    const { reads, bytesRead } = storage.reset();
    expect(reads).toBeLessThanOrEqual(12);
    expect(bytesRead).toBeLessThanOrEqual(256 * KIB);
    await file.get("level0/level1/level2");
    expect(storage.counts.reads).toBe(0);
  });

  test("when one chunk of a hundred is wanted", async () => {
    const { storage, file } = await opened(image);
    const data = await file.getDataset("chunked");
    await data.read([0, 0]);
    storage.reset();
    await data.read([slice(300, 400), slice(500, 600)]);
    const { reads, bytesRead } = storage.reset();
    expect(reads).toBeLessThanOrEqual(2);
    expect(bytesRead).toBeLessThanOrEqual(CHUNK + 32 * KIB);
  });

  test("when one element is wanted twice: its chunk is still here", async () => {
    const { storage, file } = await opened(image);
    const data = await file.getDataset("chunked");
    await data.read([5, 5]);
    storage.reset();
    await data.read([6, 7]);
    expect(storage.counts.reads).toBe(0);
  });

  test("when a slice covers chunks that lie side by side: they come together", async () => {
    const { storage, file } = await opened(image);
    const data = await file.getDataset("chunked");
    await data.read([0, 0]);
    storage.reset();
    // One row of ten chunks, 400 KB.
    await data.read([slice(200, 300)]);
    const { reads, bytesRead } = storage.reset();
    expect(reads).toBeLessThanOrEqual(2);
    expect(bytesRead).toBeLessThanOrEqual(10 * CHUNK + 32 * KIB);
    await data.read();
    expect(storage.counts.reads).toBeLessThanOrEqual(4);
    expect(storage.counts.bytesRead).toBeLessThanOrEqual(100 * CHUNK + 64 * KIB);
  });

  test("when a contiguous dataset is read, whole or in part", async () => {
    const { storage, file } = await opened(image);
    const data = await file.getDataset("contiguous");
    storage.reset();
    await data.read();
    expect(storage.reset()).toMatchObject({ reads: 1, bytesRead: 4_000_000 });
    await data.read([slice(1000, 2000)]);
    expect(storage.reset()).toMatchObject({ reads: 1, bytesRead: 8000 });
    // Steps are picked out of blocks: no more than the span, and no read for each element.
    await data.read([slice(0, 500_000, 1000)]);
    expect(storage.counts.reads).toBeLessThanOrEqual(8);
    expect(storage.counts.bytesRead).toBeLessThanOrEqual(4_000_000);
  });

  test("when everything is walked, with all attributes", async () => {
    const { storage, file } = await opened(image);
    for await (const [, object] of file.walk()) {
      if (object.kind !== "unreadable") {
        await object.attrs.entries();
      }
    }
    const { reads, bytesRead } = storage.counts;
    expect(reads).toBeLessThanOrEqual(40);
    // Metadata only: the data is 8 MB.
    expect(bytesRead).toBeLessThanOrEqual(1024 * KIB);
  });
});

describe("over a network", () => {
  test("10,000 links are listed in a few requests, and not in one for each node", async () => {
    const { storage, file, opening } = await opened(wide, "remote");
    expect(opening.reads).toBeLessThanOrEqual(2);
    const keys = await (await file.getGroup("wide")).keys();
    expect(keys).toHaveLength(10_000);
    const { reads, bytesRead } = storage.counts;
    expect(reads).toBeLessThanOrEqual(30);
    // Symbols lie all over the file: at most all of it, and the gaps that were worth reading over twice.
    expect(bytesRead).toBeLessThanOrEqual(1.1 * wide.length);
  });

  test("one name of 10,000 costs as many requests as the tree has levels", async () => {
    const { storage, file } = await opened(wide, "remote");
    await file.get("wide/link5000");
    expect(storage.counts.reads).toBeLessThanOrEqual(8);
    expect(storage.counts.bytesRead).toBeLessThanOrEqual(1024 * KIB);
  });
});

describe("writes", () => {
  test("are none when nothing was changed", async () => {
    const { storage, file } = await opened(image, "local", "r+");
    await (await file.getDataset("chunked")).read();
    await file.flush();
    await file.close();
    expect(storage.counts).toMatchObject({ writes: 0, truncates: 0 });
  });

  test("of a new attribute touch the header and the superblock at most", async () => {
    const { storage, file } = await opened(image.slice(), "local", "r+");
    await file.attrs.set("new", 1);
    await file.close();
    expect(storage.counts.writes).toBeLessThanOrEqual(3);
    expect(storage.counts.bytesWritten).toBeLessThanOrEqual(2 * KIB);
  });

  test("of a part of a chunk wait for the flush and come as one chunk", async () => {
    const { storage, file } = await opened(image.slice(), "local", "r+");
    const data = await file.getDataset("chunked");
    storage.reset();
    for (let row = 0; row < 50; row++) {
      await data.write([row], [row, slice(0, 1)]);
    }
    expect(storage.counts.writes).toBe(0);
    expect(storage.counts.reads).toBeLessThanOrEqual(3);
    await file.flush();
    expect(storage.counts.writes).toBeLessThanOrEqual(4);
    expect(storage.counts.bytesWritten).toBeLessThanOrEqual(CHUNK + 8 * KIB);
    await file.close();
  });
});

describe("memory", () => {
  test("of what a shape merely declares is refused, and a part of it can be read", async () => {
    const memory = new MemoryStorage();
    const made = openStorageSync(memory, "w");
    const shape = [2 ** 16, 2 ** 16, 2 ** 10];
    made.createDatasetSync("chunked", { shape, chunks: [16, 16, 16], dtype: "float64", fillValue: 3 });
    made.createDatasetSync("contiguous", { shape, dtype: "string" });
    made.closeSync();
    for (const name of ["chunked", "contiguous"]) {
      const data = openStorageSync(new MemoryStorage(memory.image().slice())).getDatasetSync(name);
      expect(() => data.readSync()).toThrow(expect.objectContaining({ code: "LIMIT", path: `/${name}` }));
      expect(() => data.readSync()).toThrow(/limits: \{ readBytes \}/);
      expect(data.readSync([2 ** 15, 2 ** 15, slice(5, 8)]).data).toEqual(
        name === "chunked" ? Float64Array.of(3, 3, 3) : ["", "", ""],
      );
    }
  });

  test("given by the caller is filled whatever the limit is", () => {
    const data = openStorageSync(new MemoryStorage(image), "r", { limits: { readBytes: 1000 } }).getDatasetSync(
      "contiguous",
    );
    expect(() => data.readSync()).toThrow(expect.objectContaining({ code: "LIMIT" }));
    expect(data.readSync([slice(0, 125)]).data).toHaveLength(125);
    const into = new Float64Array(500_000);
    data.readSync(null, { into });
    expect(into[499_999]).toBe(499_999);
  });
});
