import { expect, test } from "vitest";
import { type FillValue, FormatError, fillValueMessage, fillValueOldMessage } from "../src/index.js";
import { decodeHex, encodeHex } from "./hex.js";

/** Bytes that libhdf5 wrote, and what they mean. */
const GOLDEN: readonly (readonly [string, string, FillValue])[] = [
  [
    "the default of a contiguous dataset",
    "02 02 02 01 00000000",
    { version: 2, allocationTime: "late", fillTime: "if-set", defined: "default", value: null },
  ],
  [
    "the default in version 3",
    "03 0a",
    { version: 3, allocationTime: "late", fillTime: "if-set", defined: "default", value: null },
  ],
  [
    "a value of a chunked dataset",
    "02 03 02 01 04000000 00002040",
    {
      version: 2,
      allocationTime: "incremental",
      fillTime: "if-set",
      defined: "user",
      value: Uint8Array.of(0, 0, 32, 64),
    },
  ],
  [
    "a value in version 3",
    "03 2b 04000000 00002040",
    {
      version: 3,
      allocationTime: "incremental",
      fillTime: "if-set",
      defined: "user",
      value: Uint8Array.of(0, 0, 32, 64),
    },
  ],
  [
    "none, filled with its allocation",
    "02 02 00 00",
    { version: 2, allocationTime: "late", fillTime: "alloc", defined: "undefined", value: null },
  ],
  [
    "none in version 1, which stores a size all the same",
    "01 03 02 00 ffffffff",
    { version: 1, allocationTime: "incremental", fillTime: "if-set", defined: "undefined", value: null },
  ],
  [
    "none in version 3",
    "03 16",
    { version: 3, allocationTime: "late", fillTime: "never", defined: "undefined", value: null },
  ],
];

test.each(GOLDEN)("%s is read and written as libhdf5 does", (_name, digits, fill) => {
  expect(decodeHex(fillValueMessage, digits)).toEqual(fill);
  expect(encodeHex(fillValueMessage, fill)).toBe(digits.replace(/\s/g, ""));
});

test.each([
  ["version 0", "00 02 02 01 00000000"],
  ["version 4", "04 0a"],
  ["allocation time 0", "02 00 02 01 00000000"],
  ["allocation time 4", "02 04 02 01 00000000"],
  ["fill time 3", "02 02 03 01 00000000"],
  ["a state that is neither defined nor undefined", "02 02 02 02 00000000"],
  ["a negative size", "02 02 02 01 fcffffff"],
  ["a size past the message", "02 02 02 01 ffffff7f 00"],
  ["unknown flags", "03 4a"],
  ["both no value and a value", "03 3a 04000000 00000000"],
  ["a size past the message in version 3", "03 2a ffffffff 00"],
])("a fill value message gives a FormatError: %s", (_name, digits) => {
  expect(() => decodeHex(fillValueMessage, digits)).toThrow(FormatError);
});

test("a fill value that contradicts itself is not written", () => {
  const fill: FillValue = { version: 3, allocationTime: "late", fillTime: "alloc", defined: "user", value: null };
  expect(() => encodeHex(fillValueMessage, fill)).toThrow(FormatError);
  expect(() => encodeHex(fillValueMessage, { ...fill, defined: "default", value: new Uint8Array(4) })).toThrow(
    FormatError,
  );
});

test("the old fill value is a size and the bytes", () => {
  expect(decodeHex(fillValueOldMessage, "04000000 00002040 0000")).toEqual({ value: Uint8Array.of(0, 0, 32, 64) });
  expect(encodeHex(fillValueOldMessage, { value: Uint8Array.of(0, 0, 32, 64) })).toBe("0400000000002040");
  expect(() => decodeHex(fillValueOldMessage, "05000000 00002040")).toThrow(FormatError);
});
