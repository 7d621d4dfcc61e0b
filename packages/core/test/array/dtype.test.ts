import { describe, expect, test } from "vitest";
import {
  array,
  bool,
  ComplexArray,
  complex64,
  complex128,
  compound,
  type DtypeLike,
  datatypesEqual,
  dtypeName,
  enumeration,
  inferDatatype,
  NdArray,
  ObjectReference,
  opaque,
  reference,
  regionReference,
  string,
  toDatatype,
  vlen,
  withOffsetSize,
} from "../../src/array/index.ts";
import { messageHex } from "./support.ts";

// Datatype messages as h5py 3.16 on HDF5 2.0.0 makes them. Where h5py gives the size in memory of a pointer (8) for
// variable-length strings, the size in the file (16) stands here.
const f8 = "11203f000800000000004000340b0034ff030000";
const f4 = "11201f000400000000002000170800177f000000";
const i4 = "100800000400000000002000";
const i1 = "100800000100000000000800";
const member = (name: string, byteOffset: number): string =>
  `${Buffer.from(name).toString("hex").padEnd(16, "0")}${Buffer.from([byteOffset, 0, 0, 0]).toString("hex")}`;
const scalarMember = (name: string, byteOffset: number): string => member(name, byteOffset) + "0".repeat(56);
const GOLDEN: readonly (readonly [string, DtypeLike, string])[] = [
  ["int8", "int8", i1],
  ["<i2", "<i2", "100800000200000000001000"],
  ["int32", "int32", i4],
  ["int64", "int64", "100800000800000000004000"],
  ["uint8", "u1", "100000000100000000000800"],
  ["uint64", "uint64", "100000000800000000004000"],
  [">i4", ">i4", "100900000400000000002000"],
  [">u2", ">u2", "100100000200000000001000"],
  ["float16", "float16", "11200f0002000000000010000a05000a0f000000"],
  [">f2", ">f2", "11210f0002000000000010000a05000a0f000000"],
  ["bfloat16", "bfloat16", "11200f000200000000001000070800077f000000"],
  ["float32", "float32", f4],
  ["float64", "float64", f8],
  [">f8", ">f8", "11213f000800000000004000340b0034ff030000"],
  ["bool", "bool", `1802000001000000${i1}46414c534500000054525545000000000001`],
  ["complex64", "complex64", `1602000008000000${scalarMember("r", 0)}${f4}${scalarMember("i", 4)}${f4}`],
  ["complex128", "<c16", `1602000010000000${scalarMember("r", 0)}${f8}${scalarMember("i", 8)}${f8}`],
  ["S10", "S10", "130100000a000000"],
  ["V5", "V5", "1500000005000000"],
  ["string", "string", "1901010010000000100000000100000000000800"],
  ["ascii string", string({ charset: "ascii" }), "1901000010000000100000000100000000000800"],
  ["fixed UTF-8", string({ length: 7 }), "1311000007000000"],
  ["vlen", vlen("int32"), `1900000010000000${i4}`],
  ["vlen of strings", vlen("string"), "19000000100000001901010010000000100000000100000000000800"],
  ["array", array("<i4", [3, 2]), `2a000000180000000200000003000000020000000000000001000000${i4}`],
  ["vlen of arrays", vlen(array("int32", [3])), `29000000100000002a0000000c000000010000000300000000000000${i4}`],
  [
    "compound",
    compound({ x: "float64", yy: "int16" }),
    `160200000a000000${scalarMember("x", 0)}${f8}${scalarMember("yy", 8)}100800000200000000001000`,
  ],
  [
    "compound with array",
    compound([
      ["x", array("<f8", [3])],
      ["yy", "<i2"],
    ]),
    `260200001a000000${member("x", 0)}2a00000018000000010000000300000000000000${f8}${member("yy", 24)}100800000200000000001000`,
  ],
  [
    "enumeration before an array",
    compound([
      ["e", enumeration({ GREEN: 1, RED: 0 }, "int32")],
      ["a", array("int32", [3])],
    ]),
    `2602000010000000${member("e", 0)}2802000004000000${i4}475245454e00000052454400000000000100000000000000${member("a", 4)}2a0000000c000000010000000300000000000000${i4}`,
  ],
  [
    "enumeration after an array",
    compound([
      ["a", array("int32", [3])],
      ["e", enumeration({ GREEN: 1, RED: 0 }, "int32")],
    ]),
    `2602000010000000${member("a", 0)}2a0000000c000000010000000300000000000000${i4}${member("e", 12)}1802000004000000${i4}475245454e00000052454400000000000100000000000000`,
  ],
  [
    "compound in a compound with an array",
    compound([["x", compound({ q: array("int32", [2]) })]]),
    `2601000008000000${member("x", 0)}2601000008000000${member("q", 0)}2a00000008000000010000000200000000000000${i4}`,
  ],
  ["reference", reference(), "1700000008000000"],
  ["regionReference", regionReference(), "170100000c000000"],
  ["opaque with a tag", opaque(8, "NUMPY:M8[s]"), "15100000080000004e554d50593a4d385b735d0000000000"],
];

describe("toDatatype", () => {
  test.each(GOLDEN)("makes the message of %s as h5py does", (_name, like, expected) => {
    expect(messageHex(toDatatype(like))).toBe(expected);
  });

  test("refuses numpy's fixed-width unicode and says what to use", () => {
    expect(() => toDatatype("<U4")).toThrow(/No conversion path for dtype: "<U4"; use "string"/);
  });

  test.each(["", "int7", "f3", "S", "S0", "datetime64", "i16", "c7"])("refuses %j", (name) => {
    expect(() => toDatatype(name)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("dtypeName", () => {
  test.each([
    ["<i4", "int32"],
    [">i4", ">i4"],
    [">u1", "uint8"],
    ["=f8", "float64"],
    ["float16", "float16"],
    ["bfloat16", "bfloat16"],
    ["|b1", "bool"],
    ["c8", "complex64"],
    [">c16", ">c16"],
    ["S10", "S10"],
    ["string", "string"],
    ["V3", "opaque"],
    ["reference", "reference"],
    ["regionReference", "regionReference"],
  ])("of %s is %s", (like, name) => {
    expect(dtypeName(toDatatype(like))).toBe(name);
  });

  test("of classes with parameters is the name of the class", () => {
    expect(dtypeName(compound({ x: "int8" }))).toBe("compound");
    expect(dtypeName(enumeration({ A: 1 }))).toBe("enum");
    expect(dtypeName(array("int8", [2]))).toBe("array");
    expect(dtypeName(vlen("int8"))).toBe("vlen");
  });

  test("names every name it makes", () => {
    for (const name of ["int8", "uint16", "int64", "float32", "bool", "complex128", "string", ">f4", "S3"]) {
      expect(toDatatype(dtypeName(toDatatype(name)))).toEqual(toDatatype(name));
    }
  });
});

describe("enumeration", () => {
  test("takes the smallest integer that holds the values", () => {
    expect(dtypeName(enumeration({ RED: 0, BLUE: 255 }).base)).toBe("uint8");
    expect(dtypeName(enumeration({ RED: -1, BLUE: 127 }).base)).toBe("int8");
    expect(dtypeName(enumeration({ RED: -1, BLUE: 128 }).base)).toBe("int16");
    expect(dtypeName(enumeration({ RED: 2n ** 40n }).base)).toBe("uint64");
  });

  test("refuses a value that its base does not hold", () => {
    expect(() => enumeration({ RED: 300 }, "uint8")).toThrow(expect.objectContaining({ code: "OUT_OF_RANGE" }));
  });
});

describe("datatypesEqual", () => {
  test("does not look at the version", () => {
    expect(datatypesEqual(toDatatype("int32"), { ...toDatatype("int32"), version: 3 })).toBe(true);
  });

  test("tells byte orders, sizes, names and kinds apart", () => {
    const all = ["int32", ">i4", "uint32", "float32", "S4", "V4", "bool", "complex64", "string"].map((d) =>
      toDatatype(d),
    );
    const types = [...all, vlen("int8"), array("int8", [4]), compound({ a: "int8" }), compound({ b: "int8" })];
    for (const [i, a] of types.entries()) {
      for (const [j, b] of types.entries()) {
        expect(datatypesEqual(a, b)).toBe(i === j);
      }
    }
  });

  test("takes array members of version 1 for what they are", () => {
    const base = compound({ x: array("int16", [2, 3]) });
    const [first] = base.members;
    const old = {
      ...base,
      version: 1 as const,
      members: [{ name: "x", byteOffset: 0, dimensions: [2, 3], datatype: toDatatype("int16") }],
    };
    expect(first?.datatype.class).toBe("array");
    expect(datatypesEqual(base, old)).toBe(true);
  });
});

describe("inferDatatype", () => {
  test.each<[string, unknown, string]>([
    ["a typed array", new Uint16Array(2), "uint16"],
    ["a bigint array", new BigUint64Array(2), "uint64"],
    ["integers of 32 bits", [1, -(2 ** 31), 2 ** 31 - 1], "int32"],
    ["larger integers", [1, 2 ** 31], "int64"],
    ["one integer", 5, "int32"],
    ["a fraction among integers", [1, 2.5], "float64"],
    ["nothing", [], "float64"],
    ["not-a-number", Number.NaN, "float64"],
    ["a bigint", 5n, "int64"],
    ["a large bigint", 2n ** 63n, "uint64"],
    ["booleans", [[true], [false]], "bool"],
    ["booleans among numbers", [true, 2], "int32"],
    ["bigints among numbers", [1n, 2], "int64"],
    ["text", "text", "string"],
    ["nested text", [["a"], ["b"]], "string"],
    ["rows of typed arrays", [new Float32Array(2), new Float32Array(2)], "float32"],
    ["references", [new ObjectReference(96)], "reference"],
    ["complex numbers", new ComplexArray(new Float32Array(4)), "complex64"],
    ["an NdArray", new NdArray(new Int32Array(2), [2], toDatatype(">i4")), ">i4"],
  ])("takes %s", (_name, value, expected) => {
    expect(dtypeName(inferDatatype(value))).toBe(expected);
  });

  test.each<[unknown, string]>([
    [null, "null has no HDF5 equivalent"],
    [undefined, "undefined has no HDF5 equivalent"],
    [{ a: 1 }, "an object of type Object has no HDF5 equivalent"],
    [[new Date()], "an object of type Date has no HDF5 equivalent"],
    [["a", 1], "string and number values in one array"],
  ])("refuses %j", (value, message) => {
    expect(() => inferDatatype(value)).toThrow(message);
    expect(() => inferDatatype(value)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

test("withOffsetSize fits addresses into a file with shorter ones", () => {
  const type = compound({ a: "int8", s: "string", r: array(reference(), [2]), z: "int16" });
  const small = withOffsetSize(type, 4);
  expect(type.size).toBe(1 + 16 + 16 + 2);
  expect(small.size).toBe(1 + 12 + 8 + 2);
  expect(small.class === "compound" && small.members.map((m) => m.byteOffset)).toEqual([0, 1, 13, 21]);
});

test("the constants are what the names give", () => {
  expect([toDatatype("bool"), toDatatype("complex64"), toDatatype("complex128")]).toEqual([
    bool,
    complex64,
    complex128,
  ]);
});
