import { createRequire } from "node:module";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, describe, expect, it } from "vitest";
import {
  CODECS,
  type PluginDataset,
  readOurselves,
  readWithPlugins,
  removeFiles,
  writeWithPlugins,
} from "./plugins.js";
import { ARRAYS, PATTERNS, sample } from "./samples.js";

afterAll(removeFiles);

/**
 * Client data that the plugins take, by the name of the filter. The plugins of h5wasm have no zlib and no snappy within Blosc, and
 * no delta filter: see python.test.ts for those.
 */
const SETTINGS: Readonly<
  Record<string, { readonly filter: number; readonly options: readonly (readonly number[])[] }>
> = {
  lz4: { filter: 32004, options: [[0], [100], [4096]] },
  zstd: { filter: 32015, options: [[1], [3], [9], [19]] },
  bzip2: { filter: 307, options: [[1], [9]] },
  bitshuffle: {
    filter: 32008,
    options: [
      [0, 0],
      [0, 2],
      [0, 3],
      [64, 2],
      [128, 0],
    ],
  },
  blosc: {
    filter: 32001,
    options: [0, 1, 2, 5].flatMap((code) => [0, 1, 2].flatMap((shuffle) => [[0, 0, 0, 0, 5, shuffle, code]])),
  },
  "blosc levels": { filter: 32001, options: [1, 9].map((level) => [0, 0, 0, 0, level, 1, 0]) },
  blosc2: {
    filter: 32026,
    options: [0, 1, 2, 5].flatMap((code) => [0, 1, 2].flatMap((shuffle) => [[0, 0, 0, 0, 5, shuffle, code]])),
  },
  "blosc2 levels": { filter: 32026, options: [0, 1, 9].map((level) => [0, 0, 0, 0, level, 2, 1]) },
};

const SHAPES: readonly { readonly shape: readonly number[]; readonly chunks: readonly number[] }[] = [
  { shape: [5000], chunks: [5000] },
  { shape: [1003], chunks: [501] },
  { shape: [61, 70], chunks: [33, 40] },
  { shape: [9, 11, 23], chunks: [9, 10, 20] },
];

/** The Blosc filter fails where nothing can be made smaller, and h5wasm has no optional filters: most of it becomes zeros. */
const BLOSC = 32001;

function matrix(filter: number, options: readonly (readonly number[])[], isCompressible = false): PluginDataset[] {
  const datasets: PluginDataset[] = [];
  for (const [which, values] of options.entries()) {
    for (const [nth, type] of Object.keys(ARRAYS).entries()) {
      for (const [index, pattern] of Object.keys(PATTERNS).entries()) {
        const { shape, chunks } = SHAPES[(which + nth + index) % SHAPES.length]!;
        const length = shape.reduce((product, extent) => product * extent, 1);
        const name = `${values.join(".")} ${type} ${pattern}`;
        const data = sample(type, pattern, length, index + 1);
        if (isCompressible) {
          data.forEach((value, i) => {
            data[i] = i % 97 < 12 ? value : 0;
          });
        }
        datasets.push({ name, data, shape, chunks, filter, options: values });
      }
    }
  }
  return datasets;
}

describe("what the plugins of libhdf5 compress", () => {
  it.each(Object.entries(SETTINGS))("with %s is read, every type, pattern and setting", async (_, setting) => {
    const datasets = matrix(setting.filter, setting.options, setting.filter === BLOSC);
    const image = await writeWithPlugins(datasets);
    const names = datasets.map(({ name }) => name);
    const { values, chunks } = await readOurselves(image, names);
    const wrong = names.filter((_name, i) => !equal(values[i], datasets[i]!.data));
    expect(wrong).toEqual([]);
    expect(chunks.length).toBeGreaterThan(names.length / 2);
    expect(new Set(chunks.map(({ filter }) => filter))).toEqual(new Set([setting.filter]));
  });

  it("is read in large chunks, of many blocks", async () => {
    const data = sample("float64", "mixed", 300_000);
    const others = sample("int16", "wave", 1_200_000);
    const all = Object.entries(SETTINGS).flatMap(([name, { filter, options }]) =>
      [data, others].map((values, i) => ({
        name: `${name} ${i}`,
        data: values,
        shape: [values.length],
        chunks: [values.length],
        filter,
        options: options.at(-1)!,
      })),
    );
    const names = all.map(({ name }) => name);
    const { values } = await readOurselves(await writeWithPlugins(all), names);
    expect(names.filter((_, i) => !equal(values[i], all[i]!.data))).toEqual([]);
  });
});

describe("what we compress", () => {
  const written: Readonly<
    Record<string, { readonly filter: number; readonly options: readonly (readonly number[])[] }>
  > = {
    lz4: { filter: 32004, options: [[], [0], [100], [4096]] },
    bitshuffle: { filter: 32008, options: [[], [0, 2], [64, 2], [128, 0]] },
    blosc: {
      filter: 32001,
      options: [[], [0, 0, 0, 0, 0], ...[0, 1, 2, 5].map((code) => [0, 0, 0, 0, 5, code % 3, code])],
    },
  };

  it.each(Object.entries(written))("with %s is read by the plugins, and by us", async (_, { filter, options }) => {
    const datasets = [
      ...matrix(filter, options),
      ...options.map((values) => ({
        name: `${values.join(".")} large`,
        data: sample("float64", "mixed", 100_000),
        shape: [100_000],
        chunks: [100_000],
        filter,
        options: values,
      })),
    ];
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { filters: CODECS });
    for (const { name, data, shape, chunks, options: values } of datasets) {
      await file.createDataset(name, { data, shape, chunks, compression: filter, compressionOptions: values });
    }
    await file.close();
    const image = storage.image();
    const names = datasets.map(({ name }) => name);
    const theirs = await readWithPlugins(image, names);
    expect(names.filter((_name, i) => !equal(theirs[i], datasets[i]!.data))).toEqual([]);
    const { values } = await readOurselves(image, names);
    expect(names.filter((_name, i) => !equal(values[i], datasets[i]!.data))).toEqual([]);
  });

  it("has the client data that the plugins store", async () => {
    const cases: readonly (readonly [number, readonly number[]])[] = [
      [32001, [0, 0, 0, 0, 5, 1, 1]],
      [32008, [0, 2]],
      [32008, [64, 0]],
      [32004, [0]],
    ];
    const data = sample("int32", "ramp", 600);
    const datasets = cases.map(([filter, options], i) => ({
      name: `${i}`,
      data,
      shape: [20, 30],
      chunks: [10, 15],
      filter,
      options,
    }));
    const theirs = await openStorage(new MemoryStorage(Uint8Array.from(await writeWithPlugins(datasets))));
    const ours = await openStorage(new MemoryStorage(), "w", { filters: CODECS });
    for (const { name, filter, options, shape, chunks } of datasets) {
      const made = await ours.createDataset(name, {
        data,
        shape,
        chunks,
        compression: filter,
        compressionOptions: options,
      });
      const stored = await (await theirs.getDataset(name)).info();
      expect((await made.info()).filters[0]?.clientData, name).toEqual(stored.filters[0]?.clientData);
    }
  });

  it("becomes smaller when it can", async () => {
    const data = sample("int32", "wave", 20_000);
    for (const [filter, options, most] of [
      [32004, [], 0.75],
      [32008, [0, 2], 0.4],
      [32001, [0, 0, 0, 0, 5, 2, 1], 0.4],
      [32001, [0, 0, 0, 0, 5, 1, 4], 0.3],
    ] as const) {
      const file = await openStorage(new MemoryStorage(), "w", { filters: CODECS });
      const made = await file.createDataset("x", { data, compression: filter, compressionOptions: options });
      await file.flush();
      expect((await made.info()).storageSize / data.byteLength, `${filter} ${options}`).toBeLessThan(most);
    }
  });

  it("is refused where the filter has no such setting, or is only read", async () => {
    const file = await openStorage(new MemoryStorage(), "w", { filters: CODECS });
    const make = (compression: number, ...compressionOptions: number[]): Promise<unknown> =>
      file.createDataset("x", { shape: [10], compression, compressionOptions });
    await expect(make(32008, 12, 2)).rejects.toThrow("multiple of 8");
    await expect(make(32008, 0, 7)).rejects.toThrow("no compression 7");
    await expect(make(32001, 0, 0, 0, 0, 10)).rejects.toThrow("levels 0-9");
    await expect(make(32026, 0)).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});

it("the plugins are there", () => {
  expect(createRequire(import.meta.url).resolve("h5wasm-plugins/package.json")).toContain("h5wasm-plugins");
});

function equal(a: unknown, b: unknown): boolean {
  const bytes = (array: unknown): Uint8Array | null =>
    ArrayBuffer.isView(array) ? new Uint8Array(array.buffer, array.byteOffset, array.byteLength) : null;
  const [x, y] = [bytes(a), bytes(b)];
  return x !== null && y !== null && Buffer.compare(x, y) === 0;
}
