import { describe, expect, test } from "vitest";
import { type Attribute, attributeMessage, DEFAULT_CONTEXT, FormatError, Reader } from "../src/index.js";
import { decodeHex, encodeHex, hex } from "./hex.js";

const INT32 = "10080000 04000000 0000 2000";
const INT8 = "10080000 01000000 0000 0800";
const SCALAR_1 = "01000000 00000000";
const SCALAR_2 = "02000000";

function compact(digits: string): string {
  return digits.replace(/\s/g, "");
}

/** Bytes that h5py wrote, without the padding of a version 1 header. */
const GOLDEN: readonly (readonly [string, string, Partial<Attribute>])[] = [
  [
    "an integer in version 1, every part padded to 8",
    `01 00 0300 0c00 0800 6162000000000000 ${INT32} 00000000 ${SCALAR_1} 05000000`,
    { version: 1, name: "ab", nameCharset: "ascii", data: Uint8Array.of(5, 0, 0, 0) },
  ],
  [
    "an integer in version 3, nothing padded",
    `03 00 0300 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`,
    { version: 3, name: "ab", nameCharset: "ascii", data: Uint8Array.of(5, 0, 0, 0) },
  ],
  [
    "a name beyond ASCII that version 1 cannot say so of",
    `01 00 0300 0c00 1800 c3a4000000000000 ${INT8} 00000000 0101010000000000 0300000000000000 0300000000000000 000102`,
    { version: 1, name: "ä", nameCharset: "ascii", data: Uint8Array.of(0, 1, 2) },
  ],
  [
    "a committed datatype in version 2",
    `02 01 0400 0a00 0800 636f6d00 0202b80a000000000000 ${SCALAR_1} 03000000`,
    {
      version: 2,
      datatype: { shared: { version: 2, kind: "committed", address: 0xab8 } },
      data: Uint8Array.of(3, 0, 0, 0),
    },
  ],
];

test.each(GOLDEN)("%s is read and written as h5py does", (_name, digits, meaning) => {
  const attribute = decodeHex(attributeMessage, digits);
  expect(attribute).toMatchObject(meaning);
  expect(encodeHex(attributeMessage, attribute)).toBe(compact(digits));
});

describe("the data of an attribute", () => {
  test("is exactly its elements: the padding after it belongs to the header", () => {
    const padded = `01 00 0300 0c00 0800 6162000000000000 ${INT32} 00000000 ${SCALAR_1} 05000000 00000000`;
    expect(decodeHex(attributeMessage, padded).data).toEqual(Uint8Array.of(5, 0, 0, 0));
  });

  test("is empty with a null dataspace, whatever the header pads it with", () => {
    const digits = `01 00 0500 0c00 0400 6e756c6c00000000 ${INT32} 00000000 02000002 00000000 00000000 00000000`;
    expect(decodeHex(attributeMessage, digits)).toMatchObject({ dataspace: { type: "null" }, data: new Uint8Array(0) });
  });

  test("is empty with an empty dimension, however large the others are", () => {
    const huge = "ffffffffffff1f00".repeat(31);
    const digits = `03 00 0300 0c00 0401 00 616200 ${INT32} 02200001 ${huge} 0000000000000000`;
    const reader = new Reader(hex(digits), "attribute");
    expect(attributeMessage.decode(reader, DEFAULT_CONTEXT).data).toHaveLength(0);
    expect(reader.remaining).toBe(0);
  });

  test("of more elements than are there is refused before anything is allocated", () => {
    const digits = `03 00 0300 0c00 0c00 00 616200 ${INT32} 02010001 ffffffffff000000 05000000`;
    expect(() => decodeHex(attributeMessage, digits)).toThrow(FormatError);
  });

  test("is everything that is left when the datatype stands elsewhere", () => {
    const digits = `02 01 0400 0a00 0800 636f6d00 0202b80a000000000000 ${SCALAR_1} 03000000 00000000`;
    expect(decodeHex(attributeMessage, digits).data).toHaveLength(8);
  });

  test("of another size than its elements cannot be written", () => {
    const attribute = decodeHex(attributeMessage, `03 00 0300 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`);
    expect(() => encodeHex(attributeMessage, { ...attribute, data: new Uint8Array(3) })).toThrow(FormatError);
  });
});

describe("bytes that are no attribute", () => {
  test.each([
    ["version 4", `04 00 0300 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`],
    ["unknown flags", `03 04 0300 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`],
    ["character set 2", `03 00 0300 0c00 0400 02 616200 ${INT32} ${SCALAR_2} 05000000`],
    ["a name of no bytes", `03 00 0000 0c00 0400 00 ${INT32} ${SCALAR_2} 05000000`],
    ["an empty name", `03 00 0100 0c00 0400 00 00 ${INT32} ${SCALAR_2} 05000000`],
    ["a name without a NUL", `03 00 0200 0c00 0400 00 6162 ${INT32} ${SCALAR_2} 05000000`],
    ["a name with a NUL inside", `03 00 0400 0c00 0400 00 61006200 ${INT32} ${SCALAR_2} 05000000`],
    ["a name longer than the message", `03 00 ffff 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`],
    ["a datatype longer than its field", `03 00 0300 0b00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`],
    ["a string of 0 bytes", `03 00 0300 0800 0400 00 616200 13000000 00000000 ${SCALAR_2}`],
    ["less data than elements", `03 00 0300 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 050000`],
  ])("give a FormatError: %s", (_name, digits) => {
    expect(() => decodeHex(attributeMessage, digits)).toThrow(FormatError);
  });

  test("and what a version cannot store is not written", () => {
    const attribute = decodeHex(attributeMessage, `03 00 0300 0c00 0400 00 616200 ${INT32} ${SCALAR_2} 05000000`);
    expect(() => encodeHex(attributeMessage, { ...attribute, version: 2, nameCharset: "utf-8" })).toThrow(FormatError);
    expect(() => encodeHex(attributeMessage, { ...attribute, name: "" })).toThrow(FormatError);
    expect(() => encodeHex(attributeMessage, { ...attribute, name: "a\0b" })).toThrow(FormatError);
    const shared = { shared: { version: 2, kind: "committed", address: 96 } } as const;
    expect(() => encodeHex(attributeMessage, { ...attribute, version: 1, datatype: shared })).toThrow(FormatError);
  });

  test("but a datatype field with room to spare, as in some files of netCDF-C, is read", () => {
    const digits = `03 00 0300 1400 0400 00 616200 ${INT32} 0000000000000000 ${SCALAR_2} 05000000`;
    expect(decodeHex(attributeMessage, digits).data).toEqual(Uint8Array.of(5, 0, 0, 0));
  });
});
