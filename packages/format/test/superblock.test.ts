import { expect, test } from "vitest";
import {
  contextOf,
  DEFAULT_CONTEXT,
  FormatError,
  isSignature,
  Reader,
  SUPERBLOCK_FLAGS,
  type Superblock,
  superblock,
  UnsupportedError,
} from "../src/index.js";
import { decodeHex, encodeHex, hex } from "./hex.js";

/** The first 96 bytes of an empty file that HDF5 2.0.0 wrote. */
const VERSION_0 =
  "894844460d0a1a0a 00 00 00 00 00 08 08 00 0400 1000 00000000 0000000000000000 ffffffffffffffff 2003000000000000 ffffffffffffffff" +
  "0000000000000000 6000000000000000 01000000 00000000 8800000000000000 a802000000000000";
/** The first 48 bytes of a file of 198 bytes that libhdf5 read and edited. */
const VERSION_2 =
  "894844460d0a1a0a 02 08 08 00 0000000000000000 ffffffffffffffff c600000000000000 3000000000000000 0ac5349e";

const digits = (text: string): string => text.replaceAll(" ", "");

const ROOT_ENTRY = {
  nameOffset: 0,
  headerAddress: 96,
  cache: { type: "group", btreeAddress: 136, heapAddress: 680 },
} as const;

test("a version 0 superblock holds the symbol table entry of the root group", () => {
  const value = decodeHex(superblock, VERSION_0);
  expect(value).toMatchObject({ version: 0, endOfFile: 800, rootAddress: 96, rootEntry: ROOT_ENTRY, groupLeafK: 4 });
  expect(encodeHex(superblock, value)).toBe(digits(VERSION_0));
});

test("version 1 has the chunk K and two reserved bytes between flags and base address", () => {
  const value: Superblock = { ...decodeHex(superblock, VERSION_0), version: 1, chunkK: 40 };
  const bytes = encodeHex(superblock, value);
  expect(bytes).toHaveLength(2 * 100);
  expect(bytes.slice(2 * 20, 2 * 36)).toBe(digits("00000000 2800 0000 0000000000000000"));
  expect(decodeHex(superblock, bytes)).toEqual(value);
});

test("a version 2 superblock is 48 bytes that end in their checksum", () => {
  const value = decodeHex(superblock, VERSION_2);
  expect(value).toMatchObject({ version: 2, endOfFile: 198, rootAddress: 48, rootEntry: null, extensionAddress: null });
  expect(encodeHex(superblock, value)).toBe(digits(VERSION_2));
});

test("the size is known from the first 16 bytes", () => {
  const prefixSize = superblock.prefixSize(DEFAULT_CONTEXT);
  for (const [bytes, size] of [
    [VERSION_0, 96],
    [VERSION_2, 48],
  ] as const) {
    const prefix = new Reader(hex(bytes).subarray(0, prefixSize), "superblock");
    expect(superblock.totalSize(prefix, DEFAULT_CONTEXT)).toBe(size);
  }
});

test("consistency flags are read in version 3, and unknown ones refused", () => {
  const open = {
    ...decodeHex(superblock, VERSION_2),
    version: 3,
    flags: SUPERBLOCK_FLAGS.writeAccess | SUPERBLOCK_FLAGS.swmrWrite,
  } as const;
  expect(decodeHex(superblock, encodeHex(superblock, open)).flags).toBe(5);
  expect(() => decodeHex(superblock, encodeHex(superblock, { ...open, flags: 8 }))).toThrow("consistency flags 0x8");
});

test("the base address is where the superblock was found, whatever it says", () => {
  const stored = { ...decodeHex(superblock, VERSION_0), baseAddress: 0 };
  expect(contextOf(stored, 512)).toEqual({ ...DEFAULT_CONTEXT, baseAddress: 512 });
});

test.each([
  ["a version that does not exist", "08:04", FormatError],
  ["a version of the free-space information", "09:01", FormatError],
  ["a version of the root symbol table entry", "0a:01", FormatError],
  ["a version of the shared header message format", "0c:01", FormatError],
  ["a size of offsets of 0", "0d:00", FormatError],
  ["a size of offsets of 3", "0d:03", FormatError],
  ["a size of offsets of 255", "0d:ff", FormatError],
  ["a size of lengths of 16", "0e:10", UnsupportedError],
  ["a leaf K of 0", "10:00", FormatError],
  ["an internal K of 0", "12:00", FormatError],
  ["an address beyond 2^53", "1f:7f", FormatError],
])("%s is refused", (_, change, error) => {
  const [at = 0, byte = 0] = change.split(":").map((part) => Number.parseInt(part, 16));
  const bytes = hex(VERSION_0);
  bytes[at] = byte;
  expect(() => superblock.decode(new Reader(bytes, "superblock"), DEFAULT_CONTEXT)).toThrow(error);
});

test("the signature is recognized at the beginning only, and in whole", () => {
  expect(isSignature(hex(VERSION_0))).toBe(true);
  expect(isSignature(hex(VERSION_0).subarray(1))).toBe(false);
  expect(isSignature(hex(VERSION_0).subarray(0, 7))).toBe(false);
});
