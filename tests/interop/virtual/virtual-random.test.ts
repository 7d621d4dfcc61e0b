import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  blocks,
  createVirtualDataset,
  type DataspaceSelection,
  hyperslab,
  open,
  points,
  type Selection,
  slice,
  VirtualLayout,
  VirtualSource,
} from "hdfive";
import { afterAll, describe, expect, it } from "vitest";
import { PYTHONS, reportMissingTools } from "../tools.js";

const script = fileURLToPath(new URL("../python/virtual.py", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "hdfive-virtual-random-"));
afterAll(() => rmSync(root, { recursive: true }));

const FILL = -1;
const LAYOUTS = 40;
const SOURCES = 5;

/** A sequence of numbers that is the same in every run. */
class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  /** A whole number from `low` up to, not including, `high`. */
  within(low: number, high: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return low + Math.floor((this.#state / 2 ** 32) * (high - low));
  }
}

/** The flat positions of elements of a selection, in its order. */
function positions(selection: DataspaceSelection, shape: readonly number[]): number[] {
  const total = shape.reduce((product, extent) => product * extent, 1);
  const indices = (flat: number): number[] => {
    const found = new Array<number>(shape.length);
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      found[axis] = rest % (shape[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    return found;
  };
  const has = (index: readonly number[]): boolean => {
    if (selection.kind === "hyperslab") {
      const { start, stride, count, block } = selection;
      return index.every((at, axis) => {
        const distance = at - (start[axis] as number);
        const number = Math.floor(distance / (stride[axis] as number));
        return distance >= 0 && number < (count[axis] ?? 0) && distance % (stride[axis] as number) < (block[axis] ?? 0);
      });
    }
    if (selection.kind === "blocks") {
      const { corners, rank } = selection;
      for (let from = 0; from < corners.length; from += 2 * rank) {
        if (index.every((at, i) => at >= (corners[from + i] ?? 0) && at <= (corners[from + rank + i] ?? 0))) {
          return true;
        }
      }
      return false;
    }
    return selection.kind === "all";
  };
  return Array.from({ length: total }, (_, flat) => flat).filter((flat) => has(indices(flat)));
}

/** A selection of a shape that has just so many elements, of blocks or runs. */
function selectionOf(random: Random, shape: readonly number[], count: number): DataspaceSelection {
  const total = shape.reduce((product, extent) => product * extent, 1);
  const corners: [number[], number[]][] = [];
  const last = shape.at(-1) as number;
  let at = random.within(0, Math.max(1, total - 2 * count));
  for (let left = count; left > 0; ) {
    const run = Math.min(left, last - (at % last), random.within(1, 6));
    const outer: number[] = [];
    for (let axis = shape.length - 2, rest = Math.floor(at / last); axis >= 0; axis--) {
      outer.unshift(rest % (shape[axis] as number));
      rest = Math.floor(rest / (shape[axis] as number));
    }
    corners.push([
      [...outer, at % last],
      [...outer, (at % last) + run - 1],
    ]);
    left -= run;
    at += run + (total - at - run - left > 0 ? random.within(0, Math.min(3, total - at - run - left + 1)) : 0);
  }
  return blocks(corners);
}

function regular(random: Random, shape: readonly number[]): DataspaceSelection {
  const axes = shape.map((extent) => {
    const block = random.within(1, Math.min(4, extent) + 1);
    const stride = block + random.within(0, 3);
    const count = random.within(1, Math.floor((extent - block) / stride) + 2);
    const start = random.within(0, extent - ((count - 1) * stride + block) + 1);
    return { start, stride, count, block };
  });
  return hyperslab({
    start: axes.map(({ start }) => start),
    stride: axes.map(({ stride }) => stride),
    count: axes.map(({ count }) => count),
    block: axes.map(({ block }) => block),
  });
}

describe("random layouts", () => {
  it("are read as the model says, by us and by two versions of h5py, whole and in parts", async () => {
    reportMissingTools();
    const random = new Random(20_240_517);
    const folder = mkdtempSync(join(root, "files-"));
    const shapes: number[][] = [];
    for (let n = 0; n < SOURCES; n++) {
      const shape = Array.from({ length: random.within(1, 4) }, () => random.within(5, 13));
      shapes.push(shape);
      await using file = await open(join(folder, `${n}.h5`), "w");
      const size = shape.reduce((product, extent) => product * extent, 1);
      const data = Int32Array.from({ length: size }, (_, i) => 10_000 * (n + 1) + i);
      await file.createDataset("data", { data, shape, dtype: "int32", chunks: n % 2 === 0 ? true : undefined });
    }
    const models: { name: string; shape: number[]; values: number[]; forgets: boolean }[] = [];
    const made = await open(join(folder, "made.h5"), "w");
    for (let number = 0; number < LAYOUTS; number++) {
      const shape = Array.from({ length: random.within(1, 4) }, () => random.within(4, 12));
      const size = shape.reduce((product, extent) => product * extent, 1);
      const values = new Array<number>(size).fill(FILL);
      const layout = new VirtualLayout({ shape, dtype: "int32" });
      let mapped = 0;
      for (let mapping = random.within(1, 6); mapping > 0; mapping--) {
        const n = random.within(0, SOURCES);
        const sourceShape = shapes[n] as number[];
        const sourceSize = sourceShape.reduce((product, extent) => product * extent, 1);
        let virtual = regular(random, shape);
        let places = positions(virtual, shape);
        if (places.length > sourceSize / 3 || random.within(0, 3) === 0) {
          const count = random.within(1, Math.floor(Math.min(sourceSize, size) / 3) + 1);
          virtual = selectionOf(random, shape, count);
          places = positions(virtual, shape);
        }
        const part = selectionOf(random, sourceShape, places.length);
        const from = positions(part, sourceShape);
        layout.map(virtual, new VirtualSource(`${n}.h5`, "data", { shape: sourceShape }).select(part));
        mapped += places.length;
        for (const [i, place] of places.entries()) {
          values[place] = 10_000 * (n + 1) + (from[i] as number);
        }
      }
      await createVirtualDataset(made, `v${number}`, layout, { fillValue: FILL });
      // libhdf5 forgets the fill value where the mappings come to at least as many elements as there are.
      models.push({ name: `v${number}`, shape, values, forgets: mapped >= size });
    }
    await made.close();
    await using file = await open(join(folder, "made.h5"));
    for (const { name, shape, values } of models) {
      const data = await file.getDataset(name);
      expect([name, Array.from((await data.read()).data as Int32Array)]).toEqual([name, values]);
      const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1));
      const list = Array.from({ length: 9 }, () => shape.map((extent) => random.within(0, extent)));
      const flat = list.map((index) => index.reduce((sum, at, axis) => sum + at * (strides[axis] as number), 0));
      const picked = (await data.read(points(list))).data as Int32Array;
      expect([name, "points", ...picked]).toEqual([name, "points", ...flat.map((place) => values[place])]);
      const stored: DataspaceSelection[] = [
        regular(random, shape),
        selectionOf(random, shape, Math.max(1, Math.floor(values.length / 4))),
      ];
      for (const selection of stored) {
        const part = data.readSync(selection).data as Int32Array;
        const wanted = positions(selection, shape).map((place) => values[place]);
        expect([name, selection.kind, ...part]).toEqual([name, selection.kind, ...wanted]);
      }
      const stepped: Selection = shape.map((extent) => slice(random.within(0, extent), null, random.within(1, 4)));
      const part = (await data.read(stepped)).data as Int32Array;
      const kept = (flatPlace: number): boolean =>
        shape.every((extent, axis) => {
          const at = Math.floor(flatPlace / (strides[axis] as number)) % extent;
          const { start, step } = (stepped as ReturnType<typeof slice>[])[axis] as ReturnType<typeof slice>;
          return at >= (start ?? 0) && (at - (start ?? 0)) % (step ?? 1) === 0;
        });
      expect([name, "steps", ...part]).toEqual([name, "steps", ...values.filter((_, place) => kept(place))]);
    }
    const known = models.filter(({ forgets }) => !forgets);
    expect(known.length).toBeGreaterThan(LAYOUTS / 2);
    const wanted = JSON.stringify(known.map(({ name }) => ["made.h5", name]));
    for (const { label, path } of PYTHONS) {
      const theirs = JSON.parse(execFileSync(path, [script, "read", folder, wanted]).toString()) as {
        readonly values: readonly number[];
      }[];
      for (const [i, { values }] of theirs.entries()) {
        expect([label, known[i]?.name, ...values]).toEqual([label, known[i]?.name, ...(known[i]?.values ?? [])]);
      }
    }
  }, 60_000);
});
