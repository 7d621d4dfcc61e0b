import { describe, expect, it } from "vitest";
import {
  blocks,
  Dataset,
  type DataspaceSelection,
  type File,
  hyperslab,
  MemoryStorage,
  ObjectReference,
  openStorage,
  points,
  RegionReference,
  regionReference,
  type Selection,
  slice,
  string,
} from "../../src/index.ts";

/** A file with a plane of numbers, in one block and in chunks. */
async function planes(): Promise<File> {
  const file = await openStorage(new MemoryStorage(), "w");
  const data = Int32Array.from({ length: 60 }, (_, i) => i);
  await file.createDataset("flat", { dtype: "int32", shape: [6, 10], data });
  await file.createDataset("chunked", { dtype: "int32", shape: [6, 10], data, chunks: [4, 3] });
  return file;
}

/** A dataset that holds one reference to a region of another, as a file would. */
async function regionOf(file: File, target: string, selection: DataspaceSelection): Promise<RegionReference> {
  const { address } = await file.get(target).then((object) => object.info());
  const data = [new RegionReference(address, selection)];
  const name = `region ${(await file.keys()).length}`;
  const stored = await file.createDataset(name, { dtype: regionReference(), shape: [1], data });
  const [reference] = (await stored.read()).data as RegionReference[];
  return reference as RegionReference;
}

const all: DataspaceSelection = { kind: "all" };
const vast = (axes: number): DataspaceSelection =>
  hyperslab({
    start: new Array<number>(axes).fill(0),
    stride: new Array<number>(axes).fill(3),
    count: new Array<number>(axes).fill(2 ** 24),
    block: new Array<number>(axes).fill(2),
  });

describe("selections as files store them", () => {
  it.each<[string, Selection, readonly number[], readonly number[]]>([
    [
      "points in their own order",
      points([
        [5, 9],
        [0, 0],
        [5, 9],
      ]),
      [3],
      [59, 0, 59],
    ],
    [
      "blocks at regular distances",
      hyperslab({ start: [1, 0], stride: [3, 5], count: [2, 2], block: [2, 1] }),
      [4, 2],
      [10, 15, 20, 25, 40, 45, 50, 55],
    ],
    [
      "blocks without a limit",
      hyperslab({ start: [5, 7], stride: [1, 2], count: [1, null], block: [1, 1] }),
      [1, 2],
      [57, 59],
    ],
    [
      "a union of blocks",
      blocks([
        [
          [0, 8],
          [1, 9],
        ],
        [
          [1, 9],
          [2, 9],
        ],
      ]),
      [5],
      [8, 9, 18, 19, 29],
    ],
    [
      "blocks that are a product",
      blocks([
        [
          [0, 8],
          [0, 9],
        ],
        [
          [3, 8],
          [3, 9],
        ],
        [
          [4, 8],
          [4, 9],
        ],
      ]),
      [3, 2],
      [8, 9, 38, 39, 48, 49],
    ],
    ["nothing", { kind: "none" }, [0, 0], []],
  ])("read %s", async (_, selection, shape, values) => {
    const file = await planes();
    for (const name of ["flat", "chunked"]) {
      const found = await (await file.getDataset(name)).read(selection);
      expect([found.shape, Array.from(found.data as Int32Array)]).toEqual([shape, values]);
    }
  });

  it("write where they read", async () => {
    const file = await planes();
    for (const name of ["flat", "chunked"]) {
      const dataset = await file.getDataset(name);
      const selection = blocks([
        [
          [0, 0],
          [0, 1],
        ],
        [
          [5, 4],
          [5, 4],
        ],
      ]);
      await dataset.write([-1, -2, -3], selection);
      expect(Array.from((await dataset.read(selection)).data as Int32Array)).toEqual([-1, -2, -3]);
      expect((await dataset.read([5, 4])).item()).toBe(-3);
      expect((await dataset.read([0, 2])).item()).toBe(2);
      await dataset.write(7, await regionOf(file, name, points([[2, 2]])));
      expect((await dataset.read([2, 2])).item()).toBe(7);
    }
  });

  it.each<[string, () => Selection]>([
    ["of another rank", () => points([[1]])],
    ["outside the dataset", () => points([[1, 10]])],
    ["that go past its end", () => hyperslab({ start: [0, 0], count: [7, 1] })],
    [
      "whose blocks end before they begin",
      () =>
        blocks([
          [
            [3, 3],
            [2, 4],
          ],
        ]),
    ],
    ["whose blocks overlap", () => hyperslab({ start: [0, 0], stride: [1, 1], count: [2, 2], block: [2, 1] })],
    ["with an index that is none", () => points([[-1, 0]])],
  ])("are refused %s", async (_, make) => {
    const dataset = await (await planes()).getDataset("chunked");
    const mistake = (async () => dataset.read(make()))();
    await expect(mistake).rejects.toMatchObject({
      code: expect.stringMatching(/^(INVALID_ARGUMENT|OUT_OF_RANGE)$/) as string,
    });
  });
});

describe("a region reference of a hostile file", () => {
  it("to more elements than memory holds is refused before anything is allocated", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    await file.createDataset("vast", {
      dtype: "int8",
      shape: [2 ** 26, 2 ** 26],
      chunks: [1024, 1024],
      maxShape: [null, null],
    });
    for (const selection of [
      vast(2),
      all,
      blocks([
        [
          [0, 0],
          [2 ** 25, 2 ** 25],
        ],
        [
          [2 ** 25, 5],
          [2 ** 26 - 1, 2 ** 26 - 1],
        ],
      ]),
    ]) {
      const region = await regionOf(file, "vast", selection);
      await expect(file.readRegion(region)).rejects.toMatchObject({ code: "LIMIT" });
    }
  });

  it("of blocks that all overlap is refused before it takes their square", async () => {
    const file = await planes();
    const side = 20_000;
    await file.createDataset("wide", { dtype: "int8", shape: [2 * side, 2 * side], chunks: [1024, 1024] });
    const corners = Float64Array.from({ length: side * 4 }, (_, i) => {
      const block = Math.floor(i / 4);
      return i % 4 < 2 ? block : side + block - (i % 2);
    });
    const region = await regionOf(file, "wide", { kind: "blocks", rank: 2, corners });
    const start = performance.now();
    await expect(file.readRegion(region)).rejects.toMatchObject({ code: "LIMIT" });
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it("of another rank than the dataset is corrupt", async () => {
    const file = await planes();
    const region = await regionOf(file, "flat", points([[1, 1, 1]]));
    await expect(file.readRegion(region)).rejects.toMatchObject({ code: "CORRUPT" });
  });

  it("to a group is of the wrong kind", async () => {
    const file = await planes();
    await file.createGroup("group");
    const region = await regionOf(file, "group", all);
    await expect(file.dereference(region)).rejects.toMatchObject({ code: "WRONG_KIND" });
  });

  it("past the end of a dataset that has shrunk is out of range", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    const dataset = await file.createDataset("d", { dtype: "int8", shape: [9], chunks: [4], maxShape: [9] });
    const region = await regionOf(file, "d", hyperslab({ start: [4], block: [5] }));
    await dataset.resize([6]);
    await expect(file.readRegion(region)).rejects.toMatchObject({ code: "OUT_OF_RANGE" });
  });
});

describe("references", () => {
  it("that go round in a circle are followed one at a time", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    const first = await file.createDataset("first", { dtype: "reference", shape: [1] });
    const second = await file.createDataset("second", { data: [new ObjectReference((await first.info()).address)] });
    await first.write([new ObjectReference((await second.info()).address)]);
    let here: Dataset = first;
    for (let step = 0; step < 4; step++) {
      const [reference] = (await here.read()).data as ObjectReference[];
      const next = await file.dereference(reference as ObjectReference);
      expect(next).toBeInstanceOf(Dataset);
      here = next as Dataset;
    }
    expect(here.equals(first)).toBe(true);
  });

  it("to regions may share what is in the heap, so that overwriting one leaves the other", async () => {
    const file = await planes();
    const region = await regionOf(file, "flat", points([[1, 1]]));
    const holder = await file.getDataset("region 2");
    await holder.write([RegionReference.NULL]);
    expect((await holder.read()).get(0)).toBe(RegionReference.NULL);
    expect(region.selection).toEqual(points([[1, 1]]));
    await file.attrs.set("region", region);
    expect(await file.attrs.get("region")).toEqual(region);
  });
});

describe("views of a dataset", () => {
  it("give text of another encoding, of fixed and of variable length", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    // "gräfin" in UTF-8, read as ISO-8859-1, is what a program for Windows would show.
    for (const [name, dtype] of [
      ["fixed", string({ length: 10 })],
      ["variable", "string"],
    ] as const) {
      const dataset = await file.createDataset(name, { dtype, data: ["gräfin", "a"] });
      expect((await dataset.asString("latin1").read()).data).toEqual(["grÃ¤fin", "a"]);
      expect((await dataset.asString().read(slice(0, 1))).data).toEqual(["gräfin"]);
      expect(dataset.asString("utf-8").readSync(slice(0, 1)).data).toEqual(["gräfin"]);
      expect(() => dataset.asString("utf-99")).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }) as Error);
    }
    const numbers = await file.createDataset("numbers", { data: [1, 2, 300] });
    expect(() => numbers.asString()).toThrow(expect.objectContaining({ code: "WRONG_KIND" }) as Error);
    expect((await numbers.asType("uint8").read()).data).toEqual(Uint8Array.of(1, 2, 255));
    expect(numbers.asType("float64").readSync([2]).item()).toBe(300);
    expect(numbers.asType("float64").shape).toEqual([3]);
  });
});
