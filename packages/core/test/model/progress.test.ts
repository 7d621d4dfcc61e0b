import { describe, expect, it } from "vitest";
import {
  type File,
  MemoryStorage,
  openStorage,
  type Progress,
  type ProgressOptions,
  repack,
  slice,
} from "../../src/index.js";

const COUNT = 500_000;
const data = Float64Array.from({ length: COUNT }, (_, i) => i);
const BYTES = COUNT * 8;

/** Collects what an operation tells; it must come nearer and nearer to all, and end there once. */
function collector(totalBytes: number | null): { options: ProgressOptions; told: Progress[]; check(): void } {
  const told: Progress[] = [];
  return {
    told,
    options: { progress: (now) => told.push(now) },
    check: () => {
      const bytes = told.map((each) => each.bytes);
      expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
      expect(new Set(told.map((each) => each.totalBytes))).toEqual(new Set([totalBytes]));
      if (totalBytes !== null) {
        expect(told.at(-1)).toEqual({ bytes: totalBytes, totalBytes, objects: 1 });
        expect(told.filter(({ objects }) => objects === 1)).toHaveLength(1);
        expect(told.slice(0, -1).every((each) => each.bytes < totalBytes)).toBe(true);
      }
    },
  };
}

async function newFile(): Promise<File> {
  return openStorage(new MemoryStorage(), "w", { chunkCacheBytes: 1024 * 1024 });
}

const layouts = [
  ["contiguous", {}],
  ["chunked", { chunks: [10_000], maxShape: [null], compression: 1 }],
  ["in many chunks", { chunks: [100], maxShape: [null] }],
] as const;

describe.each(layouts)("%s data", (_, settings) => {
  it("tells how far a write and a read are, in both twins", async () => {
    const file = await newFile();
    const dataset = await file.createDataset("d", { shape: [COUNT], dtype: "float64", ...settings });
    const runs: [number, (options: ProgressOptions) => unknown][] = [
      [BYTES, (options) => dataset.write(data, null, options)],
      [BYTES, (options) => dataset.writeSync(data, null, options)],
      [BYTES / 2, (options) => dataset.write(data.subarray(0, COUNT / 2), [slice(0, null, 2)], options)],
      [BYTES, (options) => dataset.read(options)],
      [BYTES, (options) => dataset.readSync(options)],
      [BYTES, (options) => dataset.read(null, { ...options, as: "float32" })],
      [BYTES / 2, (options) => dataset.read([slice(0, null, 2)], options)],
    ];
    for (const [total, run] of runs) {
      const { options, told, check } = collector(total);
      await run(options);
      check();
      // No less often than the data has steps, and not for every chunk either.
      expect(told.length).toBeLessThan(25);
    }
    const { options, told, check } = collector(BYTES);
    await dataset.write(data, null, options);
    check();
    expect(told.length).toBeGreaterThan(settings === layouts[0][1] ? 0 : 10);
    await file.close();
  });
});

describe("an append", () => {
  it("tells how far it is, and leaves nothing when it is stopped", async () => {
    const file = await newFile();
    const dataset = await file.createDataset("d", { shape: [3], maxShape: [null], dtype: "float64", chunks: [1000] });
    for (const twin of ["append", "appendSync"] as const) {
      const { options, told, check } = collector(BYTES);
      await dataset[twin](data, options);
      check();
      expect(told.length).toBeGreaterThan(10);
    }
    const length = 3 + 2 * COUNT;
    expect(dataset.shape).toEqual([length]);
    const controller = new AbortController();
    const { signal } = controller;
    const stop = ({ bytes }: Progress): void => {
      if (bytes > BYTES / 2) {
        controller.abort();
      }
    };
    await expect(dataset.append(data, { signal, progress: stop })).rejects.toMatchObject({ code: "ABORTED" });
    expect(dataset.shape).toEqual([length]);
    const fail = (): void => {
      throw new Error("enough");
    };
    expect(() => dataset.appendSync(data, { progress: fail })).toThrow("enough");
    expect(dataset.shape).toEqual([length]);
    expect((await dataset.read([slice(length - 2, null)])).toNested()).toEqual([COUNT - 2, COUNT - 1]);
    await file.close();
  });
});

describe("reads and writes", () => {
  it("are stopped between steps that do not wait", async () => {
    const file = await newFile();
    const dataset = await file.createDataset("d", { data, chunks: [1000] });
    for (const run of [
      (options: ProgressOptions) => dataset.read(options),
      (options: ProgressOptions) => dataset.write(data, null, options),
    ]) {
      const controller = new AbortController();
      let calls = 0;
      const progress = (): void => {
        calls++;
        controller.abort();
      };
      await expect(run({ signal: controller.signal, progress })).rejects.toMatchObject({ code: "ABORTED" });
      expect(calls).toBe(1);
    }
    await file.close();
  });

  it("tell the end also of nothing", async () => {
    const file = await newFile();
    const dataset = await file.createDataset("d", { shape: [0], dtype: "int8", maxShape: [null] });
    const runs = [
      (options: ProgressOptions) => dataset.readSync(null, options),
      (options: ProgressOptions) => dataset.writeSync([], null, options),
    ];
    for (const run of runs) {
      const { options, told, check } = collector(0);
      run(options);
      check();
      expect(told).toHaveLength(1);
    }
    await file.close();
  });
});

describe("copies", () => {
  it("tell the bytes and the objects that are done, in the same shape", async () => {
    const file = await newFile();
    await file.createDataset("d", { data, chunks: [10_000] });
    const copied = collector(null);
    await file.copy("d", "e", copied.options);
    copied.check();
    expect(copied.told.at(-1)?.bytes).toBe(BYTES);
    const packed = collector(null);
    await repack(file, new MemoryStorage(), packed.options);
    packed.check();
    expect(packed.told.at(-1)?.bytes).toBe(2 * BYTES);
    await file.close();
  });
});
