import {
  type CompoundArray,
  compound,
  MemoryStorage,
  NdArray,
  openStorage,
  openStorageSync,
  slice,
  vlen,
} from "@hdfive/core";
import { CountingStorage } from "@hdfive/testing";
import { beforeAll, describe, expect, expectTypeOf, it } from "vitest";

const ROWS = 3000;
const point = compound({ x: "float32", y: ">i2" });

let image: Uint8Array<ArrayBuffer>;

beforeAll(() => {
  const memory = new MemoryStorage();
  const file = openStorageSync(memory, "w");
  const rows = Array.from({ length: ROWS }, (_, i) => ({
    id: BigInt(i),
    note: `note ${i} ${"-".repeat(200)}`,
    where: { x: i / 2, y: -i },
    list: [i, i + 1],
  }));
  const dtype = compound({ id: "uint64", note: "string", where: point, list: vlen("int32") });
  file.createDatasetSync("contiguous", { dtype, data: rows });
  file.createDatasetSync("chunked", { dtype, data: rows, chunks: [700], compression: "gzip" });
  file.createDatasetSync("numbers", { data: [1, 2, 3] });
  file.attrs.setSync("record", rows.slice(0, 2), { dtype });
  file.closeSync();
  image = memory.image().slice();
});

async function opened() {
  const storage = new CountingStorage(new MemoryStorage(image));
  const file = await openStorage(storage);
  return { storage, file };
}

describe.each(["contiguous", "chunked"])("fields of a compound that are read alone, %s", (name) => {
  it("come as a plain array for one name, and as a compound in the given order for a list", async () => {
    const { file } = await opened();
    const dataset = await file.getDataset(name);
    const ids = await dataset.read({ fields: "id" });
    expect(ids.dtype).toBe("uint64");
    expect(ids.data).toEqual(BigUint64Array.from({ length: ROWS }, (_, i) => BigInt(i)));
    const two = dataset.readSync([slice(5, 8)], { fields: ["where", "id"] });
    expect((two.data as CompoundArray).names).toEqual(["where", "id"]);
    expect(two.toNested()).toEqual([5, 6, 7].map((i) => ({ where: { x: i / 2, y: -i }, id: BigInt(i) })));
    expect(two.datatype).toMatchObject({
      size: 14,
      members: [
        { name: "where", byteOffset: 0 },
        { name: "id", byteOffset: 6 },
      ],
    });
    expect((await dataset.read([slice(1, 3)], { fields: "note" })).toNested()).toEqual([
      `note 1 ${"-".repeat(200)}`,
      `note 2 ${"-".repeat(200)}`,
    ]);
    expect((await dataset.read(7, { fields: "list" })).item()).toEqual(Int32Array.of(7, 8));
    expect((await dataset.read([slice(0, 0)], { fields: "id" })).shape).toEqual([0]);
  });

  it("are converted by `as`, and put where `into` says", async () => {
    const { file } = await opened();
    const dataset = await file.getDataset(name);
    const small = await dataset.read([slice(250, 258)], { fields: "id", as: "uint8" });
    expectTypeOf(small.data).toEqualTypeOf<Uint8Array>();
    expect(small.data).toEqual(Uint8Array.of(250, 251, 252, 253, 254, 255, 255, 255));
    const into = new Float64Array(4);
    expect((await dataset.read([slice(2, 6)], { fields: "id", into })).data).toBe(into);
    expect(into).toEqual(Float64Array.of(2, 3, 4, 5));
    const inner = compound({ x: "float64" });
    expect((await dataset.read(3, { fields: "where", as: inner })).item()).toEqual({ x: 1.5 });
    expect((await dataset.read(3, { fields: ["where"], as: compound({ where: inner }) })).item()).toEqual({
      where: { x: 1.5 },
    });
  });

  it("are all that is fetched from heaps: the strings and sequences of the others are left alone", async () => {
    const bytesOf = async (fields: string | readonly string[] | undefined): Promise<number> => {
      const { storage, file } = await opened();
      const dataset = await file.getDataset(name);
      storage.reset();
      await dataset.read({ fields });
      return storage.counts.bytesRead;
    };
    const stored = await (async () => {
      const { file } = await opened();
      return (await (await file.getDataset(name)).info()).storageSize;
    })();
    const slack = 64 * 1024;
    expect(await bytesOf(["id", "where"])).toBeLessThan(stored + slack);
    expect(await bytesOf("where")).toBeLessThan(stored + slack);
    expect(await bytesOf(undefined)).toBeGreaterThan(stored + ROWS * 200);
    expect(await bytesOf("note")).toBeGreaterThan(stored + ROWS * 200);
  });

  it("take the memory of what is read: a limit that the whole does not fit lets one field through", async () => {
    const file = await openStorage(new MemoryStorage(image), "r", { limits: { readBytes: ROWS * 8 } });
    const dataset = await file.getDataset(name);
    expect((await dataset.read({ fields: "id" })).size).toBe(ROWS);
    await expect(dataset.read()).rejects.toMatchObject({ code: "LIMIT" });
  });
});

describe("fields that cannot be read alone", () => {
  it("are refused with the names that there are", async () => {
    const { file } = await opened();
    const dataset = await file.getDataset("contiguous");
    await expect(dataset.read({ fields: "zz" })).rejects.toThrow(
      "Field zz does not appear in this type; the fields are id, note, where, list",
    );
    await expect(dataset.read({ fields: ["id", "where.x"] })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(dataset.read({ fields: ["id", "id"] })).rejects.toThrow("names at least one field, and each once");
    await expect(dataset.read({ fields: [] })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect((await file.getDataset("numbers")).read({ fields: "id" })).rejects.toThrow(
      "Field names only allowed for compound types",
    );
    await expect(dataset.read({ fields: "note", as: "int8" })).rejects.toThrow(
      "no appropriate function for conversion path",
    );
  });
});

describe("fields of an attribute", () => {
  it("are given alone as those of a dataset are", async () => {
    const { file } = await opened();
    expect((await file.attrs.getArray("record", { fields: "id", as: "int16" }))?.data).toEqual(Int16Array.of(0, 1));
    const notes = file.attrs.getArraySync("record", { fields: ["list"] });
    expect(notes).toBeInstanceOf(NdArray);
    expect(notes?.toNested()).toEqual([{ list: Int32Array.of(0, 1) }, { list: Int32Array.of(1, 2) }]);
  });
});
