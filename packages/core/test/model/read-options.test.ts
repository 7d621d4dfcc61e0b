import { describe, expect, expectTypeOf, it } from "vitest";
import { MemoryStorage, openStorageSync, slice } from "../../src/index.js";

describe("what a read is asked for besides a selection", () => {
  const file = openStorageSync(new MemoryStorage(), "w");
  const dataset = file.createDatasetSync("x", { data: BigInt64Array.of(1n, -2n, 300n), dtype: "int64" });

  it("may stand alone, for all of the dataset", async () => {
    const values = await dataset.read({ as: "float64" });
    expectTypeOf(values.data).toEqualTypeOf<Float64Array>();
    expect(values.data).toEqual(Float64Array.of(1, -2, 300));
    expect(dataset.readSync({ as: "uint8" }).data).toEqual(Uint8Array.of(1, 0, 255));
  });

  it("may stand after a selection", async () => {
    expect((await dataset.read([slice(1)], { as: "int16" })).data).toEqual(Int16Array.of(-2, 300));
  });

  it("may be memory to fill, whose kind decides the conversion", async () => {
    const into = new Float32Array(3);
    const values = await dataset.read({ into });
    expect(values.data).toBe(into);
    expect(into).toEqual(Float32Array.of(1, -2, 300));
    await expect(dataset.read({ into: new Float32Array(2) })).rejects.toMatchObject({ code: "SHAPE_MISMATCH" });
  });
});
