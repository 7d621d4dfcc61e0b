import { hyperslab, slice } from "@hdfive/core";
import { createVirtualDataset, UNLIMITED, VirtualLayout, VirtualSource } from "@hdfive/vds";
import { describe, expect, it } from "vitest";
import { elements, Files } from "./files.js";

/** Frames of two writers by turns, of which the first has written `rows` and the second one less. */
async function frames(rows: number): Promise<Files> {
  const files = new Files();
  const layout = new VirtualLayout({ shape: [1, 2], maxShape: [null, 2], dtype: "int32" });
  for (let n = 0; n < 2; n++) {
    await files.ramp(`w${n}.h5`, [rows - n, 2], 100 * n);
    const source = new VirtualSource(`w${n}.h5`, "data", { shape: [0, 2], maxShape: [null, 2] });
    layout.map([slice(n, UNLIMITED, 2)], source.select([slice(0, UNLIMITED)]));
  }
  await files.make("vds.h5", (file) => createVirtualDataset(file, "v", layout, { fillValue: -1 }));
  return files;
}

describe("a virtual dataset without end", () => {
  it("has the shape that its sources give it, and follows them when it is refreshed", async () => {
    const files = await frames(3);
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    expect([data.shape, data.maxShape]).toEqual([
      [5, 2],
      [null, 2],
    ]);
    await files.ramp("w1.h5", [5, 2], 100);
    expect(data.shape).toEqual([5, 2]);
    await data.refresh();
    expect(data.shape).toEqual([10, 2]);
    expect(elements(await data.read([null, 0]))).toEqual([0, 100, 2, 102, 4, 104, -1, 106, -1, 108]);
    await files.ramp("w0.h5", [1, 2]);
    data.refreshSync();
    expect(elements(data.readSync([null, 1]))).toEqual([1, 101, -1, 103, -1, 105, -1, 107, -1, 109]);
  });

  it("ends before the first gap where that is the view", async () => {
    const files = await frames(3);
    await using file = await files.get("vds.h5", "r", { view: "first-missing" });
    expect((await file.getDataset("v")).shape).toEqual([5, 2]);
    await files.ramp("w1.h5", [9, 2], 100);
    await using other = await files.get("vds.h5", "r", { view: "first-missing" });
    expect((await other.getDataset("v")).shape).toEqual([6, 2]);
  });

  it("can be looked at where a source is refused, and says so when it is read", async () => {
    const files = await frames(3);
    files.refused.add("w0.h5");
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    expect(data.shape).toEqual([1, 2]);
    await expect(data.read()).rejects.toMatchObject({ code: "FORBIDDEN" });
  });
});

describe("mappings that make no sense", () => {
  const source = new VirtualSource("a.h5", "data", { shape: [4], maxShape: [null] });
  const layout = (): VirtualLayout => new VirtualLayout({ shape: [4], maxShape: [null], dtype: "int32" });
  const endless = hyperslab({ start: [0], stride: [1], count: [null], block: [1] });

  it("are refused when they are made", () => {
    expect(() => layout().map(slice(0, 3), source)).toThrow(/different numbers of elements: 3 of \(4,?\) and 4/);
    expect(() => layout().map(endless, source)).toThrow(/neither unlimited nor numbered/);
    expect(() => layout().map(slice(0, 3), source.select(endless))).toThrow(/the virtual one is not/);
    expect(() => layout().map(null, new VirtualSource("%b.h5", "data", { shape: [4] }))).toThrow(/numbered/);
    expect(() => layout().map(slice(0, 9), source.select(slice(0, 3)))).toThrow(/different numbers/);
  });

  it("need at least one, and not more than is allowed", async () => {
    const files = new Files();
    const made = files.make("none.h5", (file) => createVirtualDataset(file, "v", layout()));
    await expect(made).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    const many = new VirtualLayout({ shape: [2000], dtype: "int8" });
    for (let i = 0; i < 2000; i++) {
      many.map(slice(i, i + 1), new VirtualSource(".", "absent", { shape: [1] }));
    }
    await files.make("many.h5", (file) => createVirtualDataset(file, "v", many), { libver: "v200" });
    await using file = await files.get("many.h5", "r", { maxMappings: 1999 });
    await expect((await file.getDataset("v")).read()).rejects.toMatchObject({ code: "LIMIT" });
    await using other = await files.get("many.h5");
    expect(elements(await (await other.getDataset("v")).read([slice(1990, 2000)]))).toEqual(new Array(10).fill(0));
  });

  it("are errors where the source is not what was declared: another rank, another number of elements", async () => {
    const files = new Files();
    await files.ramp("a.h5", [2, 2]);
    const wrong = new VirtualLayout({ shape: [4], dtype: "int32" });
    wrong.map(slice(0, 2), new VirtualSource("a.h5", "data", { shape: [4] }).select(slice(0, 2)));
    const other = new VirtualLayout({ shape: [7], dtype: "int32" });
    other.map(null, new VirtualSource("a.h5", "data", { shape: [7] }));
    await files.make("vds.h5", async (file) => {
      await createVirtualDataset(file, "rank", wrong);
      await createVirtualDataset(file, "count", other);
    });
    await using file = await files.get("vds.h5");
    await expect((await file.getDataset("rank")).read()).rejects.toThrow(/in 1 dimensions of a source with 2/);
    await expect((await file.getDataset("count")).read()).rejects.toMatchObject({ code: "CORRUPT" });
    expect(elements(await (await file.getDataset("rank")).read(slice(2, 4)))).toEqual([0, 0]);
  });
});
