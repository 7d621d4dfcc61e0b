import { type DtypeLike, guessChunk, slice, toDatatype } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "./describe.js";
import { createImage, describeImage, editImage, readImage } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

beforeAll(reportMissingTools);

const ARRAYS: Readonly<Record<string, ArrayBufferView>> = {
  i1: Int8Array.of(-128, -1, 0, 1, 127),
  u1: Uint8Array.of(0, 1, 128, 255),
  i2: Int16Array.of(-32768, -129, -1, 0, 128, 255, 256, 32767),
  u2: Uint16Array.of(0, 127, 128, 255, 256, 32768, 65535),
  i4: Int32Array.of(-(2 ** 31), -32769, -5, 0, 300, 65536, 70000, 2 ** 31 - 1),
  u4: Uint32Array.of(0, 300, 2 ** 31, 2 ** 32 - 1),
  i8: BigInt64Array.of(-(2n ** 63n), -(2n ** 40n), -5n, 0n, 300n, 2n ** 33n, 2n ** 53n + 1n, 2n ** 63n - 1n),
  u8: BigUint64Array.of(0n, 300n, 2n ** 33n, 2n ** 63n, 2n ** 64n - 1n),
  f4: Float32Array.of(0, -0, 0.5, 1.5, -1.5, 300, -5, 65504, 1e10, 3e38, Infinity, -Infinity, 1e-42, 2 ** 65),
  f8: Float64Array.of(0, -0, 0.5, 2.5, -2.5, 300, -5, 40000.5, 65504, 1e10, 1e300, -1e300, Infinity, 5e-324, 2 ** 65),
};
const TARGETS = ["i1", "u1", "<i2", ">i2", "<u2", "<i4", ">u4", "<i8", ">u8", "<f2", ">f2", "<f4", "<f8", ">f8"];

const CHUNK_CASES: readonly (readonly [readonly number[], number])[] = [
  [[0], 4],
  [[0, 5], 4],
  [[10], 8],
  [[1000], 8],
  [[1_000_000], 8],
  [[1000, 1000], 4],
  [[1000, 1000], 8],
  [[10_000, 10_000], 8],
  [[100_000, 100_000], 8],
  [[1, 1000, 1000], 2],
  [[0, 2048, 2048], 2],
  [[100, 100, 100], 8],
  [[512, 512, 512], 4],
  [[1_000_000, 3], 8],
  [[7, 0, 3, 11], 16],
  [[1], 2_000_000],
  [[3], 700_000],
];

describe.each(PYTHONS)("what users of h5py know, compared with $label", (tool) => {
  const folder = new ScratchFolder();
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => {
    session.close();
    folder.remove();
  });

  it("arrays of another dtype are converted as HDF5 does: clamped, not wrapped (300 becomes 255, 2^65 infinite)", async () => {
    const pairs = Object.keys(ARRAYS).flatMap((source) => TARGETS.map((target) => [source, target] as const));
    const cases = pairs.filter(([source, target]) => !isBeyondLibhdf5(source, target));
    const theirs = await session.ask<string[]>("convert", {
      cases: cases.map(([source, target]) => [`<${source}`, target, hex(ARRAYS[source] as ArrayBufferView)]),
    });
    const image = await createImage(async (file) => {
      for (const [source, target] of cases) {
        const data = ARRAYS[source] as Float64Array;
        const dataset = await file.createDataset(`${source} ${target}`, {
          dtype: target as DtypeLike,
          shape: [data.length],
        });
        await dataset.write(data);
      }
    });
    const path = folder.put("converted.h5", image);
    const seen = await session.ask<Description>("describe", { path });
    const ours = await describeImage(image);
    for (const [index, [source, target]] of cases.entries()) {
      const raw = await rawBytes(image, `${source} ${target}`, toDatatype(target as DtypeLike).size);
      expect(`${source} to ${target}: ${raw}`).toBe(`${source} to ${target}: ${theirs[index]}`);
      expect(seen[`/${source} ${target}`]).toEqual(ours[`/${source} ${target}`]);
    }
  });

  it("not-a-number becomes 0 in an unsigned integer and stays in a float", async () => {
    const image = await createImage(async (file) => {
      for (const dtype of ["uint8", "uint16", "float16", "float32"] as const) {
        await (await file.createDataset(dtype, { dtype, shape: [2] })).write(Float64Array.of(Number.NaN, 2));
      }
    });
    const ours = await describeImage(image);
    expect(ours["/uint8"]?.value).toEqual([0, 2]);
    expect(ours["/uint16"]?.value).toEqual([0, 2]);
    expect(ours["/float16"]?.value).toEqual(["nan", 2]);
    expect(await session.ask<Description>("describe", { path: folder.put("nan.h5", image) })).toEqual(ours);
  });

  it("guesses the chunks that h5py guesses", async () => {
    const theirs = await session.ask<number[][]>("guess_chunks", { cases: CHUNK_CASES });
    expect(CHUNK_CASES.map(([shape, size]) => [...guessChunk(shape, size)])).toEqual(theirs);
  });

  it("shrinking prunes whole chunks and refills cut ones: growth shows the fill value, not old data", async () => {
    const data = Array.from({ length: 6 }, (_, i) => Array.from({ length: 5 }, (_, k) => 10 * i + k + 1));
    const image = await createImage(async (file) => {
      for (const [name, compression] of [["data"], ["squeezed", "gzip"]] as const) {
        const options = { chunks: [2, 2], maxShape: [null, 8], fillValue: -7, dtype: "int16", data } as const;
        await file.createDataset(name, compression === undefined ? options : { ...options, compression });
      }
    });
    const grown = await session.ask<number[][]>("shrink_and_grow", { path: folder.put("resized.h5", image) });
    const resized = await editImage(image, async (file) => {
      for (const name of ["data", "squeezed"]) {
        const dataset = await file.getDataset(name);
        await dataset.resize([3, 3]);
        await dataset.resize([6, 5]);
        expect((await dataset.read()).toNested()).toEqual(grown);
      }
    });
    expect(grown[3]?.[0]).toBe(-7);
    const ours = await describeImage(resized);
    expect(ours["/squeezed"]?.value).toEqual(grown);
    expect(await session.ask<Description>("describe", { path: folder.put("resized.h5", resized) })).toEqual(ours);
  });

  it("chunks that were never written and space never allocated hold the fill value", async () => {
    const image = await createImage(async (file) => {
      await file.createDataset("zero", { shape: [4], dtype: "float32" });
      await file.createDataset("contiguous", { shape: [4], dtype: "int16", fillValue: 5 });
      const chunked = await file.createDataset("chunked", {
        shape: [5, 5],
        chunks: [2, 2],
        dtype: ">i4",
        fillValue: -9,
      });
      await chunked.write(1, [2, slice(1, 3)]);
      await file.createDataset("texts", { shape: [3], dtype: "string" });
      await file.createDataset("none", { dtype: "float64" });
    });
    const ours = await describeImage(image);
    expect(ours["/contiguous"]).toMatchObject({ value: [5, 5, 5, 5], storageSize: 0 });
    expect(ours["/chunked"]?.storageSize).toBe(2 * 2 * 2 * 4);
    expect(ours["/none"]).toMatchObject({ shape: null, storageSize: 0 });
    expect(await session.ask<Description>("describe", { path: folder.put("fill.h5", image) })).toEqual(ours);
  });

  it("a chunk at the edge is stored whole, and its padding is the fill value after a resize", async () => {
    const image = await createImage(async (file) => {
      const options = { data: [1, 2, 3, 4, 5], chunks: [4], maxShape: [null], fillValue: 9, dtype: "int32" } as const;
      const dataset = await file.createDataset("edge", options);
      await dataset.resize([8]);
      expect([...((await dataset.read()).data as Int32Array)]).toEqual([1, 2, 3, 4, 5, 9, 9, 9]);
    });
    const ours = await describeImage(image);
    expect(ours["/edge"]).toMatchObject({ storageSize: 32, value: [1, 2, 3, 4, 5, 9, 9, 9] });
    expect(await session.ask<Description>("describe", { path: folder.put("edge.h5", image) })).toEqual(ours);
  });

  it("the filter mask of a chunk says which filters were skipped", async () => {
    const path = folder.file("filtered.h5");
    await session.ask("filtered", { path });
    const image = folder.take("filtered.h5");
    const edited = await editImage(image, async (file) => {
      const dataset = await file.getDataset("skipped");
      expect((await dataset.read([slice(0, 2), slice(2, 4)])).toNested()).toEqual([
        [100, 101],
        [102, 103],
      ]);
      await dataset.write(7, [0, 3]);
    });
    const value = [
      [0, 1, 100, 7],
      [4, 5, 102, 103],
      [8, 9, 10, 11],
      [12, 13, 14, 15],
    ];
    folder.put("filtered.h5", edited);
    expect(
      await readImage(edited, async (file) => (await (await file.getDataset("skipped")).read()).toNested()),
    ).toEqual(value);
    expect((await session.ask<Description>("describe", { path }))["/skipped"]?.value).toEqual(value);
  });

  it("requireGroup and requireDataset take what is there when it fits", async () => {
    const image = await createImage(async (file) => {
      const group = await file.requireGroup("a/b");
      expect((await file.requireGroup("a/b")).equals(group)).toBe(true);
      const made = await file.requireDataset("d", { shape: [3], dtype: "int64" });
      expect((await file.requireDataset("d", { shape: [3], dtype: "int32" })).equals(made)).toBe(true);
      const code = (options: Parameters<typeof file.requireDataset>[1]): Promise<string> =>
        file.requireDataset("d", options).then(
          () => "taken",
          (error: { message: string }) => error.message,
        );
      expect(await code({ shape: [4], dtype: "int64" })).toMatch(
        /^Shapes do not match \(existing \(3,?\) vs new \(4,?\)\)/,
      );
      expect(await code({ shape: [3], dtype: "float32", exact: true })).toMatch(/^Datatypes do not exactly match/);
      expect(await code({ shape: [3], dtype: "complex128" })).toMatch(/^Datatypes cannot be safely cast/);
    });
    expect(Object.keys(await describeImage(image))).toEqual(["/", "/a", "/a/b", "/d"]);
  });

  it("data of variable length that is overwritten gives its room back", async () => {
    const texts = (round: number): string[] =>
      Array.from({ length: 20 }, (_, i) => `${round}`.repeat(10 + ((i + round) % 40)));
    const once = await createImage(async (file) => {
      await file.createDataset("texts", { data: texts(1), dtype: "string" });
    });
    const often = await createImage(async (file) => {
      const dataset = await file.createDataset("texts", { data: texts(1), dtype: "string" });
      for (let round = 2; round < 100; round++) {
        await dataset.write(texts(round % 10));
      }
    });
    expect(often.length).toBeLessThanOrEqual(once.length + 2 * 4096);
    expect(await session.ask<Description>("describe", { path: folder.put("texts.h5", often) })).toEqual(
      await describeImage(often),
    );
  });
});

/**
 * Where libhdf5 itself goes wrong: integers of one size in another byte order are swapped whatever their signs, and whole
 * numbers too large for float16 become not-a-number instead of infinite.
 */
function isBeyondLibhdf5(source: string, target: string): boolean {
  const signs = new Set(["iu", "ui"]);
  const swapped = target.startsWith(">") && source[1] === target[2] && signs.has(`${source[0]}${target[1]}`);
  return swapped || (target.endsWith("f2") && /^[iu][48]/.test(source));
}

function hex({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("hex");
}

/** The bytes of a contiguous dataset as the file has them. */
async function rawBytes(image: Uint8Array<ArrayBuffer>, path: string, size: number): Promise<string> {
  return readImage(image, async (file) => {
    const dataset = await file.getDataset(path);
    const { dtype } = dataset;
    const { data } = await dataset.read();
    const view = new DataView(new ArrayBuffer(dataset.size * size));
    const little = !dtype.startsWith(">");
    for (const [index, value] of [...(data as Float64Array | BigInt64Array)].entries()) {
      setNumber(view, index * size, value, dtype.replace(/^>/, ""), little);
    }
    return Buffer.from(view.buffer).toString("hex");
  });
}

function setNumber(view: DataView, at: number, value: number | bigint, dtype: string, little: boolean): void {
  const size = { int8: 1, uint8: 1, int16: 2, i2: 2, uint16: 2, int32: 4, u4: 4, float32: 4 }[dtype];
  if (typeof value === "bigint") {
    view.setBigUint64(at, BigInt.asUintN(64, value), little);
  } else if (dtype === "float16" || dtype === "f2") {
    view.setUint16(at, halfBits(value), little);
  } else if (dtype === "float64" || dtype === "f8") {
    view.setFloat64(at, value, little);
  } else if (dtype === "float32") {
    view.setFloat32(at, value, little);
  } else if (size === 1) {
    view.setUint8(at, value & 0xff);
  } else if (size === 2) {
    view.setUint16(at, value & 0xffff, little);
  } else {
    view.setUint32(at, value >>> 0, little);
  }
}

/** Bits of a number that float16 holds exactly. */
function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size === 0) {
    return sign;
  }
  if (size === Number.POSITIVE_INFINITY) {
    return sign | 0x7c00;
  }
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const mantissa = (size / 2 ** exponent) * 1024;
  return sign | (size < 2 ** -14 ? mantissa : ((exponent + 15) << 10) | (mantissa - 1024));
}
