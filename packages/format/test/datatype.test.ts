import { describe, expect, test } from "vitest";
import { type Datatype, datatype, FormatError, UnsupportedError } from "../src/index.js";
import { decodeHex, encodeHex } from "./hex.js";

const INT8 = "10080000 01000000 0000 0800";
const UINT8 = "10000000 01000000 0000 0800";
const FLOAT32 = "11201f00 04000000 0000 2000 17 08 00 17 7f000000";

const int8: Datatype = {
  class: "fixed-point",
  version: 1,
  size: 1,
  byteOrder: "LE",
  signed: true,
  lowPad: 0,
  highPad: 0,
  bitOffset: 0,
  bitPrecision: 8,
};

const float32: Datatype = {
  class: "floating-point",
  version: 1,
  size: 4,
  byteOrder: "LE",
  lowPad: 0,
  highPad: 0,
  internalPad: 0,
  normalization: "implied",
  signLocation: 31,
  bitOffset: 0,
  bitPrecision: 32,
  exponentLocation: 23,
  exponentSize: 8,
  mantissaLocation: 0,
  mantissaSize: 23,
  exponentBias: 127,
};

/** Bytes that libhdf5 wrote, and what they mean. */
const GOLDEN: readonly (readonly [string, string, Partial<Datatype> & Pick<Datatype, "class">])[] = [
  ["int8", INT8, int8],
  ["float32", FLOAT32, float32],
  [
    "int32",
    "10080000 04000000 0000 2000",
    { class: "fixed-point", version: 1, size: 4, signed: true, bitPrecision: 32 },
  ],
  [
    "float64",
    "11203f00 08000000 0000 4000 34 0b 00 34 ff030000",
    {
      ...float32,
      size: 8,
      signLocation: 63,
      bitPrecision: 64,
      exponentLocation: 52,
      exponentSize: 11,
      mantissaSize: 52,
      exponentBias: 1023,
    },
  ],
  [
    "float16",
    "11200f00 02000000 0000 1000 0a 05 00 0a 0f000000",
    {
      ...float32,
      size: 2,
      signLocation: 15,
      bitPrecision: 16,
      exponentLocation: 10,
      exponentSize: 5,
      mantissaSize: 10,
      exponentBias: 15,
    },
  ],
  [
    "bfloat16",
    "11200f00 02000000 0000 1000 07 08 00 07 7f000000",
    { ...float32, size: 2, signLocation: 15, bitPrecision: 16, exponentLocation: 7, exponentSize: 8, mantissaSize: 7 },
  ],
  [
    "8-bit float E4M3",
    "11200700 01000000 0000 0800 03 04 00 03 07000000",
    {
      ...float32,
      size: 1,
      signLocation: 7,
      bitPrecision: 8,
      exponentLocation: 3,
      exponentSize: 4,
      mantissaSize: 3,
      exponentBias: 7,
    },
  ],
  [
    "fixed string of 10 bytes",
    "13010000 0a000000",
    { class: "string", padding: "null-pad", charset: "ascii", size: 10 },
  ],
  [
    "variable-length UTF-8 string",
    `19010100 10000000 ${UINT8}`,
    { class: "variable-length", kind: "string", padding: "null-terminate", charset: "utf-8", size: 16 },
  ],
  ["object reference", "17000000 08000000", { class: "reference", kind: "object", encodingVersion: 0, size: 8 }],
  ["region reference", "17010000 0c000000", { class: "reference", kind: "region", encodingVersion: 0, size: 12 }],
  [
    "reference of HDF5 1.12",
    "47120000 12000000",
    { class: "reference", version: 4, kind: "object-2", encodingVersion: 1, size: 18 },
  ],
  ["complex of HDF5 2.0", `5b010000 08000000 ${FLOAT32}`, { class: "complex", version: 5, size: 8, base: float32 }],
  [
    "boolean",
    `18020000 01000000 ${INT8} 46414c5345000000 5452554500000000 00 01`,
    {
      class: "enumeration",
      size: 1,
      base: int8,
      members: [
        { name: "FALSE", value: Uint8Array.of(0) },
        { name: "TRUE", value: Uint8Array.of(1) },
      ],
    },
  ],
  [
    "array of version 2",
    `2a000000 06000000 02000000 02000000 03000000 00000000 01000000 ${INT8}`,
    { class: "array", version: 2, dimensions: [2, 3], base: int8 },
  ],
  [
    "array of version 3",
    `3a000000 06000000 02 02000000 03000000 ${INT8}`,
    { class: "array", version: 3, dimensions: [2, 3], base: int8 },
  ],
];

test.each(GOLDEN)("%s is read and written as libhdf5 does", (_name, digits, meaning) => {
  const type = decodeHex(datatype, digits);
  expect(type).toMatchObject(meaning);
  expect(encodeHex(datatype, type)).toBe(digits.replace(/\s/g, ""));
});

describe("names of members", () => {
  const members = [
    { name: "a", byteOffset: 0, dimensions: [], datatype: int8 },
    { name: "eight_ch", byteOffset: 1, dimensions: [], datatype: int8 },
  ];
  const shape = "00000000 00000000 00000000 00000000 00000000 00000000 00000000";

  test("are padded to 8 bytes with a NUL in version 1, with a shape after the offset", () => {
    const digits = `16020000 02000000 6100000000000000 00000000 ${shape} ${INT8}
      65696768745f63680000000000000000 01000000 ${shape} ${INT8}`;
    expect(decodeHex(datatype, digits)).toEqual({ class: "compound", version: 1, size: 2, members });
    expect(encodeHex(datatype, { class: "compound", version: 1, size: 2, members })).toBe(digits.replace(/\s/g, ""));
  });

  test("are padded to 8 bytes in version 2, without a shape", () => {
    const digits = `26020000 02000000 6100000000000000 00000000 ${INT8}
      65696768745f63680000000000000000 01000000 ${INT8}`;
    expect(encodeHex(datatype, { class: "compound", version: 2, size: 2, members })).toBe(digits.replace(/\s/g, ""));
  });

  test("end with one NUL from version 3 on, and offsets take as few bytes as the compound's size", () => {
    const digits = `36020000 02000000 6100 00 ${INT8} 65696768745f636800 01 ${INT8}`;
    expect(decodeHex(datatype, digits)).toEqual({ class: "compound", version: 3, size: 2, members });
    expect(encodeHex(datatype, { class: "compound", version: 3, size: 2, members })).toBe(digits.replace(/\s/g, ""));
    for (const [size, width] of [
      [255, 1],
      [256, 2],
      [65_535, 2],
      [65_536, 3],
      [0x1000000, 4],
    ] as const) {
      const type: Datatype = { class: "compound", version: 3, size, members: members.slice(0, 1) };
      expect(encodeHex(datatype, type).length / 2).toBe(8 + 2 + width + 12);
    }
  });

  test("all stand before all values in an enumeration", () => {
    const digits = `38020000 01000000 ${INT8} 6100 6200 05 07`;
    expect(decodeHex(datatype, digits)).toMatchObject({
      members: [
        { name: "a", value: Uint8Array.of(5) },
        { name: "b", value: Uint8Array.of(7) },
      ],
    });
  });
});

describe("bytes that are no datatype", () => {
  const shapeless = "00000000";
  test.each([
    ["version 0, which some writers gave variable-length types", `09010000 10000000 ${UINT8}`],
    ["version 6", "60080000 01000000 0000 0800"],
    ["class 12", "1c000000 01000000"],
    ["class and version exchanged: version 9", "91201f00 04000000 0000 2000 17 08 00 17 7f000000"],
    ["an element of 0 bytes", "10080000 00000000 0000 0800"],
    ["a string of 0 bytes", "13000000 00000000"],
    ["more bits than the element has", "10080000 01000000 0100 0800"],
    ["an integer of 0 bits", "10080000 01000000 0000 0000"],
    ["a float whose exponent is past its end", "11201f00 04000000 0000 2000 19 08 00 17 7f000000"],
    ["a float whose mantissa overlaps its exponent", "11201f00 04000000 0000 2000 16 08 00 17 7f000000"],
    ["a float whose sign is in its mantissa", "11200000 04000000 0000 2000 17 08 00 17 7f000000"],
    ["a float without an exponent", "11201f00 04000000 0000 2000 17 00 00 17 7f000000"],
    ["a float with normalization 3", "11301f00 04000000 0000 2000 17 08 00 17 7f000000"],
    ["a float of the reserved byte order", "31601f00 04000000 0000 2000 17 08 00 17 7f000000"],
    ["a string of padding 3", "13030000 04000000"],
    ["a string of character set 2", "13200000 04000000"],
    ["a tag whose length is no multiple of 8", "15030000 04000000 616200"],
    ["a tag longer than the message", "15080000 04000000 6162"],
    ["a compound without members", "36000000 04000000"],
    ["a member outside its compound", `36010000 02000000 6100 02 ${INT8}`],
    ["members that overlap", `36020000 04000000 6100 00 ${FLOAT32} 6200 03 ${INT8}`],
    ["two members of one name", `36020000 02000000 6100 00 ${INT8} 6100 01 ${INT8}`],
    ["a member of 5 dimensions", `16010000 04000000 6100000000000000 ${shapeless} 05000000 ${"00".repeat(24)} ${INT8}`],
    ["a name that does not end", "36010000 02000000 61616161"],
    ["a reference of kind 5", "17050000 08000000"],
    ["an object reference too small for an address", "17000000 04000000"],
    ["a new reference stored in an unknown way", "47220000 12000000"],
    ["an enumeration larger than its base", `38010000 02000000 ${INT8} 6100 0500`],
    ["an enumeration's member without a name", `38010000 01000000 ${INT8} 00 05`],
    ["a variable-length type of kind 2", `19020000 10000000 ${UINT8}`],
    ["a variable-length element of 15 bytes", `19010100 0f000000 ${UINT8}`],
    ["an array of 33 dimensions", `3a000000 01000000 21 ${"01000000".repeat(33)} ${INT8}`],
    ["an array larger than its elements", `3a000000 07000000 02 02000000 03000000 ${INT8}`],
    ["an array of no elements", `3a000000 06000000 02 00000000 03000000 ${INT8}`],
    ["a complex number of version 3", `3b010000 08000000 ${FLOAT32}`],
    ["a complex number of integers", `5b010000 02000000 ${INT8}`],
  ])("give a FormatError: %s", (_name, digits) => {
    expect(() => decodeHex(datatype, digits)).toThrow(FormatError);
  });

  test("complex numbers in another form are unsupported, not corrupt", () => {
    expect(() => decodeHex(datatype, `5b030000 08000000 ${FLOAT32}`)).toThrow(UnsupportedError);
  });

  test("more than 64 nested datatypes are refused when read and when written", () => {
    const nested = (depth: number): string => "19000000 10000000".repeat(depth) + INT8;
    expect(decodeHex(datatype, nested(63))).toMatchObject({ class: "variable-length" });
    const limit = expect.objectContaining({ code: "LIMIT" });
    expect(() => decodeHex(datatype, nested(64))).toThrow(limit);
    expect(() => decodeHex(datatype, nested(5000))).toThrow(/nested/);
    let type: Datatype = int8;
    for (let depth = 0; depth < 64; depth++) {
      type = { class: "array", version: 2, size: 1, dimensions: [1], base: type };
    }
    expect(() => encodeHex(datatype, type)).toThrow(FormatError);
  });
});

describe("what writers before us left", () => {
  test("bit 6 of a float means VAX from version 3 on, and nothing before", () => {
    const properties = "0000 2000 17 08 00 17 81000000";
    expect(decodeHex(datatype, `31611f00 04000000 ${properties}`)).toMatchObject({ byteOrder: "VAX" });
    expect(decodeHex(datatype, `11611f00 04000000 ${properties}`)).toMatchObject({ byteOrder: "BE" });
  });

  test("libhdf5 1.4 wrote arrays in version 1", () => {
    expect(decodeHex(datatype, `1a000000 02000000 01000000 02000000 00000000 ${INT8}`)).toMatchObject({
      dimensions: [2],
    });
  });

  test("members of version 1 may be arrays, with a permutation that changes nothing", () => {
    const digits = `16010000 06000000 6100000000000000 00000000 02000000 00010000 00000000
      02000000 03000000 00000000 00000000 ${INT8}`;
    const type = decodeHex(datatype, digits);
    expect(type).toMatchObject({ members: [{ dimensions: [2, 3] }] });
    expect(encodeHex(datatype, type)).toBe(digits.replace(/\s/g, ""));
  });

  test("positions in a float count from the element's lowest bit, also where the number does not start there", () => {
    const digits = "11201a00 04000000 0700 1400 14 06 07 0d 1f000000";
    expect(decodeHex(datatype, digits)).toMatchObject({ bitOffset: 7, signLocation: 26, exponentLocation: 20 });
  });

  test("new references stand in version 1 in files of early 1.12", () => {
    expect(decodeHex(datatype, "17120000 12000000")).toMatchObject({ version: 1, kind: "object-2" });
  });

  test("names are UTF-8, or ISO-8859-1 where they are not", () => {
    expect(decodeHex(datatype, `36010000 01000000 c3a900 00 ${INT8}`)).toMatchObject({ members: [{ name: "é" }] });
    expect(decodeHex(datatype, `36010000 01000000 e900 00 ${INT8}`)).toMatchObject({ members: [{ name: "é" }] });
  });
});
