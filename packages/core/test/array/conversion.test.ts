import { type Datatype, type FloatingPointType, FormatError } from "@hdfive/format";
import { describe, expect, test } from "vitest";
import {
  AttributeReference,
  array,
  bitfield,
  bytesOf,
  ComplexArray,
  type CompoundArray,
  compound,
  type DtypeLike,
  enumeration,
  enumerationValues,
  floatType,
  heapReferences,
  integerType,
  type MemoryArray,
  memoryType,
  NdArray,
  ObjectReference,
  opaque,
  RegionReference,
  reference,
  regionReference,
  string,
  toDatatype,
  type UserArray,
  userArray,
  vlen,
} from "../../src/array/index.ts";
import { hex, TestHeap } from "./support.ts";

/** Bytes that a write of values makes. */
function encode(datatype: Datatype, value: unknown, heap: TestHeap = new TestHeap()): Uint8Array {
  const { data, shape } = userArray(value, datatype);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const bytes = new Uint8Array(count * datatype.size);
  memoryType(datatype).encode(data, 0, count, bytes, 0, heap);
  return bytes;
}

/** What a read of bytes gives. */
function decode(datatype: Datatype, bytes: Uint8Array, as?: DtypeLike, heap: TestHeap = new TestHeap()): MemoryArray {
  const memory = memoryType(datatype, as);
  const count = bytes.length / datatype.size;
  const into = memory.allocate(count);
  memory.decode(bytes, 0, count, into, 0, heap);
  return into;
}

const convert = (values: unknown, to: DtypeLike): MemoryArray => {
  const datatype = toDatatype(to);
  return decode(datatype, encode(datatype, values));
};
const list = (values: MemoryArray): unknown[] => Array.from(values as ArrayLike<unknown>);

// What HDF5 2.0.0 makes of float64 values (h5py 3.16). Not-a-number in wide integers is left to the compiler there; 0 here.
const F64 = [
  300,
  -5,
  127.9,
  -128.9,
  Number.NaN,
  Infinity,
  -Infinity,
  1e300,
  2 ** 65,
  -(2 ** 65),
  0.5,
  -0.5,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53 + 2,
];
const FROM_F64: readonly (readonly [string, readonly (number | bigint)[]])[] = [
  ["int8", [127, -5, 127, -128, 0, 127, -128, 127, 127, -128, 0, 0, 127, -128, 127, 127]],
  ["uint8", [255, 0, 127, 0, 0, 255, 0, 255, 255, 0, 0, 0, 255, 0, 255, 255]],
  ["int16", [300, -5, 127, -128, 0, 32767, -32768, 32767, 32767, -32768, 0, 0, 32767, -32768, 32767, 32767]],
  ["uint16", [300, 0, 127, 0, 0, 65535, 0, 65535, 65535, 0, 0, 0, 65535, 0, 65535, 65535]],
  [
    "int32",
    [
      300, -5, 127, -128, 0, 2147483647, -2147483648, 2147483647, 2147483647, -2147483648, 0, 0, 2147483647,
      -2147483648, 2147483647, 2147483647,
    ],
  ],
  [
    "uint32",
    [300, 0, 127, 0, 0, 4294967295, 0, 4294967295, 4294967295, 0, 0, 0, 2147483648, 0, 4294967295, 4294967295],
  ],
  [
    "int64",
    [
      300n,
      -5n,
      127n,
      -128n,
      0n,
      9223372036854775807n,
      -9223372036854775808n,
      9223372036854775807n,
      9223372036854775807n,
      -9223372036854775808n,
      0n,
      0n,
      2147483648n,
      -2147483649n,
      4294967296n,
      9007199254740994n,
    ],
  ],
  [
    "uint64",
    [
      300n,
      0n,
      127n,
      0n,
      0n,
      18446744073709551615n,
      0n,
      18446744073709551615n,
      18446744073709551615n,
      0n,
      0n,
      0n,
      2147483648n,
      0n,
      4294967296n,
      9007199254740994n,
    ],
  ],
  [
    "float16",
    [
      300,
      -5,
      127.875,
      -128.875,
      Number.NaN,
      Infinity,
      -Infinity,
      Infinity,
      Infinity,
      -Infinity,
      0.5,
      -0.5,
      Infinity,
      -Infinity,
      Infinity,
      Infinity,
    ],
  ],
  [
    "float32",
    [
      300,
      -5,
      127.9000015258789,
      -128.89999389648438,
      Number.NaN,
      Infinity,
      -Infinity,
      Infinity,
      2 ** 65,
      -(2 ** 65),
      0.5,
      -0.5,
      2147483648,
      -2147483648,
      4294967296,
      9007199254740992,
    ],
  ],
];
const I64 = [
  0n,
  1n,
  -1n,
  127n,
  128n,
  -128n,
  -129n,
  255n,
  256n,
  32767n,
  32768n,
  -32769n,
  65535n,
  65536n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n) - 1n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  16777217n,
  (1n << 60n) + (1n << 36n) + 1n,
];
const FROM_I64: readonly (readonly [string, readonly (number | bigint)[]])[] = [
  [
    "int8",
    [
      0, 1, -1, 127, 127, -128, -128, 127, 127, 127, 127, -128, 127, 127, 127, 127, -128, 127, 127, 127, 127, -128, 127,
      127,
    ],
  ],
  ["uint8", [0, 1, 0, 127, 128, 0, 0, 255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 255, 255, 255, 255, 0, 255, 255]],
  [
    "int32",
    [
      0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, 65535, 65536, 2147483647, 2147483647, -2147483648,
      2147483647, 2147483647, 2147483647, 2147483647, -2147483648, 16777217, 2147483647,
    ],
  ],
  [
    "uint64",
    [
      0n,
      1n,
      0n,
      127n,
      128n,
      0n,
      0n,
      255n,
      256n,
      32767n,
      32768n,
      0n,
      65535n,
      65536n,
      2147483647n,
      2147483648n,
      0n,
      4294967295n,
      4294967296n,
      9007199254740993n,
      9223372036854775807n,
      0n,
      16777217n,
      1152921573326323713n,
    ],
  ],
  [
    "float16",
    [
      0,
      1,
      -1,
      127,
      128,
      -128,
      -129,
      255,
      256,
      32768,
      32768,
      -32768,
      Infinity,
      Infinity,
      Infinity,
      Infinity,
      -Infinity,
      Infinity,
      Infinity,
      Infinity,
      Infinity,
      -Infinity,
      Infinity,
      Infinity,
    ],
  ],
  [
    "float32",
    [
      0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, 65535, 65536, 2147483648, 2147483648, -2147483648,
      4294967296, 4294967296, 9007199254740992, 9.223372036854776e18, -9.223372036854776e18, 16777216,
      1.1529216420458004e18,
    ],
  ],
  [
    "float64",
    [
      0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32769, 65535, 65536, 2147483647, 2147483648, -2147483649,
      4294967295, 4294967296, 9007199254740992, 9.223372036854776e18, -9.223372036854776e18, 16777217,
      1.1529215733263237e18,
    ],
  ],
];
const U64 = [0n, 2n ** 63n, 2n ** 64n - 1n, 2n ** 63n - 1n, (1n << 63n) + (1n << 39n) + 1n];
const FROM_U64: readonly (readonly [string, readonly (number | bigint)[]])[] = [
  ["int8", [0, 127, 127, 127, 127]],
  ["int64", [0n, 9223372036854775807n, 9223372036854775807n, 9223372036854775807n, 9223372036854775807n]],
  ["float32", [0, 9.223372036854776e18, 1.8446744073709552e19, 9.223372036854776e18, 9.223373136366404e18]],
  ["float64", [0, 9.223372036854776e18, 1.8446744073709552e19, 9.223372036854776e18, 9.22337258661059e18]],
];

describe("numbers of another datatype become what HDF5 makes of them", () => {
  const tables: readonly (readonly [
    string,
    UserArray,
    readonly (readonly [string, readonly (number | bigint)[]])[],
  ])[] = [
    ["float64", Float64Array.from(F64), FROM_F64],
    ["int64", BigInt64Array.from(I64), FROM_I64],
    ["uint64", BigUint64Array.from(U64), FROM_U64],
  ];
  for (const [from, values, rows] of tables) {
    test.each(rows)(`when ${from} is written to %s`, (to, expected) => {
      expect(list(convert(values, to))).toEqual(expected);
    });

    test.each(rows)(`when ${from} is read as %s`, (to, expected) => {
      const file = toDatatype(from);
      expect(list(decode(file, encode(file, values), to))).toEqual(expected);
    });

    test.each(rows)(`when ${from} is written to %s in the other byte order, in pieces`, (to, expected) => {
      const type = toDatatype(to);
      const swapped = { ...type, byteOrder: "BE" } as Datatype;
      const memory = memoryType(swapped);
      const bytes = new Uint8Array(expected.length * type.size + 1);
      for (let i = 0; i < expected.length; i++) {
        memory.encode(values, i, 1, bytes, 1 + i * type.size, new TestHeap());
      }
      expect(list(decode(swapped, bytes.slice(1)))).toEqual(expected);
    });
  }

  test("when ties go to the even neighbour in float16", () => {
    const values = [
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65519.99,
      65520,
      2 ** -25,
      2 ** -24 * 1.5,
      2 ** -24,
      6e-8,
      1 + 2 ** -11 + 2 ** -40,
    ];
    expect(list(convert(Float64Array.from(values), "float16"))).toEqual([
      1,
      1.001953125,
      65504,
      Infinity,
      0,
      2 ** -23,
      2 ** -24,
      2 ** -24,
      1.0009765625,
    ]);
  });

  test("for more numbers than one block", () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => i - 0.5);
    const expected = Array.from({ length: 10_000 }, (_, i) => Math.min(255, Math.max(0, Math.trunc(i - 0.5))));
    expect(list(convert(values, "uint8"))).toEqual(expected.map((value) => value + 0));
    const file = toDatatype("float64");
    expect(list(decode(file, encode(file, values), "uint8"))).toEqual(expected.map((value) => value + 0));
  });
});

describe("plain numbers of the user's", () => {
  test.each<[unknown, string, unknown[]]>([
    [[1.9, -1.9, true, 7n], "int8", [1, -1, 1, 7]],
    [[0.1, 7n, false], "float64", [0.1, 7, 0]],
    [[1e300], "float32", [Infinity]],
    [[5, 2n ** 63n - 1n], "int64", [5n, 2n ** 63n - 1n]],
    [[true, false, 1, 0], "bool", [1, 0, 1, 0]],
    [Uint8Array.of(0, 1, 5), "bool", [0, 1, 1]],
    [new Uint8ClampedArray([1, 255]), "uint8", [1, 255]],
  ])("%o fit %s", (values, dtype, expected) => {
    expect(list(convert(values, dtype))).toEqual(expected);
  });

  test.each<[UserArray, string, string, string]>([
    [[300], "uint8", "300 does not fit uint8", "OUT_OF_RANGE"],
    [[-1], "uint32", "-1 does not fit uint32", "OUT_OF_RANGE"],
    [[Number.NaN], "int16", "NaN does not fit int16", "OUT_OF_RANGE"],
    [[Infinity], "int64", "Infinity does not fit int64", "OUT_OF_RANGE"],
    [[2n ** 63n], "int64", "9223372036854775808 does not fit int64", "OUT_OF_RANGE"],
    [[2 ** 60], "int64", "is past 2^53, where numbers are not exact; use a bigint", "OUT_OF_RANGE"],
    [["1"], "int8", '"1" is no value of int8', "INVALID_ARGUMENT"],
    [[null], "float32", "null is no value of float32", "INVALID_ARGUMENT"],
  ])("%o are refused for %s", (values, dtype, message, code) => {
    expect(() => convert(values, dtype)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message), code }),
    );
  });
});

describe("integers of any layout", () => {
  const layout = (
    size: number,
    bitOffset: number,
    bitPrecision: number,
    signed: boolean,
    byteOrder: "LE" | "BE" = "LE",
  ): Datatype => ({
    ...integerType(size, signed, byteOrder),
    bitOffset,
    bitPrecision,
  });

  test.each<[string, Datatype, readonly (number | bigint)[], string]>([
    ["3 bytes", layout(3, 0, 24, true), [-2, 8388607], "feffffffff7f"],
    ["3 bytes, big-endian", layout(3, 0, 24, false, "BE"), [1, 16777215], "000001ffffff"],
    ["12 bits above 2", layout(2, 2, 12, true), [-1, 2047], "fc3ffc1f"],
    ["12 bits, big-endian", layout(2, 4, 12, false, "BE"), [0x123], "1230"],
    ["40 bits in 8 bytes", layout(8, 8, 40, true), [-1n, 5n], "00ffffffffff00000005000000000000"],
    ["7 bytes", layout(7, 0, 56, false), [2n ** 56n - 1n], "ffffffffffffff"],
    ["8 bits in 16 bytes", layout(16, 8, 8, true), [-3], "00fd0000000000000000000000000000"],
    ["all of 4 bytes at an offset", layout(4, 1, 31, false), [2 ** 31 - 1], "feffffff"],
  ])("%s", (_name, type, values, bytes) => {
    expect(hex(encode(type, values))).toBe(bytes);
    expect(list(decode(type, Uint8Array.from(Buffer.from(bytes, "hex"))))).toEqual(values);
  });

  test("clamp to the bits they have", () => {
    expect(list(convert(Int16Array.of(5000, -5000), "int16"))).toEqual([5000, -5000]);
    const type = layout(2, 0, 12, true);
    expect(list(decode(type, encode(type, Int16Array.of(5000, -5000))))).toEqual([2047, -2048]);
    expect(() => encode(type, [5000])).toThrow("5000 does not fit integer:12");
  });

  test("write the padding that their datatype asks for", () => {
    const type = { ...layout(2, 4, 8, false), highPad: 1, lowPad: 1 } as Datatype;
    expect(hex(encode(type, [0]))).toBe("0ff0");
    expect(list(decode(type, encode(type, [0xa5])))).toEqual([0xa5]);
  });

  test("of more than 64 bits are arrays of bigint", () => {
    const most = 2n ** 127n - 1n;
    const signed = layout(16, 0, 128, true);
    expect(decode(signed, encode(signed, [most, -most - 1n, 5]))).toEqual([most, -most - 1n, 5n]);
    const odd: Datatype = { ...layout(12, 7, 80, false, "BE"), lowPad: 1 } as Datatype;
    expect(decode(odd, encode(odd, [2n ** 80n - 1n, 1n]))).toEqual([2n ** 80n - 1n, 1n]);
    expect(hex(encode(odd, [0n]))).toBe("00000000000000000000007f");
    expect(() => encode(signed, [most + 1n])).toThrow("does not fit integer:128");
    expect(() => encode(signed, ["five"])).toThrow("is no value of integer:128");
    expect(() => memoryType(layout(100, 0, 800, true))).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  });

  test("of more than 64 bits become other numbers, clamped or rounded once, and other numbers them", () => {
    const type = layout(16, 0, 128, true);
    const values = [2n ** 100n, -(2n ** 100n), 7n, -1n, 2n ** 24n + 1n + 2n ** 70n];
    const bytes = encode(type, values);
    expect(list(decode(type, bytes, "int8"))).toEqual([127, -128, 7, -1, 127]);
    expect(list(decode(type, bytes, "uint64"))).toEqual([2n ** 64n - 1n, 0n, 7n, 0n, 2n ** 64n - 1n]);
    expect(list(decode(type, bytes, "float64"))).toEqual(values.map(Number));
    // Rounded to float64 first, this one would end on a tie and go the other way.
    const nearTie = encode(type, [2n ** 100n + 2n ** 76n + 1n]);
    expect(list(decode(type, nearTie, "float32"))).toEqual([2 ** 100 + 2 ** 77]);
    expect(decode(type, bytes, layout(9, 0, 72, false))).toEqual([2n ** 72n - 1n, 0n, 7n, 0n, values[4]]);
    expect(decode(toDatatype("int16"), encode(toDatatype("int16"), [-5]), type)).toEqual([-5n]);
    const doubles = encode(toDatatype("float64"), [1e300, Number.NaN, -Infinity, -2.9, 2 ** 90]);
    expect(decode(toDatatype("float64"), doubles, type)).toEqual([2n ** 127n - 1n, 0n, -(2n ** 127n), -2n, 2n ** 90n]);
  });

  test("bit fields are unsigned integers", () => {
    expect(list(decode(bitfield(2), Uint8Array.of(0xff, 0x80)))).toEqual([0x80ff]);
    expect(decode(bitfield(8), new Uint8Array(8))).toBeInstanceOf(BigUint64Array);
  });
});

describe("enumerations", () => {
  test("of any integer have values by name, numbers or bigint", () => {
    const wide = { ...integerType(16, true, "BE") };
    const type: Datatype = {
      version: 1,
      size: 16,
      class: "enumeration",
      base: wide,
      members: [{ name: "LARGE", value: encode(wide, [-(2n ** 100n)]) }],
    };
    expect([...enumerationValues(type)]).toEqual([["LARGE", -(2n ** 100n)]]);
    expect(decode(type, encode(type, ["LARGE"]))).toEqual([-(2n ** 100n)]);
    expect(decode(type, encode(type, ["LARGE"]), "int16")).toBeInstanceOf(Int16Array);
    expect([...enumerationValues(enumeration({ A: -2, B: 300 }, ">i2"))]).toEqual([
      ["A", -2],
      ["B", 300],
    ]);
  });

  test("without members are their numbers", () => {
    const none: Datatype = { ...enumeration({ A: 1 }, "uint8"), members: [] };
    expect(enumerationValues(none).size).toBe(0);
    expect(list(decode(none, Uint8Array.of(7)))).toEqual([7]);
  });
});

describe("members of the first version that are arrays without an array datatype", () => {
  const float = toDatatype("float32");
  const first: Datatype = {
    version: 1,
    size: 30,
    class: "compound",
    members: [
      { name: "a", byteOffset: 1, dimensions: [2, 3], datatype: float },
      { name: "b", byteOffset: 27, dimensions: [], datatype: toDatatype("int8") },
    ],
  };

  test("have their shape in a row, in a column and alone", () => {
    const bytes = new Uint8Array(60);
    new DataView(bytes.buffer).setFloat32(1 + 16, 2.5, true);
    new DataView(bytes.buffer).setFloat32(31 + 4, -1, true);
    const rows = decode(first, bytes) as CompoundArray;
    expect(rows.row(0)).toEqual({
      a: [
        [0, 0, 0],
        [0, 2.5, 0],
      ],
      b: 0,
    });
    expect(rows.field("a").shape).toEqual([2, 2, 3]);
    const alone = memoryType(first, undefined, "a");
    const into = alone.allocate(2) as Float32Array;
    alone.decode(bytes, 0, 2, into, 0, new TestHeap());
    expect([alone.innerShape, [...into]]).toEqual([
      [2, 3],
      [0, 0, 0, 0, 2.5, 0, 0, -1, 0, 0, 0, 0],
    ]);
  });
});

describe("floating-point numbers of any layout", () => {
  const fp8 = (exponentSize: number, mantissaSize: number, exponentBias: number): Datatype => ({
    ...floatType(2),
    size: 1,
    bitPrecision: 8,
    signLocation: 7,
    exponentLocation: mantissaSize,
    exponentSize,
    mantissaSize,
    exponentBias,
  });
  const vax: Datatype = { ...floatType(4), version: 3, byteOrder: "VAX", exponentBias: 129 };
  const x87: Datatype = {
    ...floatType(8),
    size: 16,
    bitPrecision: 80,
    signLocation: 79,
    exponentLocation: 64,
    exponentSize: 15,
    mantissaSize: 64,
    exponentBias: 16383,
    normalization: "msb-set",
  };
  const layout128 = integerType(16, true);
  const VAX_D = { exponentLocation: 55, exponentSize: 8, mantissaSize: 55, exponentBias: 129 };
  const quad: Datatype = {
    ...floatType(8),
    size: 16,
    bitPrecision: 128,
    signLocation: 127,
    exponentLocation: 112,
    exponentSize: 15,
    mantissaSize: 112,
    exponentBias: 16383,
  };

  test("every float16 survives, and is what its bits say", () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
    const bytes = new Uint8Array(bits.buffer);
    const type = toDatatype("float16");
    const values = decode(type, bytes) as Float32Array;
    expect(values).toBeInstanceOf(Float32Array);
    expect([values[0x3c00], values[0x7bff], values[1], values[0xfc00], values[0x8000]]).toEqual([
      1,
      65504,
      2 ** -24,
      -Infinity,
      -0,
    ]);
    const back = new Uint16Array(encode(type, values).buffer);
    const wrong = bits.filter((half) => back[half] !== half && !Number.isNaN(values[half]));
    expect(Array.from(wrong)).toEqual([]);
    expect(back[0x7e01]).toBe(0x7e00);
  });

  test("bfloat16 is the upper half of a float32", () => {
    const values = Float32Array.of(1, -2.5, 3e38, 1e-40, Infinity);
    const upper = Array.from(new Uint32Array(values.buffer), (bits) => (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    const bytes = encode(toDatatype("bfloat16"), values);
    expect(Array.from(new Uint16Array(bytes.buffer))).toEqual(upper);
  });

  test.each<[string, Datatype, readonly number[], string]>([
    ["8 bits of 5 and 2", fp8(5, 2, 15), [1, -1.75, 57344, 2 ** -16, Infinity], "3cbf7b017c"],
    ["8 bits of 4 and 3", fp8(4, 3, 7), [1, 240, 2 ** -9, -Infinity], "387701f8"],
    ["VAX F", vax, [1, -2.5], "80400000" + "20c10000"],
    ["x87 extended", x87, [1, -0.1], "0000000000000080ff3f000000000000" + "00d0ccccccccccccfbbf000000000000"],
    ["quad", quad, [1, -2], "0000000000000000000000000000ff3f" + "000000000000000000000000000000c0"],
  ])("%s", (_name, type, values, bytes) => {
    expect(hex(encode(type, values))).toBe(bytes);
    expect(list(decode(type, Uint8Array.from(Buffer.from(bytes, "hex"))))).toEqual(values);
  });

  test("wider than 64 bits are rounded once, to the nearest number, and say that they are float64", () => {
    const digits = Uint8Array.from(Buffer.from("0100000000000080ff3f000000000000", "hex"));
    expect(list(decode(x87, digits))).toEqual([1]);
    const tiny = Uint8Array.from(Buffer.from("00000000000000000000000000000100", "hex"));
    expect(list(decode(quad, tiny))).toEqual([0]);
    expect(memoryType(quad).memoryDatatype).toEqual(floatType(8));
    // 1 + 2^-24 + 2^-80: a tie for float32 once it was rounded to float64.
    const nearTie = Uint8Array.from(Buffer.from("000000000100000000000001" + "0000ff3f", "hex"));
    expect(list(decode(quad, nearTie, "float32"))).toEqual([1 + 2 ** -23]);
    const large = encode(x87, [2 ** 62]);
    large[0] = 1;
    expect(list(decode(x87, large, "int64"))).toEqual([2n ** 62n]);
    expect(list(decode(x87, encode(x87, [Number.NaN, -Infinity, 3e9, -2.75]), "int32"))).toEqual([
      0,
      -(2 ** 31),
      2 ** 31 - 1,
      -2,
    ]);
    expect(decode(quad, tiny, layout128)).toEqual([0n]);
  });

  test("zero has no exponent where the leading one is stored: processors take any other for not-a-number", () => {
    const unimplied: Datatype = { ...(x87 as FloatingPointType), normalization: "none" };
    expect(hex(encode(unimplied, [0, -0]))).toBe(`${"00".repeat(16)}${"00".repeat(9)}80${"00".repeat(6)}`);
  });

  test("subnormal numbers have all digits of a layout that has more than float64", () => {
    const vaxD: Datatype = { ...floatType(8), version: 3, byteOrder: "VAX", ...VAX_D };
    const value = (2 ** 52 + 1) * 2 ** -181;
    expect(list(decode(vaxD, encode(vaxD, [value, -value, 0])))).toEqual([value, -value, 0]);
  });

  test("of an odd number of bytes have no VAX order", () => {
    const odd: Datatype = { ...(vax as FloatingPointType), size: 5 };
    expect(() => memoryType(odd)).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
  });

  test("give their bytes when those are asked for", () => {
    const bytes = encode(quad, [1, -2]);
    expect(decode(quad, bytes, "raw")).toEqual([bytes.slice(0, 16), bytes.slice(16)]);
    expect(decode(quad, bytes, "V16")).toEqual([bytes.slice(0, 16), bytes.slice(16)]);
    expect(decode(array("int16", [2]), Uint8Array.of(1, 2, 3, 4), "raw")).toEqual([Uint8Array.of(1, 2, 3, 4)]);
    expect(decode(compound({ a: vlen("int8"), b: "int8" }), new Uint8Array(17), "raw")).toEqual([new Uint8Array(17)]);
  });

  test("round once on their way from float64", () => {
    const value = 1 + 2 ** -11 + 2 ** -40;
    expect(list(decode(toDatatype("float64"), encode(toDatatype("float64"), [value]), "float16"))).toEqual([
      1.0009765625,
    ]);
  });
});

describe("strings", () => {
  const fixed = (padding: "null-terminate" | "null-pad" | "space-pad", length = 6): Datatype =>
    string({ length, padding });

  test.each<["null-terminate" | "null-pad" | "space-pad", string, string]>([
    ["null-terminate", "ab\0cd\0", "ab"],
    ["null-pad", "ab\0c\0\0", "ab\0c"],
    ["null-pad", "abcdef", "abcdef"],
    ["space-pad", "a b   ", "a b"],
    ["space-pad", "      ", ""],
    ["space-pad", "ab\0\0\0\0", "ab"],
    ["space-pad", "ab \0\0\0", "ab "],
    ["space-pad", "ab\0   ", "ab"],
  ])("of fixed length with %s: %j is %j", (padding, stored, expected) => {
    expect(decode(fixed(padding), new TextEncoder().encode(stored))).toEqual([expected]);
  });

  test("of fixed length round-trip in any language", () => {
    const type = fixed("null-pad", 12);
    const values = ["", "plain", "größe", "日本語"];
    expect(decode(type, encode(type, values))).toEqual(values);
  });

  test("of fixed length are never cut", () => {
    expect(() => encode(fixed("null-pad", 4), ["größe"])).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
    expect(() => encode(fixed("null-terminate", 4), ["abcd"])).toThrow(
      expect.objectContaining({ code: "OUT_OF_RANGE" }),
    );
    expect(hex(encode(fixed("null-terminate", 4), ["abc"]))).toBe("61626300");
  });

  test("overwrite what stood there", () => {
    const bytes = new Uint8Array(6).fill(255);
    memoryType(fixed("space-pad")).encode(["ab"], 0, 1, bytes, 0, new TestHeap());
    expect(hex(bytes)).toBe("616220202020");
  });

  test("in ASCII take nothing else", () => {
    expect(() => encode(toDatatype("S10"), ["é"])).toThrow(/is not ASCII/);
  });

  test("of any length go to the heap and come back", () => {
    const heap = new TestHeap();
    const type = toDatatype("string");
    const values = ["one", "", "größe", "x".repeat(1000)];
    const bytes = encode(type, values, heap);
    expect(hex(bytes.subarray(0, 16))).toBe("03000000" + "0010000000000000" + "01000000");
    expect(hex(bytes.subarray(16, 32))).toBe("0".repeat(32));
    expect(decode(type, bytes, undefined, heap)).toEqual(values);
  });

  test.each<[unknown, string]>([
    ["a\0b", "VLEN strings do not support embedded NULLs"],
    [5, "Can't implicitly convert non-string objects to strings"],
    [null, "Can't implicitly convert non-string objects to strings"],
  ])("refuse %j", (value, message) => {
    expect(() => encode(toDatatype("string"), [value])).toThrow(message);
  });
});

describe("variable-length data", () => {
  const heap = new TestHeap();

  test("nests: sequences of strings in compounds in arrays", () => {
    const type = array(compound({ n: "int32", names: vlen("string") }), [2]);
    const rows = [
      [
        { n: 1, names: ["a", "b"] },
        { n: 2, names: [] },
      ],
      [
        { n: 3, names: ["ccc"] },
        { n: 4, names: ["", "d"] },
      ],
    ];
    const bytes = encode(type, rows, heap);
    const array1 = new NdArray(decode(type, bytes, undefined, heap), [2, 2], type);
    expect(array1.toNested()).toEqual(rows);
  });

  test("takes typed arrays and plain arrays as elements", () => {
    const type = vlen("int16");
    const bytes = encode(type, [Int16Array.of(1, 2), [3], []], heap);
    expect(decode(type, bytes, undefined, heap)).toEqual([Int16Array.of(1, 2), Int16Array.of(3), new Int16Array(0)]);
    expect(list(decode(type, bytes, vlen("float64"), heap))).toEqual([
      Float64Array.of(1, 2),
      Float64Array.of(3),
      new Float64Array(0),
    ]);
  });

  test("takes sequences of arrays and of sequences", () => {
    for (const [type, values] of [
      [
        vlen(array("int8", [2])),
        [
          [
            [1, 2],
            [3, 4],
          ],
          [[5, 6]],
        ],
      ],
      [vlen(vlen("float32")), [[[1], [2, 3]], []]],
    ] as const) {
      const found = decode(type, encode(type, values, heap), undefined, heap);
      const plain = JSON.stringify(found, (_key, value: unknown) =>
        ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value,
      );
      expect(JSON.parse(plain)).toEqual(
        type.base.class === "array"
          ? [
              [1, 2, 3, 4],
              [5, 6],
            ]
          : values,
      );
    }
  });

  test("takes back what it gave", () => {
    for (const [type, values] of [
      [
        vlen(array("int8", [2])),
        [
          [
            [1, 2],
            [3, 4],
          ],
          [],
          [[5, 6]],
        ],
      ],
      [vlen(array("string", [2])), [[["a", "b"]], []]],
      [vlen(vlen("int8")), [[], [[1]], [[], [2]]]],
      [vlen(compound({ a: "int8" })), [[{ a: 1 }], []]],
      [vlen("string"), [["a"], []]],
    ] as const) {
      const found = decode(type, encode(type, values, heap), undefined, heap);
      const again = new NdArray(found, [values.length], type);
      expect(decode(type, encode(type, again, heap), undefined, heap)).toEqual(found);
    }
  });

  test("refuses a heap object that is too short, and addresses of another size", () => {
    const small = new TestHeap();
    const bytes = encode(vlen("int32"), [[1, 2]], small);
    bytes[0] = 3;
    expect(() => decode(vlen("int32"), bytes, undefined, small)).toThrow(expect.objectContaining({ code: "CORRUPT" }));
    expect(() => decode(vlen("int32"), bytes, undefined, new TestHeap(4))).toThrow(
      expect.objectContaining({ code: "CORRUPT" }),
    );
  });

  test("names every heap object before it is needed, level by level", () => {
    const type = compound({ pad: "int8", x: array(vlen("string"), [2]) });
    const store = new TestHeap();
    const bytes = encode(
      type,
      [
        { pad: 0, x: [["a", "b"], []] },
        { pad: 0, x: [["c"], ["", "d"]] },
      ],
      store,
    );
    const seen = (loaded?: TestHeap): number[] => {
      const indices: number[] = [];
      heapReferences(type, bytes, 0, 2, { offsetSize: 8 }, (_address, index) => indices.push(index), loaded);
      return indices;
    };
    expect(seen()).toHaveLength(3);
    expect(seen(store).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("enumerations", () => {
  const colour = enumeration({ RED: 0, GREEN: 1, BLUE: 200 });

  test("take names and numbers, and give the base's numbers", () => {
    expect(decode(colour, encode(colour, ["BLUE", 1, "RED"]))).toEqual(Uint8Array.of(200, 1, 0));
    expect(() => encode(colour, ["PINK"])).toThrow('"PINK" is no value of enum; it knows RED, GREEN, BLUE');
  });

  test("of wide bases take names as well", () => {
    const wide = enumeration({ BIG: 2n ** 40n });
    expect(decode(wide, encode(wide, ["BIG"]))).toEqual(BigUint64Array.of(2n ** 40n));
  });
});

describe("complex numbers", () => {
  test("are interleaved, in the file as in memory", () => {
    const values = new ComplexArray(Float32Array.of(1, 2, 3, -4));
    const type = toDatatype("complex64");
    const found = decode(type, encode(type, values)) as ComplexArray;
    expect([found.get(0), found.get(1)]).toEqual([
      { real: 1, imag: 2 },
      { real: 3, imag: -4 },
    ]);
    expect([found.real(), found.imag()]).toEqual([Float32Array.of(1, 3), Float32Array.of(2, -4)]);
    expect(memoryType(type).native).toBe(true);
  });

  test("swap and widen", () => {
    const type = toDatatype(">c8");
    const bytes = encode(type, [{ real: 1, imag: -2 }, 5]);
    expect(hex(bytes.subarray(0, 8))).toBe("3f800000c0000000");
    expect((decode(type, bytes, "complex128") as ComplexArray).data).toEqual(Float64Array.of(1, -2, 5, 0));
  });

  test("of HDF5 2.0's own class are the same", () => {
    const type: Datatype = { version: 5, size: 8, class: "complex", base: floatType(4) };
    expect((decode(type, encode(type, [{ real: 1, imag: 2 }])) as ComplexArray).get(0)).toEqual({ real: 1, imag: 2 });
  });
});

describe("compounds", () => {
  const type = compound({
    id: "int32",
    name: "S5",
    pos: array("float64", [2]),
    ok: "bool",
    deep: compound({ a: ">i2" }),
  });
  const rows = [
    { id: 1, name: "one", pos: [1, 2], ok: true, deep: { a: 5 } },
    { id: -2, name: "two", pos: [3, 4], ok: false, deep: { a: -6 } },
  ];

  test("come as columns and as rows", () => {
    const found = decode(type, encode(type, rows)) as CompoundArray;
    expect(found.names).toEqual(["id", "name", "pos", "ok", "deep"]);
    expect(found.field("id").data).toEqual(Int32Array.of(1, -2));
    expect(found.field("pos").shape).toEqual([2, 2]);
    expect([found.row(0), found.row(1)]).toEqual(rows);
    expect(() => found.row(2)).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
  });

  test("written as columns are what they are written as rows", () => {
    const bytes = encode(type, rows);
    expect(encode(type, decode(type, bytes))).toEqual(bytes);
  });

  test("leave the bytes between the fields alone", () => {
    const spaced: Datatype = {
      ...compound({ a: "int8" }),
      size: 4,
      members: [{ name: "a", byteOffset: 2, dimensions: [], datatype: toDatatype("int8") }],
    };
    const bytes = new Uint8Array(8).fill(9);
    memoryType(spaced).encode([{ a: 1 }, { a: 2 }], 0, 2, bytes, 0, new TestHeap());
    expect(Array.from(bytes)).toEqual([9, 9, 1, 9, 9, 9, 2, 9]);
  });

  test("can be read in part, each field as something else", () => {
    const found = decode(
      type,
      encode(type, rows),
      compound({ deep: compound({ a: "float64" }), id: "int64" }),
    ) as CompoundArray;
    expect([found.row(0), found.row(1)]).toEqual([
      { deep: { a: 5 }, id: 1n },
      { deep: { a: -6 }, id: -2n },
    ]);
  });

  test("refuse fields that are missing or strange", () => {
    expect(() => encode(type, [{ id: 1 }])).toThrow(
      "the field name has no value; the fields are id, name, pos, ok, deep",
    );
    expect(() => encode(type, [{ ...rows[0], zz: 1 }])).toThrow("No such field for indexing: zz");
    expect(() => encode(type, [5])).toThrow(/a value of type number is no compound/);
  });

  test("with the members of a version 1 array read them as an array", () => {
    const old: Datatype = {
      ...compound({ x: array("int16", [2]) }),
      version: 1,
      members: [{ name: "x", byteOffset: 0, dimensions: [2], datatype: toDatatype("int16") }],
    };
    const found = decode(old, Uint8Array.of(1, 0, 2, 0)) as CompoundArray;
    expect(found.row(0)).toEqual({ x: [1, 2] });
  });
});

describe("bytes and references", () => {
  test("opaque elements are bytes of their own", () => {
    const type = opaque(3);
    const values = [Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5, 6)];
    const bytes = encode(type, values);
    const found = decode(type, bytes);
    expect(found).toEqual(values);
    bytes.fill(0);
    expect(found).toEqual(values);
    expect(encode(type, Uint8Array.of(1, 2, 3, 4, 5, 6))).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(() => encode(type, [Uint8Array.of(1)])).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
  });

  test("references hold the address of an object", () => {
    const bytes = encode(reference(), [new ObjectReference(800), null, ObjectReference.NULL]);
    expect(hex(bytes)).toBe(`2003${"0".repeat(44)}`);
    const found = decode(reference(), bytes) as ObjectReference[];
    expect(found.map(({ address, isNull }) => [address, isNull])).toEqual([
      [800, false],
      [0, true],
      [0, true],
    ]);
    expect((decode(reference(), new Uint8Array(8).fill(255)) as ObjectReference[])[0]?.isNull).toBe(true);
  });

  test("region references keep their selection in the heap", () => {
    const heap = new TestHeap();
    const region = new RegionReference(800, { kind: "points", rank: 2, coordinates: Float64Array.of(1, 2, 0, 7) });
    const bytes = encode(regionReference(), [region, null, RegionReference.NULL], heap);
    expect(heap.objects.map(hex)).toEqual([
      "2003000000000000 01000000 01000000 00000000 18000000 02000000 02000000 01000000 02000000 00000000 07000000".replaceAll(
        " ",
        "",
      ),
    ]);
    const found = decode(regionReference(), bytes, undefined, heap);
    expect(found).toEqual([region, RegionReference.NULL, RegionReference.NULL]);
  });

  const revised = (): Datatype => ({ version: 4, size: 18, class: "reference", kind: "object-2", encodingVersion: 1 });

  test("references of HDF5 1.12 keep objects of the same file in place and all else in the heap", () => {
    const heap = new TestHeap();
    const selection = { kind: "hyperslab", start: [5], stride: [1], count: [1], block: [3] } as const;
    const values = [
      new ObjectReference(800),
      new ObjectReference(800, "other.h5"),
      new RegionReference(96, selection),
      new RegionReference(96, selection, "other.h5"),
      new AttributeReference(48, "größe"),
      new AttributeReference(48, "a", "other.h5"),
      ObjectReference.NULL,
    ];
    const bytes = encode(revised(), values, heap);
    expect(hex(bytes.subarray(0, 18))).toBe(`020008${"2003000000000000"}${"00".repeat(7)}`);
    expect(heap.objects.length).toBe(5);
    // A listed block is what version 1 makes of a regular selection.
    const blocks = { kind: "blocks", rank: 1, corners: Float64Array.of(5, 7) } as const;
    expect(decode(revised(), bytes, undefined, heap)).toEqual(
      values.map((value) =>
        value instanceof RegionReference ? new RegionReference(value.address, blocks, value.fileName) : value,
      ),
    );
  });

  test.each([
    ["a type that there is not", "07000000"],
    ["flags that there are not", "0204"],
    ["a token of another size", "020004"],
  ])("a reference with %s is corrupt", (_, start) => {
    const bytes = new Uint8Array(18);
    bytes.set(Buffer.from(start, "hex"));
    expect(() => decode(revised(), bytes)).toThrow(FormatError);
  });

  test("a reference whose heap object is too small is corrupt", () => {
    const heap = new TestHeap();
    const bytes = encode(revised(), [new AttributeReference(48, "name")], heap);
    heap.objects[0] = (heap.objects[0] as Uint8Array).subarray(0, 12);
    expect(() => decode(revised(), bytes, undefined, heap)).toThrow(FormatError);
    const region = new RegionReference(800, { kind: "points", rank: 2, coordinates: Float64Array.of(1, 2) });
    const old = encode(regionReference(), [region], heap);
    heap.objects[1] = (heap.objects[1] as Uint8Array).subarray(0, 30);
    expect(() => decode(regionReference(), old, undefined, heap)).toThrow(FormatError);
  });

  test("elements too small for a reference are corrupt", () => {
    expect(() => decode({ ...revised(), size: 8 }, new Uint8Array(8).fill(2))).toThrow(FormatError);
    expect(() => decode({ ...regionReference(), size: 8 }, new Uint8Array(8))).toThrow(FormatError);
  });

  test("the heap objects of references are found, and those that others may share are not theirs", () => {
    const heap = new TestHeap();
    const region = new RegionReference(800, { kind: "all" });
    const owned: boolean[] = [];
    const note = (_: number, __: number, isOwned: boolean): number => owned.push(isOwned);
    heapReferences(regionReference(), encode(regionReference(), [region, null], heap), 0, 2, { offsetSize: 8 }, note);
    expect(owned).toEqual([false]);
    const bytes = encode(revised(), [new ObjectReference(8), new AttributeReference(8, "a"), null], heap);
    heapReferences(revised(), bytes, 0, 3, { offsetSize: 8 }, note);
    expect(owned).toEqual([false, true]);
  });
});

describe("memoryType", () => {
  test.each<[DtypeLike, boolean, number]>([
    ["int8", true, 1],
    ["<i4", true, 4],
    [">i4", false, 4],
    ["float64", true, 8],
    ["float16", false, 4],
    ["bool", true, 1],
    ["complex128", true, 16],
    [array("float32", [3]), true, 12],
    ["string", false, 0],
    ["S4", false, 0],
    [compound({ x: "int8" }), false, 0],
  ])("of %j: native %s, %i bytes an element", (dtype, native, size) => {
    const memory = memoryType(toDatatype(dtype));
    expect([memory.native, memory.bytesPerElement]).toEqual([native, size]);
    expect(bytesOf(memory.allocate(2))?.length ?? 0).toBe(2 * size);
  });

  test("shares the user's bytes only when they are the file's", () => {
    const memory = memoryType(toDatatype("float32"));
    const values = Float32Array.of(1, 2);
    expect(memory.asFileBytes(values)?.buffer).toBe(values.buffer);
    expect(memory.asFileBytes(Float64Array.of(1))).toBeNull();
    expect(memory.asFileBytes([1])).toBeNull();
    expect(memoryType(toDatatype(">f4")).asFileBytes(values)).toBeNull();
    expect(memoryType(toDatatype("bool")).asFileBytes(Uint8Array.of(5))).toBeNull();
  });

  test("refuses conversions that make no sense", () => {
    expect(() => memoryType(toDatatype("string"), "float64")).toThrow(
      "no appropriate function for conversion path (string -> float64)",
    );
  });

  test("reads arrays element by element as something else", () => {
    const type = array("int16", [2]);
    expect(decode(type, Uint8Array.of(1, 0, 2, 0), "float32")).toEqual(Float32Array.of(1, 2));
    expect(memoryType(type, "float32").innerShape).toEqual([2]);
  });
});

describe("userArray", () => {
  test.each<[unknown, DtypeLike, unknown[], readonly number[]]>([
    [5, "int8", [5], []],
    [
      [
        [1, 2],
        [3, 4],
      ],
      "int8",
      [1, 2, 3, 4],
      [2, 2],
    ],
    [[Float64Array.of(1, 2), [3, 4]], "float64", [1, 2, 3, 4], [2, 2]],
    ["text", "string", ["text"], []],
    [[], "int8", [], [0]],
    [[[], []], "int8", [], [2, 0]],
    [
      [
        [1, 2],
        [3, 4],
      ],
      array("int8", [2]),
      [1, 2, 3, 4],
      [2],
    ],
    [[1, 2], array("int8", [2]), [1, 2], []],
    [[[1], [2, 3]], vlen("int8"), [[1], [2, 3]], [2]],
    [[1, 2], vlen("int8"), [[1, 2]], []],
    [{ x: 1 }, compound({ x: "int8" }), [{ x: 1 }], []],
  ])("takes %j as %j apart", (value, dtype, data, shape) => {
    const flat = userArray(value, toDatatype(dtype));
    expect([list(flat.data as MemoryArray), flat.shape]).toEqual([data, shape]);
  });

  test.each<[unknown, DtypeLike]>([
    [[[1, 2], [3]], "int8"],
    [[1, [2]], "int8"],
    [[[1], 2], "int8"],
    [[1, 2, 3], array("int8", [2])],
  ])("refuses %j as %j", (value, dtype) => {
    expect(() => userArray(value, toDatatype(dtype))).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });

  test("takes an empty list for nothing where the shape that is given has no elements", () => {
    for (const like of [vlen("int8"), array("int8", [2]), string()]) {
      expect(userArray([], toDatatype(like), [0])).toEqual({ data: [], shape: [0] });
      expect(userArray([[], []], toDatatype(like), [2, 0])).toEqual({ data: [], shape: [2, 0] });
    }
  });

  test("checks a shape that is given", () => {
    expect(userArray([1, 2, 3, 4], toDatatype("int8"), [2, 2]).shape).toEqual([2, 2]);
    expect(() => userArray([1, 2, 3], toDatatype("int8"), [2, 2])).toThrow("Shape tuple is incompatible with data");
  });
});
