import { describe, expect, it } from "vitest";
import {
  type FilterCodec,
  HdfiveError,
  type LazyFilterCodec,
  MemoryStorage,
  openStorage,
  openStorageSync,
} from "../../src/index.js";

/** A filter that turns every bit round. */
const inverse: FilterCodec = {
  id: 60_000,
  name: "inverse",
  decode: (bytes) => bytes.map((byte) => ~byte),
  encode: (bytes) => bytes.map((byte) => ~byte),
  clientDataFor: (values, { chunkShape, datatype }) => [...values, ...chunkShape, datatype.size],
};

/** That filter as one that is loaded, and how often it was. */
function lazy(loadSync?: () => FilterCodec | null): { readonly filter: LazyFilterCodec; loads: number } {
  const counted = {
    loads: 0,
    filter: {
      id: inverse.id,
      name: inverse.name,
      load: async () => {
        counted.loads++;
        await Promise.resolve();
        return inverse;
      },
      ...(loadSync === undefined ? {} : { loadSync }),
    },
  };
  return counted;
}

const settings = {
  data: Int16Array.of(1, 2, 3, 4),
  chunks: [2],
  compression: 60_000,
  compressionOptions: [7],
} as const;

async function written(): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", { filters: [inverse] });
  await file.createDataset("x", settings);
  await file.close();
  return new MemoryStorage(storage.image().slice());
}

describe("a codec that is loaded when it is needed", () => {
  it("is loaded once for a file, and not before a chunk needs it", async () => {
    const lazily = lazy();
    const file = await openStorage(await written(), "r", { filters: [lazily.filter] });
    const dataset = await file.getDataset("x");
    expect((await dataset.info()).filters).toMatchObject([{ id: 60_000, name: "inverse", clientData: [7, 2, 2] }]);
    expect(lazily.loads).toBe(0);
    expect((await dataset.read()).data).toEqual(settings.data);
    await dataset.read();
    expect(lazily.loads).toBe(1);
    expect(dataset.readSync().data).toEqual(settings.data);
  });

  it("serves synchronous methods where it can be had at once", async () => {
    const sync = lazy(() => inverse);
    const file = openStorageSync(await written(), "r", { filters: [sync.filter] });
    expect(file.getDatasetSync("x").readSync().data).toEqual(settings.data);
    expect(sync.loads).toBe(0);
    const late = openStorageSync(await written(), "r+", { filters: [lazy(() => null).filter] });
    const dataset = late.getDatasetSync("x");
    for (const action of [() => dataset.readSync(), () => dataset.writeSync(5, [0])]) {
      expect(action).toThrow(expect.objectContaining({ code: "SYNC_UNAVAILABLE" }));
    }
    expect(() => late.createDatasetSync("y", settings)).toThrow(/filter 60000 \(inverse\) is not loaded/);
    expect(late.keysSync()).toEqual(["x"]);
  });

  it("says so when it cannot be loaded, and is asked for again the next time", async () => {
    let fails = true;
    const load = async (): Promise<FilterCodec> => {
      if (fails) {
        throw new TypeError("Failed to fetch dynamically imported module");
      }
      return inverse;
    };
    const file = await openStorage(await written(), "r", { filters: [{ id: 60_000, name: "inverse", load }] });
    const dataset = await file.getDataset("x");
    const error = await dataset.read().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HdfiveError);
    expect(error).toMatchObject({ code: "IO", message: "The codec of filter 60000 (inverse) could not be loaded" });
    fails = false;
    expect((await dataset.read()).data).toEqual(settings.data);
  });

  it("makes datasets, and refuses those that it only reads", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { filters: [lazy().filter] });
    await file.createDataset("x", {
      ...settings,
      compression: undefined,
      compressionOptions: undefined,
      filters: [{ id: 60_000 }],
    });
    await file.close();
    const { encode: _, ...reader } = inverse;
    const copy = new MemoryStorage(storage.image().slice());
    const again = await openStorage(copy, "r+", { filters: [reader] });
    expect((await (await again.getDataset("x")).read()).data).toEqual(settings.data);
    await expect(again.createDataset("y", settings)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect(await again.keys()).toEqual(["x"]);
  });
});
