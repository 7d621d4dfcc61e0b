import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Group, open } from "hdfive";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXAMPLES, type Example, loadModule, runExample } from "./load-example.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hdfive-examples-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function read(group: Group, path: string): Promise<unknown> {
  return (await (await group.getDataset(path)).read()).toNested();
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe("the examples", () => {
  it("groups-and-attributes makes a group of two datasets with attributes, and prints them as a tree", async () => {
    const { printed } = await runExample("groups-and-attributes.mjs", folder);
    await using file = await open(join(folder, "panorama.h5"));
    expect(await file.keys()).toEqual(["subPano"]);
    expect(await read(file, "subPano/1")).toEqual(upTo(10));
    expect(await read(file, "subPano/2")).toEqual(upTo(20));
    expect(await (await file.get("subPano")).attrs.entries()).toEqual([
      ["camera", "north"],
      ["tilt", 12.5],
    ]);
    expect(await (await file.get("subPano/1")).attrs.get("unit")).toBe("counts");
    expect(printed).toContain("└── subPano/  @camera = ");
    expect(printed).toContain("    ├── 1  int32 (10)");
    expect(printed).toContain("[ 0  1  2  3  4  5  6  7  8  9 ]");
  });

  it("growing-dataset keeps the first ten values when it grows to thirty, and then appends two", async () => {
    const { printed } = await runExample("growing-dataset.mjs", folder);
    await using file = await open(join(folder, "growing.h5"));
    const log = await file.getDataset("log");
    expect(log.maxShape).toEqual([null]);
    const second = upTo(20).map((i) => 100 + i);
    expect(await read(file, "log")).toEqual([...upTo(10).map((i) => i / 2), ...second, -1, -2]);
    expect(printed).toContain("Resized to (30): what was never written is 0.\n[   4  4.5    0    0    0 ]");
  });

  it("changing-shape keeps what stays inside and fills what comes new", async () => {
    const { printed } = await runExample("changing-shape.mjs", folder);
    await using file = await open(join(folder, "shapes.h5"));
    expect(await read(file, "matrix")).toEqual([
      [1, -1, -1],
      [3, -1, -1],
      [-1, -1, -1],
    ]);
    expect(printed).toContain("resize((4, 1)):\n[  1 ]\n[  3 ]\n[ -1 ]\n[ -1 ]");
    expect(printed).toContain("resize((2, 2)):\n[  1  -1 ]\n[  3  -1 ]");
  });

  it("half-precision makes 2^65 infinite and rounds 0.1", async () => {
    await runExample("half-precision.mjs", folder);
    await using file = await open(join(folder, "half.h5"));
    expect((await file.getDataset("half")).dtype).toBe("float16");
    expect(await read(file, "half")).toEqual([1, 0.0999755859375, 65504, Infinity, -Infinity]);
  });

  it("slices reads strided and single-axis parts, and writes into them", async () => {
    const { printed } = await runExample("slices.mjs", folder);
    expect(printed).toContain("from 1:\n[  1   4   7 ]\n[ 21  24  27 ]\n[ 41  44  47 ]");
    expect(printed).toContain("one column:\n[  7  17  27  37  47 ]");
    expect(printed).toContain("mask picks:\n[  0   4   8 ]\n[ 10  14  18 ]");
    await using file = await open(join(folder, "slices.h5"));
    const expected = upTo(5).map((i) =>
      upTo(10).map((j) => (i === 4 ? -j - 1 : i > 0 && j % 2 === 1 && j < 9 ? 0 : 10 * i + j)),
    );
    expect(await read(file, "grid")).toEqual(expected);
  });

  it("images fetches one chunk of twelve for one channel of one image", async () => {
    const { facts } = await runExample("images.mjs", folder);
    expect(facts).toEqual({ requests: 1, bytes: 100, chunkCount: 12 });
    await using file = await open(join(folder, "images.h5"));
    const images = await file.getDataset("images");
    expect(images.shape).toEqual([4, 10, 10, 3]);
    expect((await images.read([3, 2, 5])).toNested()).toEqual([40, 103, 3]);
  });

  it("iteration tells groups from datasets", async () => {
    const { facts, printed } = await runExample("iteration.mjs", folder);
    expect(facts).toEqual({ groups: ["notes", "run"], datasets: ["temperature"] });
    expect(printed).toContain("run/2/frames: dataset uint16 (4, 3)");
  });

  it("errors meets each error with its code and h5py's words", async () => {
    const { facts } = await runExample("errors.mjs", folder);
    const met = (facts as { code: string; message: string }[]).map(({ code, message }) => `${code}: ${message}`);
    const expected = [
      /^ALREADY_EXISTS: .*name already exists/,
      /^NOT_FOUND: .*object 'nothing' doesn't exist/,
      /^WRONG_KIND: .*message type not found/,
      /^NOT_CHUNKED: Only chunked datasets can be resized/,
      /^OUT_OF_RANGE: .*dimension cannot exceed the existing maximal size \(new: 13 max: 12\)/,
      /^OUT_OF_RANGE: Index \(10\) out of range for \(0-9\)/,
      /^SHAPE_MISMATCH: Can't broadcast \(9\) -> \(10\)/,
      /^OUT_OF_RANGE: 300 does not fit uint8/,
      /^IO: .*already open for writing/,
      /^CLOSED: .*is closed/,
      /^ALREADY_EXISTS: Unable to create file .*file exists/,
      /^NOT_FOUND: Unable to open file .*no such file or directory/,
      /^NOT_HDF5: .*file signature not found/,
      /^READ_ONLY: .*no write intent on file/,
    ];
    expect(met).toHaveLength(expected.length);
    for (const [i, pattern] of expected.entries()) {
      expect(met[i]).toMatch(pattern);
    }
  });

  it("are all on the tour, each with a title", async () => {
    const { steps } = await loadModule<{ steps: readonly Example[] }>("show/steps.mjs");
    const scripts = readdirSync(EXAMPLES).filter((name) => name.endsWith(".mjs") && name !== "tour.mjs");
    const titles = await Promise.all(scripts.map(async (name) => (await loadModule<Example>(name)).title));
    expect(steps.map(({ title }) => title).sort()).toEqual(titles.sort());
    expect(titles.every((title) => title.length > 0)).toBe(true);
  });
});
