import { MemoryStorage, openStorage } from "@hdfive/core";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { chunkShapes, shapes } from "../src/arbitraries.js";
import { blockSelections } from "../src/corpus/dataset-blocks.js";

it("blocks cover every shape once, in row-major order, within the budget", async () => {
  const file = await openStorage(new MemoryStorage(), "w");
  let next = 0;
  const chunked = shapes({ maxExtent: 9 }).chain((shape) =>
    fc.record({ shape: fc.constant(shape), chunks: chunkShapes(shape), budget: fc.integer({ min: 1, max: 60 }) }),
  );
  await fc.assert(
    fc.asyncProperty(chunked, async ({ shape, chunks, budget }) => {
      const size = shape.reduce((product, extent) => product * extent, 1);
      const data = Int32Array.from({ length: size }, (_, i) => i);
      const dataset = await file.createDataset(`d${next++}`, { shape, dtype: "int32", data });
      const read: number[] = [];
      for (const { selection, count } of blockSelections(shape, chunks, budget)) {
        const block = await dataset.read(selection);
        expect(block.data).toHaveLength(count);
        expect(count).toBeLessThanOrEqual(Math.max(1, budget));
        read.push(...(block.data as Int32Array));
      }
      expect(read).toEqual([...data]);
    }),
    { numRuns: 200 },
  );
});

it("blocks of chunked data end at borders of chunks", () => {
  const lengths = [...blockSelections([100, 10], [8, 10], 250)].map(({ count }) => count / 10);
  expect(lengths).toEqual([24, 24, 24, 24, 4]);
});
