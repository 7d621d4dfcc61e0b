import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { CompoundArray, type DatasetOptions, type Datatype, type File, type NumericArray } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createImage, readImage } from "./image.js";
import { ScratchFolder } from "./scratch-folder.js";
import { H5DUMP, PYTHONS, type PythonTool, reportMissingTools } from "./tools.js";

/** The little-endian bytes of all numbers, in base64; texts; for a compound, each of its fields. */
type Values = string | readonly string[] | { readonly [field: string]: Values };

const script = fileURLToPath(new URL("./python/filters.py", import.meta.url));
const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

function run<T>(tool: PythonTool, command: "write" | "check", path: string): T {
  const printed = execFileSync(tool.path, [script, command, path], { encoding: "utf8", maxBuffer: 1 << 28 });
  return JSON.parse(printed) as T;
}

describe.each(PYTHONS)("filters of $label", (tool) => {
  it("are undone: every kind of number, order, chunk, fill value and setting", async () => {
    const path = folder.file("theirs.h5");
    const theirs = run<Record<string, Values>>(tool, "write", path);
    const names = Object.keys(theirs);
    expect(names.length).toBeGreaterThan(1500);
    const different: string[] = [];
    await readImage(folder.take("theirs.h5"), async (file) => {
      expect(await file.keys()).toHaveLength(names.length);
      for (const name of names) {
        const ours = valuesOf((await (await file.getDataset(name)).read()).data);
        if (JSON.stringify(ours) !== JSON.stringify(theirs[name])) {
          different.push(name);
        }
      }
    });
    expect(different).toEqual([]);
  });

  it("read what ours stored, which is byte for byte what libhdf5 would have stored", async () => {
    const path = folder.put("ours.h5", await createImage(writeOurs));
    expect(run<string[]>(tool, "check", path)).toEqual([]);
  });
});

/** What Python says of the same data. */
function valuesOf(data: unknown): Values {
  if (data instanceof CompoundArray) {
    return Object.fromEntries(data.columns.map((column) => [column.name, valuesOf(column.data)]));
  }
  if (ArrayBuffer.isView(data)) {
    return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
  }
  return data as string[];
}

describe("options of createDataset", () => {
  const cases: readonly (readonly [string, DatasetOptions, string])[] = [
    ["decimals of floats", { dtype: "float32", scaleOffset: true }, "integer scaleOffset must be provided"],
    ["a negative scale factor", { dtype: "int32", scaleOffset: -1 }, "scale factor must be >= 0"],
    ["more bits than there are", { dtype: "int32", scaleOffset: 40 }, "40 bits"],
    ["scale-offset of text", { dtype: "S3", scaleOffset: 2 }, "only supported for integer and floating-point"],
    ["scale-offset with a checksum", { dtype: "int32", scaleOffset: 2, fletcher32: true }, "potentially lossy"],
    ["scale-offset of half floats", { dtype: "float16", scaleOffset: 2 }, "floats of 4 or 8"],
    ["scale-offset and nbit", { dtype: "int32", scaleOffset: 2, nbit: true }, "leave one of them out"],
    ["options of LZF", { dtype: "int32", compression: "lzf", compressionOptions: 3 }, "accepts no options"],
    ["an odd block", { dtype: "int32", compression: "szip", compressionOptions: ["nn", 7] }, "even integer"],
    ["a large block", { dtype: "int32", compression: "szip", compressionOptions: ["nn", 34] }, "even integer"],
    ["a number for szip", { dtype: "int32", compression: "szip", compressionOptions: 3 }, "even integer"],
    ["szip of text", { dtype: "S8", compression: "szip" }, "szip filter takes numbers"],
    ["szip of five bytes", { dtype: "S5", compression: "szip" }, "szip filter takes numbers"],
    ["a chunk smaller than a block", { dtype: "int32", compression: "szip", chunks: [4] }, "pixels per block"],
    ["a level without gzip", { dtype: "int32", compressionOptions: 3 }, "Compression method must be specified"],
  ];
  it.each(cases)("refuse %s", async (_name, options, message) => {
    await createImage(async (file) => {
      await expect(file.createDataset("d", { shape: [20], ...options })).rejects.toThrow(message);
      expect(await file.keys()).toEqual([]);
    });
  });

  it("come back as properties of the dataset", async () => {
    const image = await createImage(async (file) => {
      const data = new Int32Array(100);
      await file.createDataset("lzf", { data, compression: "lzf" });
      await file.createDataset("szip", { data, compression: "szip", compressionOptions: ["ec", 16] });
      await file.createDataset("packed", { data, scaleOffset: 12, shuffle: true });
      await file.createDataset("narrow", { data, nbit: true, compression: 5 });
    });
    await readImage(image, async (file) => {
      const of = async (name: string): Promise<unknown> => {
        const { compression, compressionOptions, scaleOffset, nbit, shuffle } = await file.getDataset(name);
        return [compression, compressionOptions, scaleOffset, nbit, shuffle];
      };
      expect(await of("lzf")).toEqual(["lzf", null, null, false, false]);
      expect(await of("szip")).toEqual(["szip", ["ec", 16], null, false, false]);
      expect(await of("packed")).toEqual([null, null, 12, false, true]);
      expect(await of("narrow")).toEqual(["gzip", 5, null, true, false]);
    });
  });

  it("store data of variable length without szip and nbit, as libhdf5 does, and compress its references with LZF", async () => {
    const data = Array.from({ length: 40 }, (_, i) => `text ${i % 3}`);
    const image = await createImage(async (file) => {
      await file.createDataset("szip", { data, compression: "szip", chunks: [20] });
      await file.createDataset("nbit", { data, nbit: true, chunks: [20] });
      await file.createDataset("lzf", { data, compression: "lzf", chunks: [20] });
    });
    await readImage(image, async (file) => {
      for (const name of ["szip", "nbit", "lzf"]) {
        expect((await (await file.getDataset(name)).read()).data).toEqual(data);
      }
      expect((await file.getDataset("szip")).filters[0]?.clientData).toEqual([161, 8]);
    });
    if (PYTHONS[0] !== undefined) {
      const path = folder.put("text.h5", image);
      const program = `import h5py; f = h5py.File(${JSON.stringify(path)}); print([[x.decode() for x in f[n][...]] == ${JSON.stringify(data)} for n in ["szip", "nbit", "lzf"]])`;
      expect(execFileSync(PYTHONS[0].path, ["-c", program], { encoding: "utf8" }).trim()).toBe("[True, True, True]");
    }
  });

  if (H5DUMP !== null) {
    it("are seen by h5dump, which reads the data", async () => {
      const data = Int16Array.from({ length: 60 }, (_, i) => i * 3 - 50);
      const image = await createImage(async (file) => {
        await file.createDataset("szip", { data, compression: "szip", chunks: [30] });
        await file.createDataset("packed", { data, scaleOffset: true, chunks: [30] });
        await file.createDataset("narrow", { data, dtype: narrowType(2, 12, 2, "BE"), nbit: true, chunks: [30] });
      });
      const text = execFileSync(H5DUMP as string, ["-p", "-w", "9999", folder.put("dump.h5", image)], {
        encoding: "utf8",
      }).replace(/\s+/g, " ");
      expect(text).toContain(
        "COMPRESSION SZIP { PIXELS_PER_BLOCK 8 MODE K13 CODING NEAREST NEIGHBOUR BYTE_ORDER LSB HEADER RAW }",
      );
      expect(text).toContain("COMPRESSION SCALEOFFSET { MIN BITS");
      expect(text).toContain("COMPRESSION NBIT");
      expect(text.match(/\(0\): -50, -47, -44, /g)).toHaveLength(3);
      expect(text.match(/, 121, 124, 127 /g)).toHaveLength(3);
    });
  }
});

/** A file with our encodings of everything; attributes say what was asked for and what was given. */
async function writeOurs(file: File): Promise<void> {
  let count = 0;
  for (const code of ["i1", "u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4", "<i8", ">i8", "<u8", ">u8"]) {
    for (const [kind, values] of integerSamples(code)) {
      for (const options of integerOptions(code, kind)) {
        await add(file, `${code} ${kind} ${count++}`, code, values, options);
      }
    }
  }
  for (const code of ["<f4", ">f4", "<f8", ">f8"]) {
    for (const [kind, values] of floatSamples(code)) {
      for (const options of floatOptions(kind)) {
        await add(file, `${code} ${kind} ${count++}`, code, values, options);
      }
    }
  }
  for (const byteOrder of ["LE", "BE"] as const) {
    for (const [size, precision, offset] of [
      [1, 3, 2],
      [2, 12, 0],
      [2, 9, 7],
      [4, 12, 3],
      [4, 27, 5],
      [4, 32, 0],
      [8, 40, 9],
      [8, 61, 3],
    ] as const) {
      const bits = Math.min(precision, 50);
      const values = Array.from({ length: 90 }, (_, i) => Math.floor(2 ** (bits - 1) * (i / 45 - 1)));
      const data = size === 8 ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
      const dtype = narrowType(size, precision, offset, byteOrder);
      await add(file, `narrow ${byteOrder} ${size} ${precision} ${offset}`, dtype, data, { nbit: true });
    }
  }
}

/** What is asked for, and whether the values stay as they are, or to how many decimals, and libhdf5 stores the same. */
type Options = DatasetOptions & { readonly exact?: boolean; readonly same?: boolean; readonly decimals?: number };

async function add(
  file: File,
  name: string,
  dtype: string | Datatype,
  data: NumericArray,
  { exact = true, same = true, decimals, ...options }: Options,
): Promise<void> {
  const shape = name.length % 2 === 0 ? [90] : [9, 10];
  const chunks = shape.length === 1 ? [40] : [4, 7];
  const dataset = await file.createDataset(name, { data, dtype, shape, chunks, ...options } as DatasetOptions);
  await dataset.attrs.set("options", JSON.stringify({ ...options, exact, same, decimals }));
  await dataset.attrs.set("source", data);
}

function integerSamples(code: string): readonly (readonly [string, NumericArray])[] {
  const size = Number(code.at(-1));
  const signed = code.includes("i");
  const width = BigInt(8 * size);
  const low = signed ? -(1n << (width - 1n)) : 0n;
  const high = low + (1n << width) - 1n;
  const next = randomNumbers();
  const make = (value: (i: number) => bigint): NumericArray => {
    const values = Array.from({ length: 90 }, (_, i) => value(i));
    return size < 4 || (size === 4 && signed)
      ? Int32Array.from(values, Number)
      : size === 4
        ? Float64Array.from(values, Number)
        : signed
          ? BigInt64Array.from(values)
          : BigUint64Array.from(values);
  };
  let at = 60n;
  return [
    ["noise", make(() => low + BigInt.asUintN(Number(width), (BigInt(next()) << 32n) | BigInt(next())))],
    ["small", make(() => BigInt(next() % 20))],
    [
      "walk",
      make(() => {
        at += BigInt(next() % 7) - 3n;
        return at < 0n ? 0n : at;
      }),
    ],
    ["zeros", make(() => 0n)],
    ["constant", make(() => 7n)],
    ["sparse", make((i) => (i % 31 === 0 ? 99n : 0n))],
    ["extremes", make((i) => (i % 2 === 0 ? low : high))],
    ["almost", make((i) => (i === 0 ? low + 1n : high))],
    ["top", make(() => high - BigInt(next() % 5))],
  ];
}

function* integerOptions(code: string, kind: string): Generator<Options> {
  const bits = 8 * Number(code.at(-1));
  yield* szipOptions();
  yield { compression: "lzf" };
  yield { scaleOffset: true };
  yield { scaleOffset: 0, fillValue: 7 };
  if (kind === "small" || kind === "constant") {
    yield { scaleOffset: 6, fillValue: 9, shuffle: true };
  }
  // Where the numbers need more bits than they may have, libhdf5 stores others.
  yield { scaleOffset: bits - 1, same: !["noise", "extremes", "almost"].includes(kind) };
  yield { scaleOffset: bits };
  yield { nbit: true };
}

function floatSamples(code: string): readonly (readonly [string, NumericArray])[] {
  const next = randomNumbers();
  const make = (value: (i: number) => number): NumericArray => {
    const values = Array.from({ length: 90 }, (_, i) => value(i));
    return code.endsWith("4") ? Float32Array.from(values) : Float64Array.from(values);
  };
  return [
    ["noise", make(() => (next() / 2 ** 31 - 1) * 1000)],
    ["small", make((i) => Math.sin(i) / 4)],
    ["filled", make((i) => (i % 3 === 0 ? 1.5 : i / 7))],
    ["constant", make(() => -3.25)],
    ["huge", make(() => (next() / 2 ** 31 - 1) * 1e30)],
    ["not finite", make((i) => [Number.NaN, i, Number.POSITIVE_INFINITY][i % 3] as number)],
    ["missing", make((i) => (i % 4 === 0 ? Number.NaN : i / 3))],
  ];
}

function* floatOptions(kind: string): Generator<Options> {
  yield* szipOptions();
  yield { compression: "lzf", shuffle: true };
  // libhdf5 does not pack what is not finite, nor a fill value that is no number, so as to get it back.
  const same = kind !== "not finite" && kind !== "missing";
  yield { scaleOffset: 0, exact: !same, same, decimals: 0 };
  yield { scaleOffset: 2, fillValue: 1.5, exact: !same, same, decimals: 2 };
  yield { scaleOffset: 4, fillValue: Number.NaN, shuffle: true, exact: false, same: false, decimals: 4 };
  yield { nbit: true };
}

function* szipOptions(): Generator<Options> {
  for (const compressionOptions of [
    ["nn", 8],
    ["ec", 8],
    ["nn", 2],
    ["ec", 28],
  ] as const) {
    yield { compression: "szip", compressionOptions };
  }
  yield { compression: "szip", compressionOptions: ["nn", 10], shuffle: true, fletcher32: true };
}

function narrowType(size: number, bitPrecision: number, bitOffset: number, byteOrder: "LE" | "BE"): Datatype {
  const common = { version: 1, class: "fixed-point", signed: true, lowPad: 0, highPad: 0 } as const;
  return { ...common, size, bitPrecision, bitOffset, byteOrder };
}

/** Numbers of 32 bits, always the same ones. */
function randomNumbers(): () => number {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state ^ (state >>> 15)) >>> 0;
  };
}
