import {
  array,
  bitfield,
  ComplexArray,
  type CompoundArray,
  complex,
  compound,
  enumeration,
  MemoryStorage,
  NamedDatatype,
  opaque,
  openStorage,
  string,
  vlen,
} from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainArray } from "./plain.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(() => reportMissingTools());
afterAll(() => folder.remove());

/** Every kind of datatype, committed and then used by a dataset; `value` is one element as numpy's `tolist` gives it. */
const NESTED = compound({
  inner: compound({ a: "int16", names: vlen("string"), b: array("float32", [2]) }),
  colour: enumeration({ RED: 1, GREEN: -3 }, "int32"),
  when: opaque(4),
});
const NESTED_ROW = {
  inner: { a: 7, names: ["x", "yy"], b: [1.5, -2] },
  colour: -3,
  when: Uint8Array.of(1, 2, 3, 4),
};

describe.each(PYTHONS)("committed datatypes and $label", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());
  const run = <T>(name: string, code: string, mode = "r"): Promise<T> =>
    session.ask<T>("script", { path: folder.file(name), mode, code });

  it.each(["earliest", "v108", "v110"] as const)("are shared by what uses them (libver %s)", async (libver) => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver });
    const type = await file.createDatatype("types/nested", NESTED);
    expect(type).toBeInstanceOf(NamedDatatype);
    expect(type.path).toBe("/types/nested");
    await type.attrs.set("about", "a type");
    const dataset = await file.createDataset("data", { dtype: type, data: [NESTED_ROW, NESTED_ROW] });
    await file.createDataset("grows", { dtype: type, shape: [0], maxShape: [null], chunks: [3] });
    await file.attrs.set("row", [NESTED_ROW], { dtype: type });
    await file.createDataset("empty", { dtype: type });
    await file.attrs.set("nothing", null, { dtype: type });
    expect((await type.info()).referenceCount).toBe(6);
    const rows = (await dataset.read()).data as CompoundArray;
    expect((rows.row(1) as typeof NESTED_ROW).inner.names).toEqual(["x", "yy"]);
    await file.close();
    const name = `nested-${libver}.h5`;
    folder.put(name, storage.image());
    const answer = await run(
      name,
      `
t = f["types/nested"]
def same(o): return o.get_type().committed() and o.get_type().equal(t.id)
row = f["data"][1]
answer = {
  "kind": type(t).__name__,
  "count": h5py.h5o.get_info(t.id).rc,
  "shared": [same(f["data"].id), same(f["grows"].id), same(f["empty"].id), same(h5py.h5a.open(f.id, b"row")), same(h5py.h5a.open(f.id, b"nothing"))],
  "row": [int(row["inner"]["a"]), [n if isinstance(n, str) else n.decode() for n in row["inner"]["names"]], row["inner"]["b"].tolist(), int(row["colour"])],
  "raw": list(bytes(row["when"])),
  "colours": h5py.check_enum_dtype(t.dtype["colour"]),
  "empty": [f["empty"].shape is None, isinstance(f.attrs["nothing"], h5py.Empty)],
  "about": t.attrs["about"],
}`,
    );
    expect(answer).toEqual({
      kind: "Datatype",
      count: 6,
      shared: [true, true, true, true, true],
      row: [7, ["x", "yy"], [1.5, -2], -3],
      raw: [1, 2, 3, 4],
      colours: { RED: 1, GREEN: -3 },
      empty: [true, true],
      about: "a type",
    });
  });

  it("go with their last link and their last user, whoever takes them away", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    const type = await file.createDatatype("t", "int32");
    await file.createDataset("d", { dtype: type, data: [1, 2] });
    await file.attrs.set("a", 5, { dtype: type });
    await file.attrs.set("b", 6, { dtype: type });
    const count = async (): Promise<number> => (await type.info()).referenceCount;
    expect(await count()).toBe(4);
    await file.attrs.modify("b", 7);
    expect(await count()).toBe(4);
    await file.attrs.set("b", "text");
    expect(await count()).toBe(3);
    await file.attrs.delete("b");
    await file.delete("t");
    expect(await count()).toBe(2);
    await file.close();
    folder.put("uses.h5", storage.image());
    await run(
      "uses.h5",
      'assert f["d"].id.get_type().committed()\nassert f.attrs["a"] == 5\ndel f.attrs["a"]\nf["again"] = f["d"].dtype',
      "r+",
    );
    const edited = new MemoryStorage(folder.take("uses.h5"));
    const again = await openStorage(edited, "r+");
    const before = (await again.getDataset("d")).datatype;
    expect(before).toMatchObject({ class: "fixed-point", size: 4 });
    await again.delete("d");
    await again.close();
    // The type had no name: nothing is left of it, and h5py's own one is.
    folder.put("uses.h5", edited.image());
    expect(await run("uses.h5", 'answer = [list(f), h5py.h5o.get_info(f["again"].id).rc]')).toEqual([["again"], 1]);
  });

  it("made by h5py are used by hdfive, and counted", async () => {
    await run(
      "theirs.h5",
      'f["t"] = np.dtype([("x", "<f4"), ("y", "<i8")])\nf.create_dataset("one", (2,), f["t"])',
      "w",
    );
    const storage = new MemoryStorage(folder.take("theirs.h5"));
    const file = await openStorage(storage, "r+");
    const type = (await file.get("t")) as NamedDatatype;
    await file.createDataset("two", { dtype: type, data: [{ x: 1, y: 2n }] });
    await file.attrs.set("three", { x: 3, y: 4n }, { dtype: type });
    await expect(file.createDatatype("t", "int8")).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    await file.close();
    folder.put("theirs.h5", storage.image());
    expect(
      await run(
        "theirs.h5",
        'answer = [h5py.h5o.get_info(f["t"].id).rc, f["two"][0].tolist(), f.attrs["three"].tolist(), f["two"].id.get_type().committed()]',
      ),
    ).toEqual([4, [1, 2], [3, 4], true]);
  });

  it("of other classes are read by h5py as they were meant", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    const types = {
      half: "float16",
      wide: ">i8",
      text: "string",
      fixed: string({ length: 5, charset: "ascii" }),
      list: vlen(vlen("int16")),
      grid: array("uint8", [2, 3]),
      flag: "bool",
      pair: "complex64",
      bits: bitfield(2),
      blob: opaque(3, "a tag"),
      link: "reference",
      region: "regionReference",
    } as const;
    for (const [name, dtype] of Object.entries(types)) {
      const type = await file.createDatatype(name, dtype);
      await file.createDataset(`d/${name}`, { dtype: type, shape: [2] });
    }
    await file.close();
    folder.put("classes.h5", storage.image());
    const answer = await run<Record<string, string>>(
      "classes.h5",
      'answer = {k: [type(v.id).__name__, bool(f["d"][k].id.get_type().equal(v.id))] for k, v in f.items() if k != "d"}',
    );
    expect(answer).toEqual({
      half: ["TypeFloatID", true],
      wide: ["TypeIntegerID", true],
      text: ["TypeStringID", true],
      fixed: ["TypeStringID", true],
      list: ["TypeVlenID", true],
      grid: ["TypeArrayID", true],
      flag: ["TypeEnumID", true],
      pair: ["TypeCompoundID", true],
      bits: ["TypeBitfieldID", true],
      blob: ["TypeOpaqueID", true],
      link: ["TypeReferenceID", true],
      region: ["TypeReferenceID", true],
    });
  });
});

describe.each(PYTHONS.filter(({ label }) => label === "newest h5py"))(
  "complex numbers of HDF5 2.0 and $label",
  (tool) => {
    it("are read by h5py, alone and within others", async () => {
      const session = new PythonSession(tool);
      const storage = new MemoryStorage();
      const file = await openStorage(storage, "w", { libver: "v200" });
      const dataset = await file.createDataset("z", { dtype: compound({ z: complex("float32") }), shape: [1] });
      expect(dataset.shape).toEqual([1]);
      const values = new ComplexArray(Float64Array.of(1, -2, 0.5, 4));
      await file.createDataset("c", { dtype: complex(), data: values });
      await file.attrs.set("c", values, { dtype: complex("float32") });
      await file.close();
      folder.put("complex.h5", storage.image());
      const answer = await session.ask("script", {
        path: folder.file("complex.h5"),
        mode: "r",
        code: 'answer = [str(f["z"].dtype), f["z"].id.get_type().get_member_type(0).get_class(), str(f["c"][:].tolist()), str(f.attrs["c"].tolist())]',
      });
      expect(answer).toEqual(["[('z', '<c8')]", 11, "[(1-2j), (0.5+4j)]", "[(1-2j), (0.5+4j)]"]);
      session.close();
    });
  },
);

it("a committed datatype of another file stands where it is used", async () => {
  const one = await openStorage(new MemoryStorage(), "w");
  const two = await openStorage(new MemoryStorage(), "w");
  const type = await one.createDatatype("t", "float32");
  const dataset = await two.createDataset("d", { dtype: type, data: [1, 2] });
  expect(plainArray(await dataset.read(), String)).toEqual([1, 2]);
  await two.attrs.set("a", 1, { dtype: type });
  expect((await two.attrs.info("a")).committedAddress).toBe(null);
  await one.close();
  await expect(two.createDataset("e", { dtype: type, shape: [1] })).rejects.toMatchObject({ code: "CLOSED" });
  await two.close();
});
