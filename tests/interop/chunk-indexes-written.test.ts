import {
  type Dataset,
  type DatasetOptions,
  MemoryStorage,
  NdArray,
  type OpenOptions,
  openStorage,
  slice,
} from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "../../packages/testing/src/random.js";
import { sound } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(() => reportMissingTools());
afterAll(() => folder.remove());

interface Layout {
  readonly kind: string;
  readonly shape: readonly number[];
  readonly maxShape: readonly (number | null)[];
  readonly chunks: readonly number[];
}

/** A dataset for each index, with partial chunks at the edges; large enough for pages and for blocks of every kind. */
const LAYOUTS: readonly Layout[] = [
  { kind: "single", shape: [7, 5], maxShape: [7, 5], chunks: [7, 5] },
  { kind: "farray", shape: [10, 11], maxShape: [23, 11], chunks: [3, 4] },
  { kind: "farray", shape: [4000], maxShape: [9001], chunks: [3] },
  { kind: "earray", shape: [5], maxShape: [null], chunks: [2] },
  { kind: "earray", shape: [5, 9], maxShape: [null, 20], chunks: [1, 4] },
  { kind: "earray", shape: [6, 3], maxShape: [13, null], chunks: [4, 1] },
  { kind: "btree2", shape: [4, 6], maxShape: [null, null], chunks: [1, 2] },
  { kind: "btree2", shape: [2, 3, 4], maxShape: [null, 8, null], chunks: [1, 2, 1] },
];

const FILTERS: readonly Partial<DatasetOptions>[] = [{}, { shuffle: true, compression: "gzip" }, { fletcher32: true }];
const FILL = -7;
const ROUNDS = 3;
const EDITS = 6;

/** What a dataset holds, as one number per element. */
class Model {
  shape: readonly number[];
  values: Map<string, number> = new Map();

  constructor(shape: readonly number[]) {
    this.shape = shape;
  }

  write(start: readonly number[], extent: readonly number[], first: number): number[] {
    const written: number[] = [];
    for (const place of places(extent)) {
      const value = first + written.length;
      this.values.set(place.map((at, axis) => at + (start[axis] as number)).join(), value);
      written.push(value);
    }
    return written;
  }

  resize(shape: readonly number[]): void {
    this.shape = shape;
    for (const key of [...this.values.keys()]) {
      if (key.split(",").some((at, axis) => Number(at) >= (shape[axis] as number))) {
        this.values.delete(key);
      }
    }
  }

  all(): number[] {
    return [...places(this.shape)].map((place) => this.values.get(place.join()) ?? FILL);
  }
}

function* places(shape: readonly number[]): Generator<number[]> {
  const total = shape.reduce((product, extent) => product * extent, 1);
  for (let i = 0; i < total; i++) {
    let rest = i;
    const place: number[] = [];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place.unshift(rest % (shape[axis] as number));
      rest = Math.floor(rest / (shape[axis] as number));
    }
    yield place;
  }
}

/** A shape the dataset may have next, sometimes much larger, sometimes smaller, sometimes empty. */
function nextShape({ maxShape, shape }: Layout, now: readonly number[], random: () => number): number[] {
  return now.map((extent, axis) => {
    const most = maxShape[axis] ?? (now.length === 1 ? 700 : 40);
    const choice = random();
    const wished = choice < 0.5 ? extent + 1 + Math.floor(random() * most) : Math.floor(random() * (extent + 1));
    return choice > 0.95 ? (shape[axis] as number) : Math.min(most, wished);
  });
}

function box(shape: readonly number[], random: () => number): { start: number[]; extent: number[] } {
  const start = shape.map((extent) => Math.floor(random() * extent));
  const extent = shape.map((most, axis) => 1 + Math.floor(random() * Math.min(9, most - (start[axis] as number))));
  return { start, extent };
}

async function edit(dataset: Dataset, model: Model, layout: Layout, random: () => number): Promise<void> {
  for (let i = 0; i < EDITS; i++) {
    if (random() < 0.4) {
      const shape = nextShape(layout, model.shape, random);
      await dataset.resize(shape);
      model.resize(shape);
    }
    if (model.shape.every((extent) => extent > 0)) {
      const { start, extent } = box(model.shape, random);
      const values = model.write(start, extent, Math.floor(random() * 1e6));
      const selection = start.map((at, axis) => slice(at, at + (extent[axis] as number)));
      await dataset.write(new NdArray(Int32Array.from(values), extent, dataset.datatype), selection);
    }
  }
}

const READ =
  "answer = {'values': f['x'][()].ravel().tolist(), 'shape': list(f['x'].shape), 'chunks': f['x'].id.get_num_chunks()}";
/** libhdf5's own edits: an element at each corner, one more row where there may be one. */
const EDIT = `
d = f['x']
rng = np.random.default_rng(seed)
for _ in range(5):
    if 0 in d.shape: break
    place = tuple(int(rng.integers(0, n)) for n in d.shape)
    d[place] = int(rng.integers(0, 1000000))
if d.maxshape[0] is None or d.shape[0] < d.maxshape[0]:
    d.resize(d.shape[0] + 1, axis=0)
d.attrs['n'] = d.shape[0]
answer = {'values': d[()].ravel().tolist(), 'shape': list(d.shape)}
`;

describe.each(PYTHONS)("chunk indexes that we write and $label edits", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());

  // HDF5 1.10 knows no layout of version 5, which "v200" writes for filtered chunks.
  const bounds: readonly OpenOptions["libver"][] = tool.label === "system h5py" ? ["v110"] : ["v110", "v200"];
  const cases = bounds.flatMap((libver) =>
    LAYOUTS.flatMap((layout) => FILTERS.map((filters) => [libver, layout, filters] as const)),
  );

  it.each(cases)("%s %o %o", async (libver, layout, filters) => {
    const { kind, shape, maxShape, chunks } = layout;
    const random = seededRandom(shape.length * 1000 + chunks.length + maxShape.length + (shape[0] as number));
    const name = `${kind}.h5`;
    const path = folder.file(name);
    const model = new Model(shape);
    const options = { dtype: "int32", shape, maxShape, chunks, fillValue: FILL, ...filters } as const;
    let storage: MemoryStorage = new MemoryStorage();
    let file = await openStorage(storage, "w", { libver });
    let dataset: Dataset = await file.createDataset("x", options);
    for (let round = 0; round < ROUNDS; round++) {
      expect((await dataset.info()).chunkIndex).toBe(kind);
      await edit(dataset, model, layout, random);
      expect([...((await dataset.read()).data as Int32Array)]).toEqual(model.all());
      await file.close();
      folder.put(name, sound(storage.image().slice()));
      const seen = await session.ask<{ values: number[]; shape: number[] }>("script", { path, mode: "r", code: READ });
      expect(seen.shape).toEqual(model.shape);
      expect(seen.values).toEqual(model.all());
      const edited = await session.ask<{ values: number[]; shape: number[] }>("script", {
        path,
        mode: "r+",
        libver: "latest",
        code: EDIT,
        seed: round,
      });
      model.resize(edited.shape);
      for (const [i, place] of [...places(edited.shape)].entries()) {
        model.values.set(place.join(), edited.values[i] as number);
      }
      storage = new MemoryStorage(folder.take(name));
      file = await openStorage(round % 2 === 0 ? new FaultStormStorage(storage) : storage, "r+", { libver });
      dataset = await file.getDataset("x");
      expect([...((await dataset.read()).data as Int32Array)]).toEqual(model.all());
    }
    await file.delete("x");
    await file.close();
    sound(storage.image());
  });
});
