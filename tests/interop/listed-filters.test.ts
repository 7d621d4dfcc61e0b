import { type FilterSetting, MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(() => reportMissingTools());
afterAll(() => folder.remove());

const LISTS: Readonly<Record<string, readonly FilterSetting[]>> = {
  "checksum first": [{ id: "fletcher32" }, { id: "shuffle" }, { id: "gzip" }],
  "twice compressed": [{ id: "lzf" }, { id: 1, options: [9], optional: false }],
  "shuffled twice": [{ id: "shuffle" }, { id: "shuffle", options: [2] }, { id: "deflate", options: [1] }],
  packed: [{ id: "nbit" }, { id: "gzip" }, { id: "fletcher32" }],
  scaled: [{ id: "scaleOffset" }, { id: "szip" }],
  "ec szip": [{ id: 4, options: [4, 16] }],
};

describe.each(PYTHONS)("filters in any order and $label", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());

  it("are stored as they were listed, read by h5py, and carried over to datasets made like others", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    const data = Int32Array.from({ length: 1000 }, (_, i) => (i * 7) % 90);
    for (const [name, filters] of Object.entries(LISTS)) {
      const dataset = await file.createDataset(name, { data, shape: [10, 100], chunks: [5, 64], filters });
      const like = await file.createDatasetLike(`like/${name}`, dataset);
      expect(like.filters).toEqual(dataset.filters);
      expect(like.chunks).toEqual([5, 64]);
      await like.write(await dataset.read());
    }
    await file.close();
    folder.put("listed.h5", storage.image());
    const answer = await session.ask<Record<string, unknown>>("script", {
      path: folder.file("listed.h5"),
      mode: "r",
      code: `
def filters(d):
    p = d.id.get_create_plist()
    return [[p.get_filter(i)[0], p.get_filter(i)[1]] for i in range(p.get_nfilters())]
szip = h5py.h5z.filter_avail(4)
names = [n for n in f if n != "like"]
answer = {n: [filters(f[n]), f[n][()].reshape(-1).tolist() if szip or all(i[0] != 4 for i in filters(f[n])) else None, filters(f["like/" + n])] for n in names}`,
    });
    const ids = {
      shuffle: 2,
      gzip: 1,
      deflate: 1,
      fletcher32: 3,
      szip: 4,
      nbit: 5,
      scaleOffset: 6,
      lzf: 32000,
    } as const;
    for (const [name, filters] of Object.entries(LISTS)) {
      const wanted = filters.map(({ id, optional }) => {
        const number = typeof id === "string" ? ids[id] : id;
        return [number, (optional ?? number !== 3) ? 1 : 0];
      });
      const [stored, values, like] = answer[name] as [unknown, readonly number[] | null, unknown];
      expect({ name, stored, like }).toEqual({ name, stored: wanted, like: wanted });
      expect(values ?? [...data]).toEqual([...data]);
    }
  });

  it("and all else of datasets made by h5py is taken over", async () => {
    const path = folder.file("theirs.h5");
    await session.ask("script", {
      path,
      mode: "w",
      code: `
f.create_dataset("a", (20, 30), "<f4", maxshape=(None, 30), chunks=(4, 8), compression="gzip", compression_opts=7, shuffle=True, fillvalue=2.5)
f.create_dataset("b", (20,), "<i2", scaleoffset=3, fletcher32=False, chunks=(5,))
f.create_dataset("c", (3,), h5py.string_dtype(), fillvalue="none")
f.create_dataset("d", dtype="<i8")`,
    });
    const storage = new MemoryStorage(folder.take("theirs.h5"));
    const file = await openStorage(storage, "r+");
    for (const name of ["a", "b", "c", "d"]) {
      await file.createDatasetLike(`${name}2`, await file.getDataset(name));
    }
    const other = await file.createDatasetLike("e", await file.getDataset("a"), { dtype: "int8", compression: "lzf" });
    expect([other.dtype, other.compression, other.shuffle]).toEqual(["int8", "lzf", false]);
    await file.close();
    folder.put("theirs.h5", storage.image());
    const found = await session.ask<Record<string, unknown>>("script", {
      path,
      mode: "r",
      code: `
def all(d):
    p = d.id.get_create_plist()
    return [d.shape, d.maxshape, d.chunks, str(d.dtype), repr(d.fillvalue), [[p.get_filter(i)[0], list(p.get_filter(i)[2])] for i in range(p.get_nfilters())], p.get_fill_time()]
answer = {n: all(d) for n, d in f.items()}`,
    });
    for (const name of ["a", "b", "c", "d"]) {
      expect(found[`${name}2`]).toEqual(found[name]);
    }
  });
});

it("filters that are none, or do not fit the datatype, are refused", async () => {
  const file = await openStorage(new MemoryStorage(), "w");
  const make = (dtype: string, ...filters: FilterSetting[]): Promise<unknown> =>
    file.createDataset("d", { dtype, shape: [4], chunks: [2], filters });
  const wrong = { code: "INVALID_ARGUMENT" };
  await expect(make("int8", { id: "zip" as "gzip" })).rejects.toMatchObject(wrong);
  await expect(make("int8", { id: 0 })).rejects.toMatchObject(wrong);
  await expect(make("int8", { id: "gzip", options: [10] })).rejects.toMatchObject(wrong);
  await expect(make("string", { id: "fletcher32" })).rejects.toMatchObject(wrong);
  await expect(make("float32", { id: "scaleOffset" })).rejects.toMatchObject(wrong);
  await expect(make("string", { id: "scaleOffset" })).rejects.toMatchObject(wrong);
  await expect(make("int8", { id: 305 })).rejects.toMatchObject({ code: "MISSING_FILTER" });
  expect(await file.keys()).toEqual([]);
  await file.close();
});
