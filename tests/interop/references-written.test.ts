import {
  AttributeReference,
  compound,
  MemoryStorage,
  mask,
  ObjectReference,
  openStorage,
  RegionReference,
  type Selection,
  slice,
  standardReference,
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

describe.each(PYTHONS)("references that hdfive writes and $label", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());
  const run = <T>(name: string, code: string, mode = "r"): Promise<T> =>
    session.ask<T>("script", { path: folder.file(name), mode, code });

  it.each(["earliest", "v110"] as const)(
    "lead to groups, datasets and datatypes from everywhere (libver %s)",
    async (libver) => {
      const storage = new MemoryStorage();
      const file = await openStorage(storage, "w", { libver });
      const group = await file.createGroup("g/h");
      const data = await file.createDataset("data", { data: [1, 2, 3] });
      const type = await file.createDatatype("t", "int8");
      const refs = [file.ref, group.ref, data.ref, type.ref, ObjectReference.NULL];
      await file.createDataset("refs", { data: refs });
      await file.createDataset("chunked", { data: refs, chunks: [2], compression: "gzip" });
      await file.attrs.set("one", group.ref);
      await file.attrs.set("many", refs);
      await file.attrs.set("none", ObjectReference.NULL);
      const row = compound({ id: "int32", to: "reference", where: "regionReference" });
      const rows = [
        { id: 1, to: data.ref, where: data.regionRef(slice(1, 3)) },
        { id: 2, to: ObjectReference.NULL, where: RegionReference.NULL },
      ];
      await file.createDataset("rows", { dtype: row, data: rows });
      await file.createDataset("lists", { dtype: vlen("reference"), data: [[data.ref, group.ref], [], [type.ref]] });
      await file.close();
      const name = `refs-${libver}.h5`;
      folder.put(name, storage.image());
      const names = ["/", "/g/h", "/data", "/t", null];
      expect(
        await run(
          name,
          `
def path(r): return f[r].name if r else None
rows = f["rows"][:]
answer = {
  "refs": [path(r) for r in f["refs"][:]], "chunked": [path(r) for r in f["chunked"][:]],
  "one": path(f.attrs["one"]), "many": [path(r) for r in f.attrs["many"]], "none": path(f.attrs["none"]),
  "rows": [[int(r["id"]), path(r["to"]), f[r["where"]][r["where"]].tolist() if r["where"] else None] for r in rows],
  "lists": [[path(r) for r in l] for l in f["lists"][:]],
}`,
        ),
      ).toEqual({
        refs: names,
        chunked: names,
        one: "/g/h",
        many: names,
        none: null,
        rows: [
          [1, "/data", [2, 3]],
          [2, null, null],
        ],
        lists: [["/data", "/g/h"], [], ["/t"]],
      });
      // What h5py stores anew is read by hdfive again.
      await run(name, 'f["refs"][0] = f["data"].ref\nf["refs"][4] = f["t"].ref\nf.attrs["one"] = f["refs"].ref', "r+");
      const again = await openStorage(new MemoryStorage(folder.take(name)));
      const stored = (await (await again.getDataset("refs")).read()).data as ObjectReference[];
      const found = await Promise.all(stored.map((reference) => again.dereference(reference)));
      expect(found.map(({ address }) => address)).toEqual(
        await Promise.all(["data", "g/h", "data", "t", "t"].map(async (path) => (await again.get(path)).address)),
      );
      const one = await again.dereference((await again.attrs.get("one")) as ObjectReference);
      expect(one.equals(await again.get("refs"))).toBe(true);
      await again.close();
    },
  );

  it("lead to the elements that every kind of selection picks", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    const data = Int32Array.from({ length: 120 }, (_, i) => i);
    const dataset = await file.createDataset("data", { shape: [4, 5, 6], data });
    const picked = new Uint8Array(120).map((_, i) => (i % 7 === 3 ? 1 : 0));
    const selections: Selection[] = [
      null,
      2,
      slice(1, 3),
      [slice(0, 4, 2), slice(1, 5, 3), slice(null, null, 5)],
      [1, "...", -1],
      [[0, 2, 3], slice(1, 3)],
      ["...", [0, 1, 4]],
      [slice(0, 4, 3), [1, 2, 4], slice(0, 6, 4)],
      mask(picked, [4, 5, 6]),
      [null, [true, false, false, true, true]],
    ];
    const regions = selections.map((selection) => dataset.regionRef(selection));
    await file.createDataset("regions", { data: regions });
    await file.attrs.set("regions", regions);
    const expected = selections.map((selection) => [plainArray(dataset.readSync(selection), String)].flat(4));
    expect(regions.map((region) => [plainArray(dataset.readSync(region), String)].flat(4))).toEqual(expected);
    expect(dataset.regionRef(slice(2, 2)).selection).toEqual({ kind: "none" });
    expect(() => dataset.regionRef(4)).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
    await file.close();
    folder.put("regions.h5", storage.image());
    const code = (where: string): string =>
      `answer = [[int(v) for v in np.asarray(f[r][r]).reshape(-1)] for r in ${where}]`;
    expect(await run("regions.h5", code('f["regions"][:]'))).toEqual(expected);
    expect(await run("regions.h5", code('f.attrs["regions"]'))).toEqual(expected);
  });

  it("of a deleted object or a closed file are not made", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    const group = await file.createGroup("g");
    const dataset = await file.createDataset("d", { data: [1] });
    await file.delete("g");
    expect(() => group.ref).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
    await file.close();
    expect(() => dataset.regionRef()).toThrow(expect.objectContaining({ code: "CLOSED" }));
  });
});

describe.each(PYTHONS.filter(({ label }) => label === "newest h5py"))("references of HDF5 1.12 and $label", (tool) => {
  it("are stored as libhdf5 stores them, and lead where they did", async () => {
    const session = new PythonSession(tool);
    const theirs = folder.file("theirs.h5");
    await session.ask("make_revised", { path: theirs, other: folder.file("other.h5") });
    const reading = await openStorage(new MemoryStorage(folder.take("theirs.h5")));
    const { datatype } = await reading.getDataset("refs");
    expect(standardReference()).toEqual(datatype);
    await reading.close();
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver: "v112" });
    const dataset = await file.createDataset("data", { data: [5, 6, 7] });
    await dataset.attrs.set("units", "K");
    const refs = [
      file.ref,
      dataset.regionRef(slice(1, 3)),
      new AttributeReference(dataset.address, "units"),
      ObjectReference.NULL,
    ];
    await file.createDataset("refs", { dtype: standardReference(), data: refs });
    await file.attrs.set("ref", dataset.ref, { dtype: standardReference() });
    const stored = (await (await file.getDataset("refs")).read()).data;
    expect(stored).toEqual([refs[0], refs[1], refs[2], ObjectReference.NULL]);
    await file.close();
    const path = folder.put("ours.h5", storage.image());
    expect(await session.ask("read_revised", { path, name: "refs" })).toEqual(["/", [6, 7], "K", null]);
    session.close();
  });
});
