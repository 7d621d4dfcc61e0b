import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zlibSync } from "fflate";
import {
  type ErrorCode,
  type File,
  type FilterCodec,
  HdfiveError,
  MemoryStorage,
  open,
  openStorage,
  slice,
  string,
} from "hdfive";
import { afterAll, beforeEach, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "hdfive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a user is told: a code to switch on, plain words, and where. */
interface Told {
  readonly code: ErrorCode;
  readonly says: string | RegExp;
  /** `null` where there is no file yet; any path when it is left out. */
  readonly path?: string | null;
}

async function expectError(action: () => unknown, { code, says, path }: Told): Promise<void> {
  const error = await Promise.resolve()
    .then(action)
    .then(
      () => "nothing was thrown",
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(HdfiveError);
  const { message } = error as HdfiveError;
  expect((error as HdfiveError).code, message).toBe(code);
  expect(message).toMatch(says);
  // Words for people: no names of our code, no undefined, no bare number.
  expect(message).not.toMatch(/undefined|null|NaN|\[object|function|Tx|header\.|=>/);
  expect((error as HdfiveError).path, message).toEqual(path === null ? undefined : (path ?? expect.any(String)));
}

async function fresh(): Promise<File> {
  const file = await openStorage(new MemoryStorage(), "w");
  await file.createDataset("data", { shape: [10], dtype: "int32" });
  await file.createDataset("grows", { shape: [4, 5], maxShape: [10, 5], dtype: "uint8" });
  await file.createDataset("scalar", { data: 1 });
  await file.createDataset("none", { dtype: "float32" });
  await file.createGroup("group");
  return file;
}

let file: File;
beforeEach(async () => {
  file = await fresh();
});

describe("names and paths", () => {
  it.each<[string, () => unknown, Told]>([
    [
      "a group where a name is taken",
      () => file.createGroup("group"),
      { code: "ALREADY_EXISTS", says: /name already exists.*group/ },
    ],
    [
      "a dataset where a name is taken",
      () => file.createDataset("data", { data: [1] }),
      { code: "ALREADY_EXISTS", says: /Unable to create dataset \(name already exists\)/ },
    ],
    ["a group through a dataset", () => file.createGroup("data/x"), { code: "WRONG_KIND", says: /data/ }],
    ["the last component missing", () => file.get("group/x"), { code: "NOT_FOUND", says: /x/ }],
    ["a component on the way missing", () => file.get("x/y/z"), { code: "NOT_FOUND", says: /x/ }],
    ["a way through a dataset", () => file.get("data/x"), { code: "WRONG_KIND", says: /data/ }],
    ["no name at all", () => file.get(""), { code: "INVALID_ARGUMENT", says: /cannot be an empty string/ }],
    ["deleting what is not there", () => file.delete("x"), { code: "NOT_FOUND", says: /x/ }],
    ["deleting the root", () => file.delete("/"), { code: "INVALID_ARGUMENT", says: /Couldn't delete link/ }],
    [
      "a dataset where a group is wanted",
      () => file.getGroup("data"),
      { code: "WRONG_KIND", says: /\/data is a dataset, not a group/i },
    ],
    [
      "requireGroup on a dataset",
      () => file.requireGroup("data"),
      { code: "WRONG_KIND", says: /Incompatible object.*\/data is a dataset/, path: "/data" },
    ],
    ["a NUL in a name", () => file.createGroup("a\0b"), { code: "INVALID_ARGUMENT", says: /NUL/i }],
    [
      "an attribute that is not there",
      () => file.attrs.get("x"),
      { code: "NOT_FOUND", says: "can't locate attribute: 'x'", path: "/" },
    ],
    ["deleting an attribute that is not there", () => file.attrs.delete("x"), { code: "NOT_FOUND", says: /x/ }],
  ])("%s", (_, action, told) => expectError(action, told));

  it("say the whole path of what was asked for, from the root, whatever it was relative to", async () => {
    const group = await file.getGroup("group");
    const paths: [() => unknown, string][] = [
      [() => group.get("x"), "/group/x"],
      [() => group.get("x/y"), "/group/x/y"],
      [() => group.get("/data/x"), "/data/x"],
      [() => group.createGroup("/data/x"), "/data/x"],
      [() => file.createGroup("group"), "/group"],
      [() => group.createDataset("new", { data: [300], dtype: "uint8" }), "/group/new"],
      [() => group.delete("x"), "/group/x"],
      [() => group.getSync("x"), "/group/x"],
      [() => group.attrs.get("x"), "/group"],
    ];
    for (const [action, path] of paths) {
      await expect(Promise.resolve().then(action), path).rejects.toMatchObject({ path });
    }
  });

  it("a handle of what was deleted", async () => {
    const dataset = await file.getDataset("data");
    await file.delete("data");
    await expectError(() => dataset.read(), {
      code: "NOT_FOUND",
      says: "The object /data has been deleted",
      path: "/data",
    });
  });
});

describe("shapes and selections", () => {
  const data = async (): Promise<Awaited<ReturnType<File["getDataset"]>>> => file.getDataset("data");
  const grows = async (): Promise<Awaited<ReturnType<File["getDataset"]>>> => file.getDataset("grows");

  it.each<[string, () => unknown, Told]>([
    [
      "resizing what has no chunks",
      async () => (await data()).resize([20]),
      { code: "NOT_CHUNKED", says: "Only chunked datasets can be resized", path: "/data" },
    ],
    [
      "resizing past maxShape",
      async () => (await grows()).resize([11, 5]),
      { code: "OUT_OF_RANGE", says: /11.*10/, path: "/grows" },
    ],
    [
      "resizing to another rank",
      async () => (await grows()).resize([4]),
      { code: "SHAPE_MISMATCH", says: "New shape length (1) must match dataset rank (2)" },
    ],
    [
      "resizing to less than nothing",
      async () => (await grows()).resize([-1, 5]),
      { code: "INVALID_ARGUMENT", says: /-1/ },
    ],
    [
      "appending past maxShape",
      async () => (await grows()).append(new Uint8Array(35)),
      { code: "SHAPE_MISMATCH", says: /append/ },
    ],
    [
      "an index past the end",
      async () => (await data()).read(10),
      { code: "OUT_OF_RANGE", says: "Index (10) out of range for (0-9)", path: "/data" },
    ],
    [
      "an index before the start",
      async () => (await data()).read([-11]),
      { code: "OUT_OF_RANGE", says: "Index (-11) out of range for (0-9)" },
    ],
    [
      "a list past the end",
      async () => (await data()).read([[0, 10]]),
      { code: "OUT_OF_RANGE", says: "Fancy indexing out of range for (0-9)" },
    ],
    [
      "a list that does not increase",
      async () => (await data()).read([[3, 1]]),
      { code: "INVALID_ARGUMENT", says: "Indexing elements must be in increasing order" },
    ],
    [
      "more indices than axes",
      async () => (await grows()).read([0, 0, 0]),
      { code: "INVALID_ARGUMENT", says: "3 indexing arguments for 2 dimensions" },
    ],
    [
      "a step backwards",
      async () => (await data()).read(slice(null, null, -1)),
      { code: "INVALID_ARGUMENT", says: "Step must be >= 1 (got -1)" },
    ],
    [
      "a slice of a scalar",
      async () => (await file.getDataset("scalar")).read([0]),
      { code: "INVALID_ARGUMENT", says: "scalar" },
    ],
    [
      "values of a null dataspace",
      async () => (await file.getDataset("none")).read(),
      { code: "WRONG_KIND", says: "Empty datasets cannot be sliced", path: "/none" },
    ],
    [
      "values that do not broadcast",
      async () => (await data()).write(new Int32Array(9)),
      { code: "SHAPE_MISMATCH", says: /broadcast.*\(9,?\).*\(10,?\)/, path: "/data" },
    ],
    [
      "rows that do not broadcast",
      async () => (await grows()).write(new Uint8Array(4), [slice(0, 2)]),
      { code: "SHAPE_MISMATCH", says: /broadcast.*\(4,?\).*\(2, 5\)/ },
    ],
    [
      "ragged rows",
      async () => (await grows()).write([[1, 2, 3, 4, 5], [1]]),
      { code: "SHAPE_MISMATCH", says: /unequal length/ },
    ],
  ])("%s", (_, action, told) => expectError(action, told));
});

describe("values and options", () => {
  const create = (options: Parameters<File["createDataset"]>[1]) => (): unknown => file.createDataset("new", options);

  it.each<[string, () => unknown, Told]>([
    ["300 as uint8", create({ data: [300], dtype: "uint8" }), { code: "OUT_OF_RANGE", says: /300.*uint8/ }],
    ["-1 as uint64", create({ data: [-1], dtype: "uint64" }), { code: "OUT_OF_RANGE", says: /-1.*uint64/ }],
    [
      "a text longer than its room",
      create({ data: ["four"], dtype: string({ length: 3 }) }),
      { code: "OUT_OF_RANGE", says: "a text of 4 bytes does not fit a string of 3 bytes" },
    ],
    ["a text as a number", create({ data: ["x"], dtype: "int32" }), { code: "INVALID_ARGUMENT", says: /"x"/ }],
    [
      "a dtype that is none",
      create({ shape: [1], dtype: "flaot32" }),
      { code: "INVALID_ARGUMENT", says: /"flaot32" is no dtype/ },
    ],
    [
      "nothing to go by",
      create({}),
      { code: "INVALID_ARGUMENT", says: "One of data, shape or dtype must be specified" },
    ],
    [
      "data of another size",
      create({ data: [1, 2, 3], shape: [4] }),
      { code: "SHAPE_MISMATCH", says: "Shape tuple is incompatible with data" },
    ],
    ["a shape below zero", create({ shape: [-1], dtype: "int8" }), { code: "INVALID_ARGUMENT", says: /-1/ }],
    [
      "33 dimensions",
      create({ shape: new Array(33).fill(1), dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: /too large/ },
    ],
    [
      "maxShape below shape",
      create({ shape: [5], maxShape: [4], dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: /Maxdims is smaller than dims/ },
    ],
    [
      "maxShape of another rank",
      create({ shape: [5], maxShape: [5, 5], dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: "'maxShape' must have same rank as dataset shape" },
    ],
    [
      "chunks larger than a shape that is fixed",
      create({ shape: [3], chunks: [5], dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: /Chunk shape must not be greater than data shape in any dimension/ },
    ],
    [
      "chunks of nothing",
      create({ shape: [3], chunks: [0], dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: "All chunk dimensions must be positive" },
    ],
    [
      "filters without chunks",
      create({ shape: [3], chunks: false, compression: "gzip", dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: "Chunked format required for given storage options" },
    ],
    ["chunks of a scalar", create({ data: 1, chunks: true }), { code: "INVALID_ARGUMENT", says: /Scalar datasets/ }],
    [
      "a scalar that grows",
      create({ data: 1, maxShape: [], chunks: [1] }),
      { code: "INVALID_ARGUMENT", says: /Scalar datasets/ },
    ],
    [
      "gzip 10",
      create({ shape: [3], compression: 10, dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: "GZIP setting must be an integer from 0-9, not 10" },
    ],
    [
      "a compression we lack",
      create({ shape: [3], compression: "lzo" as "gzip", dtype: "int8" }),
      { code: "MISSING_FILTER", says: 'Compression filter "lzo" is unavailable' },
    ],
    [
      "a filter we lack",
      create({ shape: [3], compression: 32017, dtype: "int8" }),
      { code: "MISSING_FILTER", says: /filter 32017 \(SZ\)/ },
    ],
    [
      "a filter that core alone lacks",
      create({ shape: [3], filters: [{ id: 32015, options: [3] }], dtype: "int8" }),
      { code: "MISSING_FILTER", says: /filter 32015 \(Zstandard\).*@hdfive\/filters\/zstd/ },
    ],
    [
      "filters twice",
      create({ shape: [3], compression: "gzip", filters: [{ id: 32004 }], dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: /leave one of them out/ },
    ],
    [
      "options of a filter that are no integers",
      create({ shape: [3], compression: 32004, compressionOptions: [1.5], dtype: "int8" }),
      { code: "INVALID_ARGUMENT", says: /not 1.5/ },
    ],
    [
      "checksums of data of variable length",
      create({ shape: [3], fletcher32: true, dtype: "string" }),
      { code: "INVALID_ARGUMENT", says: /not suitable for the fletcher32 filter/ },
    ],
    [
      "an attribute no header can hold",
      () => file.attrs.set("x", new Float64Array(9000)),
      { code: "LIMIT", says: /too large.*store it as a dataset/ },
    ],
    [
      "an attribute of another shape",
      () => file.attrs.set("x", [1, 2], { shape: [3] }),
      { code: "SHAPE_MISMATCH", says: "Shape of new attribute conflicts" },
    ],
    [
      "an object as an attribute",
      () => file.attrs.set("x", new Map()),
      { code: "INVALID_ARGUMENT", says: /has no HDF5 equivalent/ },
    ],
  ])("%s", async (_, action, told) => {
    const before = await file.keys();
    await expectError(action, told);
    expect(await file.keys()).toEqual(before);
    expect(await file.attrs.keys()).toEqual([]);
  });
});

describe("files", () => {
  const at = (name: string): string => join(folder, name);

  it("that are there already, or not there", async () => {
    await (await open(at("there.h5"), "w")).close();
    await expectError(() => open(at("there.h5"), "w-"), {
      code: "ALREADY_EXISTS",
      says: /exists/,
      path: at("there.h5"),
    });
    await expectError(() => open(at("not there.h5")), {
      code: "NOT_FOUND",
      says: /No such file/i,
      path: at("not there.h5"),
    });
    await expectError(() => open(at("not there.h5"), "r+"), { code: "NOT_FOUND", says: /not there/ });
    await expectError(() => open(at("there.h5"), "q" as "r"), {
      code: "INVALID_ARGUMENT",
      says: /must be one of r, r\+, w, w-, x, a/,
      path: null,
    });
  });

  it("that are no HDF5, or only the start of one", async () => {
    writeFileSync(at("text.h5"), "not at all HDF5".repeat(100));
    writeFileSync(at("empty.h5"), "");
    const storage = new MemoryStorage();
    const whole = await openStorage(storage, "w");
    await whole.createDataset("data", { data: new Float64Array(100) });
    await whole.close();
    writeFileSync(at("short.h5"), storage.image().subarray(0, 900));
    await expectError(() => open(at("text.h5")), { code: "NOT_HDF5", says: /signature/, path: at("text.h5") });
    await expectError(() => open(at("empty.h5")), { code: "NOT_HDF5", says: /is not an HDF5 file \(it is empty\)/ });
    await expectError(() => open(at("short.h5")), { code: "TRUNCATED", says: /900/, path: at("short.h5") });
  });

  it("that were opened for reading, or closed", async () => {
    const writer = await open(at("written.h5"), "w");
    await writer.createDataset("data", { data: [1, 2, 3], chunks: [2], maxShape: [null] });
    await writer.attrs.set("x", 1);
    await writer.close();
    const reader = await open(at("written.h5"));
    const dataset = await reader.getDataset("data");
    for (const action of [
      () => reader.createGroup("x"),
      () => reader.createDataset("x", { data: [1] }),
      () => reader.delete("data"),
      () => reader.attrs.set("x", 2),
      () => reader.attrs.delete("x"),
      () => dataset.write(5),
      () => dataset.resize([9]),
      () => dataset.append([4]),
    ]) {
      await expectError(action, { code: "READ_ONLY", says: /no write intent|read/i });
    }
    await reader.close();
    await reader.close();
    for (const action of [
      () => reader.keys(),
      () => reader.flush(),
      () => reader.get("data"),
      () => reader.attrs.get("x"),
      () => dataset.read(),
      () => dataset.info(),
    ]) {
      await expectError(action, { code: "CLOSED", says: /is closed/ });
    }
  });
});

describe("data that cannot be had", () => {
  it("a filter that no codec is there for is named, with what helps", async () => {
    const image = await squeezed(5);
    const name = find(image, "deflate\0");
    new DataView(image.buffer, image.byteOffset).setUint16(name - 8, 32017, true);
    await expectError(() => read(image), {
      code: "MISSING_FILTER",
      says: /filter 32017 \(SZ; deflate\).*filters: \[codec\]/,
      path: "/data",
    });
  });

  it("a chunk that was changed since its checksum was made", async () => {
    const storage = new MemoryStorage();
    const made = await openStorage(storage, "w");
    await made.createDataset("data", { data: Int32Array.of(0x01020304, 0x05060708), chunks: [2], fletcher32: true });
    await made.close();
    const image = storage.image();
    const at = find(image, "\x04\x03\x02\x01");
    image[at] = 5;
    await expectError(() => read(image), { code: "CORRUPT", says: /checksum/, path: "/data" });
  });

  it.each([3, 20])("a chunk that inflates to %d bytes instead of 16", async (length) => {
    await expectError(async () => read(await squeezed(length)), {
      code: "CORRUPT",
      says: /deflate|bytes/,
      path: "/data",
    });
  });

  it("a chunk that is no zlib stream", async () => {
    const image = await squeezed(5, () => Uint8Array.of(1, 2, 3, 4, 5));
    await expectError(() => read(image), { code: "CORRUPT", says: /deflate/, path: "/data" });
  });

  /** A file whose one chunk was "compressed" to a stream of another length. */
  async function squeezed(
    length: number,
    encode = () => zlibSync(new Uint8Array(length)),
  ): Promise<Uint8Array<ArrayBuffer>> {
    const wrong: FilterCodec = { id: 1, name: "deflate", decode: (bytes) => bytes, encode, encodeSync: encode };
    const storage = new MemoryStorage();
    const made = await openStorage(storage, "w", { filters: [wrong] });
    await made.createDataset("data", { data: Int32Array.of(1, 2, 3, 4), chunks: [4], compression: "gzip" });
    await made.close();
    return storage.image();
  }

  async function read(image: Uint8Array<ArrayBuffer>): Promise<unknown> {
    const damaged = await openStorage(new MemoryStorage(image));
    return (await damaged.getDataset("data")).read();
  }

  function find(image: Uint8Array, text: string): number {
    const at = Buffer.from(image).indexOf(Buffer.from(text, "latin1"));
    expect(at).toBeGreaterThan(0);
    return at;
  }
});
