import { HdfiveError, type Index, MemoryStorage, mask, openStorage, type Selection, slice } from "@hdfive/core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainArray } from "./plain.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

/** One selection, as both sides write it. */
interface SelectionCase {
  readonly python: string;
  readonly ours: Selection;
}

const SHAPES: Readonly<Record<string, readonly number[]>> = {
  scalar: [],
  line: [10],
  plane: [6, 9],
  box: [5, 4, 7],
  empty: [3, 0],
};
const CASES = 400;

const end = (extent: number): fc.Arbitrary<number | null> =>
  fc.option(fc.integer({ min: -extent - 2, max: extent + 3 }), { nil: null });

const sliceCase = (extent: number): fc.Arbitrary<{ python: string; ours: Index }> =>
  fc
    .record({ start: end(extent), stop: end(extent), step: fc.option(fc.integer({ min: -1, max: 4 }), { nil: null }) })
    .map(({ start, stop, step }) => ({
      python: `${start ?? ""}:${stop ?? ""}${step === null ? "" : `:${step}`}`,
      ours: slice(start, stop, step),
    }));

// h5py lets an index one past the end slip through to libhdf5, whose words are others: never asked for.
const integerCase = (extent: number): fc.Arbitrary<{ python: string; ours: Index }> =>
  fc.integer({ min: -extent - 1, max: extent }).map((index) => ({ python: `${index}`, ours: index }));

const listCase = (extent: number): fc.Arbitrary<{ python: string; ours: Index }> =>
  fc
    .uniqueArray(fc.integer({ min: 0, max: Math.max(0, extent - 1) }), { minLength: 1, maxLength: 5 })
    .chain((indices) => {
      const increasing = [...indices].sort((a, b) => a - b);
      return fc.constantFrom(increasing, increasing, increasing, indices);
    })
    .map((indices) => ({ python: `[${indices.join(", ")}]`, ours: indices }));

const maskCase = (extent: number): fc.Arbitrary<{ python: string; ours: Index }> =>
  fc.array(fc.boolean(), { minLength: extent, maxLength: extent }).map((values) => ({
    python: `np.array([${values.map(Number).join(", ")}], dtype=bool)`,
    ours: mask(values),
  }));

function selectionOf(shape: readonly number[]): fc.Arbitrary<SelectionCase> {
  const axes = shape.map((extent) =>
    fc.oneof(
      { arbitrary: sliceCase(extent), weight: 6 },
      { arbitrary: integerCase(extent), weight: 3 },
      ...(extent > 0 ? [{ arbitrary: listCase(extent), weight: 1 }] : []),
      ...(extent > 0 ? [{ arbitrary: maskCase(extent), weight: 1 }] : []),
    ),
  );
  const spread = { python: "...", ours: "..." as const };
  return fc
    .record({
      parts: fc.tuple(...axes),
      count: fc.nat({ max: shape.length }),
      ellipsis: fc.nat({ max: 2 * shape.length }),
    })
    .map(({ parts, count, ellipsis }) => {
      const items: { python: string; ours: Index | null | "..." }[] = parts.slice(0, count);
      if (ellipsis <= count) {
        items.splice(ellipsis, 0, spread);
      }
      const python = items.length === 0 ? "()" : items.map((item) => item.python).join(", ");
      return { python, ours: items.map((item) => item.ours) };
    });
}

const folder = new ScratchFolder();
let image: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  reportMissingTools();
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w");
  for (const [name, shape] of Object.entries(SHAPES)) {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = Int32Array.from({ length: count }, (_, index) => index + 1);
    const chunks = shape.map((extent) => Math.max(1, Math.ceil(extent / 3)));
    const common = { dtype: "int32", shape, data: shape.length === 0 ? 1 : data } as const;
    await file.createDataset(name, common);
    if (shape.length > 0) {
      await file.createDataset(`${name} in chunks`, { ...common, chunks, maxShape: shape.map(() => null) });
    }
  }
  await file.close();
  image = storage.image();
});

afterAll(() => folder.remove());

describe.each(PYTHONS)("selections compared with $label", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());

  it("read the same values of the same shape, or are the same mistake", async () => {
    const names = Object.keys(SHAPES).flatMap((name) => (name === "scalar" ? [name] : [name, `${name} in chunks`]));
    const drawn = names.flatMap((name) => {
      const shape = SHAPES[name.split(" ")[0] as string] as readonly number[];
      return fc.sample(selectionOf(shape), CASES / names.length).map((selection) => ({ name, ...selection }));
    });
    const cases = drawn.filter(({ ours }) => !isBeyondH5py(ours));
    const path = folder.put("read.h5", image);
    const answers = await session.ask<{ shape?: number[]; value?: unknown; error?: string; message?: string }[]>(
      "select",
      {
        path,
        cases: cases.map(({ name, python }) => [name, python]),
      },
    );
    const file = await openStorage(new MemoryStorage(image));
    for (const [index, { name, python, ours }] of cases.entries()) {
      const dataset = await file.getDataset(name);
      const answer = answers[index] as (typeof answers)[number];
      const found = await dataset.read(ours).then(
        (array) => ({ shape: [...array.shape], value: plainArray(array, String) }),
        (error: HdfiveError) => ({ error: error.code, message: error.message }),
      );
      expect({ name, python, ours: "error" in found ? found.error : found }).toEqual({
        name,
        python,
        ours: answer.error ?? answer,
      });
    }
    expect(cases.length).toBeGreaterThan(CASES / 2);
    await file.close();
  });

  it("written to give the same dataset, broadcast included, or are refused by both", async () => {
    const shape = SHAPES.box as readonly number[];
    const selections = fc.sample(selectionOf(shape), 150).filter(({ ours }) => !hasVector(ours));
    const file = await openStorage(new MemoryStorage(image.slice()), "r+");
    const dataset = await file.getDataset("box in chunks");
    const cases: { python: string; ours: Selection; shape: readonly number[]; isEmpty: boolean }[] = [];
    for (const selection of selections) {
      const target = await dataset.read(selection.ours).then(
        (array) => array.shape,
        () => [2],
      );
      const options = [
        target,
        target,
        target.slice(1),
        [1, ...target],
        target.map((n, i) => (i === 0 ? 1 : n)),
        [],
        [2],
      ];
      const isEmpty = target.includes(0);
      cases.push({ ...selection, isEmpty, shape: fc.sample(fc.constantFrom(...options), 1)[0] as readonly number[] });
    }
    const path = folder.put("write.h5", image);
    const answers = await session.ask<{ value?: unknown; error?: string; message?: string }[]>("select_write", {
      path,
      name: "box in chunks",
      cases: cases.map(({ python, shape: values }) => [python, values]),
    });
    for (const [index, { python, ours, shape: given, isEmpty }] of cases.entries()) {
      await dataset.write(0);
      const count = given.reduce((product, extent) => product * extent, 1);
      let next = 1;
      const level = (axis: number): unknown =>
        axis === given.length ? next++ : Array.from({ length: given[axis] as number }, () => level(axis + 1));
      const failure = await dataset.write(count === 0 ? new Int32Array(0) : level(0), ours).then(
        () => null,
        (error: unknown) => error,
      );
      const answer = answers[index] as (typeof answers)[number];
      if (failure !== null && isEmpty) {
        // h5py looks at no values where nothing is selected; numpy and we do.
        expect(failure).toMatchObject({ code: "SHAPE_MISMATCH" });
      } else if (failure !== null) {
        expect(failure).toBeInstanceOf(HdfiveError);
        expect({ python, given, refused: answer.error !== undefined, failure }).toMatchObject({ refused: true });
      } else {
        expect({ python, given, value: plainArray(await dataset.read(), String) }).toEqual({
          python,
          given,
          value: answer.value ?? answer.error,
        });
      }
    }
    await file.close();
  });
});

function hasVector(selection: Selection): boolean {
  return Array.isArray(selection) && selection.some((item) => Array.isArray(item) || isMask(item));
}

/**
 * Where h5py has surprises: two lists or masks, masks of nothing, and an ellipsis beside either, which moves lists to axes
 * where an index one past the end slips through to libhdf5.
 */
function isBeyondH5py(selection: Selection): boolean {
  const vectors = Array.isArray(selection) ? selection.filter((item) => Array.isArray(item) || isMask(item)) : [];
  const ellipsis = Array.isArray(selection) && selection.includes("...");
  return (
    vectors.length > 1 ||
    (vectors.length > 0 && ellipsis) ||
    vectors.some((item) => isMask(item) && !item.values.includes(1))
  );
}

function isMask(item: unknown): item is ReturnType<typeof mask> {
  return typeof item === "object" && item !== null && "values" in item && item.values instanceof Uint8Array;
}
