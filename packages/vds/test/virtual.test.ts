import { check, openStorage, points, type Selection, slice } from "@hdfive/core";
import { createVirtualDataset, VirtualLayout, VirtualSource } from "@hdfive/vds";
import { describe, expect, it } from "vitest";
import { elements, Files } from "./files.js";

/** A virtual dataset of 4 rows, each of another file, of which `row-3.h5` is missing. */
async function stack(): Promise<Files> {
  const files = new Files();
  const layout = new VirtualLayout({ shape: [4, 6], dtype: "int32" });
  for (let n = 0; n < 4; n++) {
    if (n < 3) {
      await files.ramp(`row-${n}.h5`, [6], 10 * n);
    }
    layout.map(n, new VirtualSource(`row-${n}.h5`, "data", { shape: [6] }));
  }
  await files.make("vds.h5", (file) => createVirtualDataset(file, "v", layout, { fillValue: -5 }));
  files.opened.length = 0;
  return files;
}

describe("a read of a virtual dataset", () => {
  it("opens no source before it is read, and then those that the selection touches", async () => {
    const files = await stack();
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    expect([data.shape, (await data.info()).layout, files.opened]).toEqual([[4, 6], "virtual", []]);
    expect(elements(await data.read([1, slice(2, 4)]))).toEqual([12, 13]);
    expect(files.opened).toEqual(["row-1.h5"]);
  });

  it("gives the fill value for a missing source, or an error, or asks, as the caller says", async () => {
    const files = await stack();
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    const part: Selection = [slice(2, 4), slice(0, 2)];
    expect(elements(await data.read(part))).toEqual([20, 21, -5, -5]);
    await expect(data.read(part, { missing: "error" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const missing: string[] = [];
    await data.read(null, {
      missing: (one) => {
        missing.push(`${one.file} ${one.dataset}`);
      },
    });
    expect(missing).toEqual(["row-3.h5 data"]);
    await expect(data.read({ missing: () => "error" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(elements(await data.read(0, { missing: "error" }))).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("fails for a source that is refused or damaged, and says so in the list of sources", async () => {
    const files = await stack();
    files.refused.add("row-0.h5");
    files.storages.set("row-1.h5", new Uint8Array(files.storages.get("row-1.h5")?.subarray(0, 100) ?? []));
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    await expect(data.read(0)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(data.read(1)).rejects.toThrow();
    expect((await data.virtualSources()).map(({ state }) => state)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const states = (await data.virtualSources({ state: true })).map(({ state }) => state);
    expect(states).toEqual(["refused", "unreadable", "present", "missing"]);
    expect(data.virtualSourcesSync({ state: true }).map(({ state }) => state)).toEqual(states);
  });

  it("gives the same without waiting, into memory of the caller, converted and in parts", async () => {
    const files = await stack();
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    const into = new Float32Array(4);
    data.readSync([slice(0, 4, 2), slice(0, 6, 3)], { into });
    expect([...into]).toEqual([0, 3, 20, 23]);
    const three = points([
      [3, 0],
      [0, 5],
      [2, 1],
    ]);
    expect(elements(data.readSync(three))).toEqual([-5, 5, 21]);
    expect(data.readSync([0, 1], { as: "float64" }).item()).toBe(1);
  });

  it("needs the plugin, and names it without", async () => {
    const files = await stack();
    await using file = await openStorage(files.storage("vds.h5"));
    const data = await file.getDataset("v");
    expect(data.isVirtual).toBe(true);
    await expect(data.read()).rejects.toThrow(/@hdfive\/vds/);
    await expect(data.virtualSources()).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });

  it("takes what a source has, where it is smaller than was declared, and the fill value for the rest", async () => {
    const files = new Files();
    await files.ramp("small.h5", [2, 3], 1);
    const layout = new VirtualLayout({ shape: [3, 8], dtype: "int32" });
    const source = new VirtualSource("small.h5", "data", { shape: [3, 4] });
    layout.map([null, slice(0, 4)], source).map([null, slice(4, 8)], source.select(null));
    layout.map([2, slice(6, 8)], source.select([slice(1, 3), 2]));
    await files.make("vds.h5", (file) => createVirtualDataset(file, "v", layout, { fillValue: 0 }));
    await using file = await files.get("vds.h5");
    const row = [1, 2, 3, 0, 1, 2, 3, 0];
    const next = [4, 5, 6, 0, 4, 5, 6, 0];
    expect(elements(await (await file.getDataset("v")).read())).toEqual([...row, ...next, 0, 0, 0, 0, 0, 0, 6, 0]);
  });

  it("keeps no more sources open than it may, and closes them with the file", async () => {
    const files = new Files();
    const layout = new VirtualLayout({ shape: [40, 2], dtype: "int32" });
    for (let n = 0; n < 40; n++) {
      await files.ramp(`${n}.h5`, [2], n);
      layout.map(n, new VirtualSource(`${n}.h5`, "data", { shape: [2] }));
    }
    await files.make("vds.h5", (file) => createVirtualDataset(file, "v", layout));
    const file = await files.get("vds.h5", "r", { maxOpenSources: 8 });
    const data = await file.getDataset("v");
    const values = elements(await data.read());
    expect(values).toEqual(Array.from({ length: 80 }, (_, i) => Math.floor(i / 2) + (i % 2)));
    expect(elements(data.readSync())).toEqual(values);
    expect(files.most).toBeLessThanOrEqual(8);
    await file.close();
    expect(files.open).toBe(0);
  });
});

describe("virtual datasets made of virtual datasets", () => {
  it("are read through, and one that is made of itself is refused", async () => {
    const files = new Files();
    await files.ramp("data.h5", [6, 6]);
    const inner = new VirtualLayout({ shape: [3, 6], dtype: "int32" });
    inner.map(null, new VirtualSource("data.h5", "data", { shape: [6, 6] }).select([slice(0, 6, 2)]));
    const outer = new VirtualLayout({ shape: [6, 2], dtype: "float64" });
    outer.map([null, 1], new VirtualSource("inner.h5", "v", { shape: [3, 6] }).select(1));
    await files.make("inner.h5", (file) => createVirtualDataset(file, "v", inner));
    await files.make("outer.h5", async (file) => {
      await createVirtualDataset(file, "v", outer, { fillValue: 0.5 });
      const self = new VirtualLayout({ shape: [2], dtype: "int8" });
      await createVirtualDataset(file, "self", self.map(null, new VirtualSource(".", "self", { shape: [2] })));
    });
    await using file = await files.get("outer.h5");
    const values = elements(await (await file.getDataset("v")).read());
    expect(values).toEqual([12, 13, 14, 15, 16, 17].flatMap((value) => [0.5, value]));
    await expect((await file.getDataset("self")).read()).rejects.toMatchObject({ code: "CORRUPT" });
  });
});

describe("a write through a virtual dataset", () => {
  it("goes to the sources in the same file, whole or not at all", async () => {
    const files = new Files();
    await files.make("one.h5", async (file) => {
      await file.createDataset("a", { data: Int32Array.of(1, 2, 3) });
      await file.createDataset("b", { data: Float64Array.of(4, 5, 6), chunks: [2] });
      const layout = new VirtualLayout({ shape: [3, 3], dtype: "int32" });
      layout.map(0, new VirtualSource(".", "a", { shape: [3] }));
      layout.map(1, new VirtualSource(".", "b", { shape: [3] }));
      await createVirtualDataset(file, "v", layout);
    });
    await using file = await files.get("one.h5", "r+");
    const data = await file.getDataset("v");
    await data.write(
      [
        [10, 20],
        [30, 40],
      ],
      [slice(0, 2), slice(1, 3)],
    );
    expect(elements(await (await file.getDataset("a")).read())).toEqual([1, 10, 20]);
    expect(elements(await (await file.getDataset("b")).read())).toEqual([4, 30, 40]);
    await expect(data.write(7, [slice(1, 3), 0])).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(elements(await data.read([null, 0]))).toEqual([1, 4, 0]);
  });

  it("is refused where the source is in a file that is open for reading", async () => {
    const files = await stack();
    await using file = await files.get("vds.h5", "r+");
    await expect((await file.getDataset("v")).write(1, 0)).rejects.toMatchObject({ code: "READ_ONLY" });
  });
});

describe("a virtual dataset that is deleted", () => {
  it("gives back what it was made of, and another one takes its place", async () => {
    const files = new Files();
    const layout = new VirtualLayout({ shape: [3], dtype: "int32" });
    layout.map(null, new VirtualSource(".", "a", { shape: [3] }));
    await files.make("one.h5", async (file) => {
      await file.createDataset("a", { data: Int32Array.of(1, 2, 3) });
      await createVirtualDataset(file, "v", layout);
    });
    await using file = await files.get("one.h5", "r+");
    const before = (await file.info()).fileSize;
    for (let turn = 0; turn < 20; turn++) {
      await file.delete("v");
      await createVirtualDataset(file, "v", layout);
      await file.flush();
    }
    expect(elements(await (await file.getDataset("v")).read())).toEqual([1, 2, 3]);
    expect((await file.info()).fileSize).toBeLessThan(before + 8192);
    expect((await check(file)).problems).toEqual([]);
  });
});

describe("a mosaic of a thousand files", () => {
  it("opens for a window the files that it meets, and reads each at most twice beyond opening it", async () => {
    const files = new Files();
    const layout = new VirtualLayout({ shape: [40 * 16, 25 * 16], dtype: "int32" });
    await files.ramp("tile.h5", [16, 16]);
    const tile = files.storages.get("tile.h5");
    for (let y = 0; y < 40; y++) {
      for (let x = 0; x < 25; x++) {
        const name = `tile-${y}-${x}.h5`;
        files.storages.set(name, tile as NonNullable<typeof tile>);
        const place = [slice(16 * y, 16 * y + 16), slice(16 * x, 16 * x + 16)];
        layout.map(place, new VirtualSource(name, "data", { shape: [16, 16] }));
      }
    }
    await files.make("vds.h5", (file) => createVirtualDataset(file, "v", layout));
    await using opening = await files.get("tile.h5");
    expect((await opening.getDataset("data")).shape).toEqual([16, 16]);
    await using file = await files.get("vds.h5");
    const data = await file.getDataset("v");
    expect(files.opened).toEqual([]);
    const window = await data.read([slice(100, 164), slice(40, 104)]);
    expect(window.shape).toEqual([64, 64]);
    const expected = Array.from({ length: 64 * 64 }, (_, i) => {
      const [y, x] = [100 + Math.floor(i / 64), 40 + (i % 64)];
      return (y % 16) * 16 + (x % 16);
    });
    expect(elements(window)).toEqual(expected);
    expect(files.opened).toHaveLength(25);
    const reads = [...files.counting.values()].map(({ counts }) => counts.reads);
    // The superblock with all that is beside it is one read: opening and the header of the dataset take no other.
    expect(Math.max(...reads)).toBeLessThanOrEqual(3);
  });
});
