import { type Dataset, type File, MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(() => reportMissingTools());
afterAll(() => folder.remove());

/** What the tests do to a file, in the order in which it is done; the same in Python and here. */
const STEPS: readonly (readonly [string, ...(string | number)[]])[] = [
  ["make", "x", "the x"],
  ["make", "y", ""],
  ["attach", "d", 0, "x"],
  ["attach", "d", 1, "y"],
  ["attach", "d", 0, "x2"],
  ["label", "d", 1, "why"],
  ["attach", "e", 0, "x"],
  ["attach", "e", 1, "y"],
  ["detach", "e", 0, "x"],
  ["label", "d", 0, "an x"],
  ["detach", "d", 0, "x"],
  ["attach", "d", 0, "x"],
  ["detach", "e", 1, "y"],
  ["make", "x", "renamed"],
  ["attach", "s", 0, "x"],
  ["attach", "s", 1, "x"],
  ["detach", "s", 0, "x"],
  ["make", "e", "a scale itself"],
];

const SHAPES = { x: [3], y: [4], x2: [3], d: [3, 4], e: [3, 4], s: [3, 3] } as const;

/** The steps in Python. */
const IN_PYTHON = `
for name, *rest in steps:
    if name == "make": f[rest[0]].make_scale(rest[1])
    elif name == "label": f[rest[0]].dims[rest[1]].label = rest[2]
    elif name == "attach": f[rest[0]].dims[rest[1]].attach_scale(f[rest[2]])
    else: f[rest[0]].dims[rest[1]].detach_scale(f[rest[2]])
`;

/** Every attribute as stored: its datatype's message, its dataspace, its value with paths for references. */
const PORTRAIT = `
import sys, os
def plain(v):
    if isinstance(v, h5py.Reference): return f[v].name if v else None
    if isinstance(v, np.void): return [plain(v[n]) for n in v.dtype.names]
    if isinstance(v, np.ndarray): return [plain(x) for x in v]
    if isinstance(v, bytes): return v.decode()
    return v if isinstance(v, str) or v is None else v.item()
def member(t, i):
    m = t.get_member_type(i)
    return [t.get_member_name(i).decode(), t.get_member_offset(i), m.get_size()]
def described(t):
    out = [type(t).__name__, t.get_size()]
    if isinstance(t, h5py.h5t.TypeStringID): out += [t.get_cset(), t.get_strpad(), t.is_variable_str()]
    if isinstance(t, h5py.h5t.TypeVlenID): out += [t.get_super().equal(h5py.h5t.STD_REF_OBJ)]
    if isinstance(t, h5py.h5t.TypeCompoundID): out += [member(t, i) for i in range(t.get_nmembers())]
    return out
def attribute(o, n):
    a = h5py.h5a.open(o.id, n.encode())
    return [described(a.get_type()), list(a.shape), plain(o.attrs[n])]
answer = {
  "attributes": {k: {n: attribute(o, n) for n in sorted(o.attrs)} for k, o in f.items()},
  "dims": {k: [[dim.label, [[n, s.name] for n, s in dim.items()]] for dim in o.dims] for k, o in f.items() if not h5py.h5ds.is_scale(o.id)},
  "scales": {k: bool(h5py.h5ds.is_scale(o.id)) for k, o in f.items()},
}
`;

async function perform(file: File, steps: typeof STEPS): Promise<void> {
  for (const [verb, name, ...rest] of steps) {
    const dataset: Dataset = await file.getDataset(name as string);
    const [axis, other] = rest as [number, string];
    const dim = dataset.dims[axis];
    if (verb === "make") {
      await dataset.makeScale(rest[0] as string);
    } else if (verb === "label") {
      await dim?.setLabel(other);
    } else if (verb === "attach") {
      await dim?.attachScale(await file.getDataset(other));
    } else {
      dim?.detachScaleSync(file.getDatasetSync(other));
    }
  }
}

describe.each(PYTHONS)("dimension scales that hdfive writes and $label", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());
  const run = <T>(name: string, code: string, mode = "r", libver = "earliest", given: object = {}): Promise<T> =>
    session.ask<T>("script", { path: folder.file(name), mode, code, libver, ...given });

  it.each(["earliest", "v110"] as const)(
    "are stored as the library stores them, after every step (libver %s)",
    async (libver) => {
      for (let count = 1; count <= STEPS.length; count++) {
        const steps = STEPS.slice(0, count);
        const making = Object.entries(SHAPES).map(([name, shape]) => `f["${name}"] = np.zeros((${shape.join()},))`);
        const [theirs, ours] = [`theirs-${count}.h5`, `ours-${count}.h5`];
        await run(theirs, `${making.join("\n")}\n${IN_PYTHON}`, "w", libver, { steps });
        const storage = new MemoryStorage();
        const file = await openStorage(storage, "w", { libver });
        for (const [name, shape] of Object.entries(SHAPES)) {
          await file.createDataset(name, { shape: [...shape], dtype: "float64" });
        }
        await perform(file, steps);
        await file.close();
        folder.put(ours, storage.image());
        const wanted = await run(theirs, PORTRAIT);
        expect(await run(ours, PORTRAIT)).toEqual(wanted);
      }
    },
  );

  it("are edited by h5py and by hdfive in turn", async () => {
    const half = Math.floor(STEPS.length / 2);
    const names = Object.entries(SHAPES).map(([name, shape]) => `f["${name}"] = np.zeros((${shape.join()},))`);
    await run("turns.h5", names.join("\n"), "w");
    await run("wanted.h5", names.join("\n"), "w");
    await run("wanted.h5", IN_PYTHON, "r+", "earliest", { steps: STEPS });
    for (const [at, end] of [
      [0, 4],
      [4, half],
      [half, 12],
      [12, STEPS.length],
    ] as const) {
      const steps = STEPS.slice(at, end);
      if (at === 4 || at === 12) {
        await run("turns.h5", IN_PYTHON, "r+", "earliest", { steps });
        continue;
      }
      const storage = new MemoryStorage(folder.take("turns.h5"));
      const file = await openStorage(storage, "r+");
      await perform(file, steps);
      await file.close();
      folder.put("turns.h5", storage.image());
    }
    const [found, wanted] = [await run("turns.h5", PORTRAIT), await run("wanted.h5", PORTRAIT)];
    // Of HDF5 1.10 the numbers of axes have a sign; what is there keeps the type that it has.
    expect(found).toEqual(wanted);
  });
});

describe("dimension scales", () => {
  it("are refused where the library refuses them, and nothing is changed", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    const [x, y, d] = await Promise.all([
      file.createDataset("x", { data: [1, 2] }),
      file.createDataset("y", { data: [1, 2] }),
      file.createDataset("d", { data: [1, 2] }),
    ]);
    await x.makeScale("x");
    await d.dims[0]?.attachScale(x);
    const wrong = expect.objectContaining({ code: "WRONG_KIND" });
    expect(() => x.dims[0]?.attachScaleSync(y)).toThrow(wrong);
    expect(() => d.dims[0]?.attachScaleSync(d)).toThrow(wrong);
    expect(() => d.makeScaleSync()).toThrow(wrong);
    expect(() => y.dims[0]?.attachScaleSync(d)).toThrow(wrong);
    expect(() => d.dims[0]?.detachScaleSync(y)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
    const other = await openStorage(new MemoryStorage(), "w");
    const strange = await other.createDataset("x", { data: [1] });
    expect(() => d.dims[0]?.attachScaleSync(strange)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
    expect(await y.attrs.keys()).toEqual([]);
    expect(await d.attrs.keys()).toEqual(["DIMENSION_LIST"]);
    expect(await x.attrs.keys()).toEqual(["CLASS", "NAME", "REFERENCE_LIST"]);
    await d.dims[0]?.detachScale(x);
    expect(await x.attrs.keys()).toEqual(["CLASS", "NAME"]);
    expect(await d.attrs.keys()).toEqual([]);
    await d.dims[0]?.setLabel("größe");
    expect(await d.dims[0]?.label()).toBe("größe");
    await file.close();
    await other.close();
  });
});
