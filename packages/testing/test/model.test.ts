import { type DtypeLike, MemoryStorage, openStorage } from "@hdfive/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkShapes, maxShapes, names, selections, shapes, typedValues } from "../src/arbitraries.js";
import { FaultStormStorage } from "../src/fault-storm-storage.js";

const cases = shapes({ maxRank: 3, maxExtent: 5 }).chain((shape) =>
  fc.record({
    name: names(),
    shape: fc.constant(shape),
    chunks: shape.length === 0 ? fc.constant(undefined) : fc.option(chunkShapes(shape), { nil: undefined }),
    maxShape: maxShapes(shape),
    selection: selections(shape),
    values: typedValues(shape.reduce((product, extent) => product * extent, 1)),
    shuffle: fc.boolean(),
    compression: fc.constantFrom("gzip" as const, undefined),
    seed: fc.nat(),
  }),
);
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

/** Writes a file with one dataset and an attribute, reads both from it again, and selects. */
async function roundTrip(one: Case, storm: boolean): Promise<readonly unknown[]> {
  const { name, shape, chunks, maxShape, selection, values, shuffle, compression, seed } = one;
  const memory = new MemoryStorage();
  const options = storm ? { metadataCacheBytes: 0, chunkCacheBytes: 0 } : {};
  const storage = () => (storm ? new FaultStormStorage(memory, { seed }) : memory);
  const file = await openStorage(storage(), "w", options);
  // A chunk may be larger than the dataset only where the dataset can grow to it.
  const limits = maxShape.map((limit, axis) => ((chunks?.[axis] ?? 0) > (shape[axis] ?? 0) ? null : limit));
  const filters = chunks === undefined ? {} : { chunks, maxShape: limits, shuffle, compression };
  const dtype: DtypeLike = values.dtype;
  const made = await file.createDataset(name, { shape, dtype, data: values.data, ...filters });
  await made.attrs.set(name, values.data, { dtype, shape });
  await file.flush();
  const again = await openStorage(
    storm ? new FaultStormStorage(new MemoryStorage(memory.image()), { seed }) : new MemoryStorage(memory.image()),
    "r",
    options,
  );
  const dataset = await again.getDataset(name);
  const whole = await dataset.read();
  const part = await dataset.read(selection);
  return [
    await again.keys(),
    whole.shape,
    whole.data,
    part.shape,
    part.data,
    (await dataset.attrs.getArray(name))?.data,
  ];
}

describe("what is written is read again", () => {
  it("with any name, shape, chunks, dtype and filters, as dataset and as attribute", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        const [keys, shape, data, , , attribute] = await roundTrip(one, false);
        expect(keys).toEqual([one.name]);
        expect(shape).toEqual(one.shape);
        expect(Array.from(data as ArrayLike<unknown>, plain)).toEqual(Array.from(one.values.data, plain));
        expect(attribute).toEqual(data);
      }),
      { numRuns: 300 },
    );
  });

  it("the same through a storm that keeps nothing", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (one) => {
        expect(await roundTrip(one, true)).toEqual(await roundTrip(one, false));
      }),
      { numRuns: 60 },
    );
  });
});

/** Booleans are read as 0 and 1. */
function plain(value: unknown): unknown {
  return typeof value === "boolean" ? Number(value) : value;
}
