import { expect, test } from "vitest";
import {
  type Codec,
  commentMessage,
  dataspaceMessage,
  FILTER_OPTIONAL,
  FormatError,
  filterPipelineMessage,
  groupInfoMessage,
  layoutMessage,
  linkInfoMessage,
  linkMessage,
  modificationTimeOldMessage,
  referenceCountMessage,
  sharedMessage,
} from "../src/index.js";
import { decodeHex, encodeHex, toHex } from "./hex.js";

const digits = (text: string): string => text.replaceAll(" ", "");

/** Bytes that libhdf5 wrote, and a part of what they say. */
const GOLDEN: readonly (readonly [string, Codec<unknown>, string, object])[] = [
  [
    "a dataspace of version 2",
    dataspaceMessage,
    "02 01 01 01 0400000000000000 0400000000000000",
    { type: "simple", dimensions: [4], maxDimensions: [4] },
  ],
  [
    "an unlimited dimension",
    dataspaceMessage,
    "01 01 01 00 00000000 0400000000000000 ffffffffffffffff",
    { type: "simple", dimensions: [4], maxDimensions: [null] },
  ],
  ["a null dataspace", dataspaceMessage, "02 00 00 02", { type: "null", dimensions: [] }],
  [
    "contiguous data",
    layoutMessage,
    "03 01 b600000000000000 1000000000000000",
    { class: "contiguous", address: 0xb6, size: 16 },
  ],
  [
    "chunks, whose last stored dimension is the element size",
    layoutMessage,
    "03 02 02 ffffffffffffffff 04000000 08000000",
    { class: "chunked", address: null, chunkShape: [4], elementSize: 8 },
  ],
  [
    "filters of version 1, with padded names and an even number of values",
    filterPipelineMessage,
    `01 03 000000000000 0200 0800 0100 0100 ${"73687566666c6500"} 04000000 00000000
     0100 0800 0100 0100 ${"6465666c61746500"} 04000000 00000000 0300 1000 0000 0000 ${"666c6574636865723332000000000000"}`,
    {
      filters: [
        { id: 2, name: "shuffle", flags: FILTER_OPTIONAL, clientData: [4] },
        { id: 1, name: "deflate", flags: FILTER_OPTIONAL, clientData: [4] },
        { id: 3, name: "fletcher32", flags: 0, clientData: [] },
      ],
    },
  ],
  [
    "filters of version 2, of which only those from 256 have a name",
    filterPipelineMessage,
    "02 03 0200 0100 0100 04000000 007d 0400 0100 0300 6c7a6600 04000000 05010000 10000000 0300 0000 0000",
    {
      filters: [
        { id: 2, name: "", flags: FILTER_OPTIONAL, clientData: [4] },
        { id: 32000, name: "lzf", flags: FILTER_OPTIONAL, clientData: [4, 261, 16] },
        { id: 3, name: "", flags: 0, clientData: [] },
      ],
    },
  ],
  ["a hard link", linkMessage, "01 00 01 64 6700000000000000", { kind: "hard", name: "d", address: 0x67 }],
  ["a soft link", linkMessage, "01 08 01 01 73 0200 2f64", { kind: "soft", name: "s", target: "/d" }],
  [
    "an external link",
    linkMessage,
    "01 08 40 01 78 0d00 00 6f746865722e683500 2f7000",
    { kind: "external", name: "x", file: "other.h5", path: "/p" },
  ],
  ["a committed datatype", sharedMessage, "02 02 2003000000000000", { version: 2, kind: "committed", address: 800 }],
  ["a message in the heap", sharedMessage, "03 01 0016000000002800", { version: 3, kind: "heap" }],
  [
    "a time in digits",
    modificationTimeOldMessage,
    "3139393930313032303330343035 0000",
    { seconds: Date.UTC(1999, 0, 2, 3, 4, 5) / 1000 },
  ],
];

test.each(GOLDEN)("%s is read and written as libhdf5 does", (_, codec, text, value) => {
  const compact = text.replace(/\s/g, "");
  const decoded = decodeHex(codec, compact);
  expect(decoded).toMatchObject(value);
  expect(encodeHex(codec, decoded)).toBe(compact);
});

/** Bytes that the format does not allow. */
const REFUSED: readonly (readonly [string, Codec<unknown>, string])[] = [
  ["a dataspace of an unknown version", dataspaceMessage, "03 00 00 00"],
  ["a dataspace of 33 dimensions", dataspaceMessage, `02 21 00 01 ${"0100000000000000".repeat(33)}`],
  ["a scalar dataspace with a dimension", dataspaceMessage, "02 01 00 00 0400000000000000"],
  ["a dataspace of an unknown type", dataspaceMessage, "02 00 00 03"],
  ["a dataspace with unknown flags", dataspaceMessage, "02 00 02 01"],
  ["a dimension above its maximum", dataspaceMessage, "02 01 01 01 0400000000000000 0300000000000000"],
  ["more elements than 64 bits count", dataspaceMessage, `02 04 00 01 ${"0000000001000000".repeat(4)}`],
  ["a dimension beyond 2^53", dataspaceMessage, "02 01 00 01 0000000000002000"],
  ["a layout of an unknown version", layoutMessage, "06 01 0000000000000000 0000000000000000"],
  ["a layout of an unknown class", layoutMessage, "03 03 0000000000000000"],
  ["a chunk dimension of 0", layoutMessage, "03 02 02 ffffffffffffffff 00000000 08000000"],
  ["a chunk without dimensions", layoutMessage, "03 02 01 ffffffffffffffff 08000000"],
  ["a chunk of 34 dimensions", layoutMessage, `03 02 22 ffffffffffffffff ${"01000000".repeat(34)}`],
  ["a chunk of more than 4 GiB", layoutMessage, "03 02 03 ffffffffffffffff 00000100 00000100 01000000"],
  ["compact data that is cut", layoutMessage, "03 00 0400 010203"],
  ["compact data of version 1 that claims 4 GiB", layoutMessage, "01 01 00 0000000000 04000000 ffffffff 01020304"],
  ["no filter", filterPipelineMessage, "02 00"],
  ["33 filters", filterPipelineMessage, "02 21"],
  ["a filter with 65535 values that are not there", filterPipelineMessage, "02 01 0100 0000 ffff"],
  ["a filter name that does not end", filterPipelineMessage, "02 01 007d 0300 0000 0000 6c7a66"],
  [
    "a filter name of version 1 that is not padded",
    filterPipelineMessage,
    "01 01 000000000000 0200 0400 0000 0000 73687500",
  ],
  ["a link without a name", linkMessage, "01 00 00 6700000000000000"],
  ["a link of a reserved type", linkMessage, "01 08 3f 01 73 0200 2f64"],
  ["a link with unknown flags", linkMessage, "01 20 01 64 6700000000000000"],
  ["a link of an unknown character set", linkMessage, "01 10 02 01 64 6700000000000000"],
  ["a link name of 2^63 bytes", linkMessage, "01 03 0000000000000080 64"],
  ["a soft link to nothing", linkMessage, "01 08 01 01 73 0000"],
  ["a hard link to nothing", linkMessage, "01 00 01 64 ffffffffffffffff"],
  ["an external link of another version", linkMessage, "01 08 40 01 78 0d00 10 6f746865722e683500 2f7000"],
  ["an external link whose path does not end", linkMessage, "01 08 40 01 78 0c00 00 6f746865722e683500 2f70"],
  ["link info with unknown flags", linkInfoMessage, "00 04 ffffffffffffffff ffffffffffffffff"],
  [
    "link info with a negative creation index",
    linkInfoMessage,
    "00 01 ffffffffffffffff ffffffffffffffff ffffffffffffffff",
  ],
  ["group info whose minimum is above its maximum", groupInfoMessage, "00 01 0600 0800"],
  ["a comment that does not end", commentMessage, "616263"],
  ["a time that has letters", modificationTimeOldMessage, "3139393930313032303330343061 0000"],
  ["a time in a 13th month", modificationTimeOldMessage, "3139393931333032303330343035 0000"],
  ["the 30th of February", modificationTimeOldMessage, "3139393930323330303330343035 0000"],
  ["an object without a link", referenceCountMessage, "00 00000000"],
  ["a shared message of an unknown version", sharedMessage, "04 02 2003000000000000"],
  [
    "a layout of version 4 with an index that only older ones have",
    layoutMessage,
    "04 02 00 02 01 0a 08 00 ffffffffffffffff",
  ],
  ["a layout of version 4 with unknown flags", layoutMessage, "04 02 04 02 01 0a 08 02 ffffffffffffffff"],
  ["a layout of version 4 with a chunk of nothing", layoutMessage, "04 02 00 02 01 00 08 02 ffffffffffffffff"],
  ["a layout of version 4 with dimensions of no bytes", layoutMessage, "04 02 00 02 00 02 ffffffffffffffff"],
  ["a layout of version 4 with chunks of 4 GiB", layoutMessage, "04 02 00 02 04 00000040 04000000 02 ffffffffffffffff"],
  ["a layout of version 3 that is virtual", layoutMessage, "03 03 7805000000000000 01000000"],
  ["a filtered chunk where chunks are many", layoutMessage, "04 02 02 02 01 0a 08 02 ffffffffffffffff"],
  ["a shared message of an unknown type", sharedMessage, "03 03 2003000000000000"],
];

test.each(REFUSED)("%s is refused", (_, codec, text) => {
  expect(() => decodeHex(codec, text)).toThrow(FormatError);
});

/** Layouts that libhdf5 wrote, byte for byte, for chunks of each kind of index. */
test.each([
  ["04 02 00 03 01 03 03 04 03 0a ffffffffffffffff", { version: 4, index: { kind: "fixed-array", pageBits: 10 } }],
  [
    "04 02 00 02 01 0a 08 04 20 04 04 10 0a ffffffffffffffff",
    {
      chunkShape: [10],
      elementSize: 8,
      index: {
        kind: "extensible-array",
        maxBits: 32,
        indexBlockElements: 4,
        superBlockMinPointers: 4,
        dataBlockMinElements: 16,
        pageBits: 10,
      },
    },
  ],
  [
    "04 02 00 03 01 03 03 08 05 00080000 64 28 ffffffffffffffff",
    { chunkShape: [3, 3], index: { kind: "btree-v2", nodeSize: 2048, splitPercent: 100, mergePercent: 40 } },
  ],
  [
    "05 02 02 02 01 0a 08 01 1100000000000000 00000000 0020000000000000",
    { version: 5, address: 0x2000, index: { kind: "single", filtered: { storedSize: 17, filterMask: 0 } } },
  ],
  ["04 02 01 03 01 04 04 04 03 0a ffffffffffffffff", { partialChunksUnfiltered: true, address: null }],
  ["04 02 00 03 01 04 04 04 02 0008000000000000", { index: { kind: "implicit" }, address: 0x800 }],
  ["04 03 7805000000000000 01000000", { class: "virtual", mapping: { collectionAddress: 0x578, index: 1 } }],
])("a layout of version 4 or 5 (%s) is read and written", (text, expected) => {
  const layout = decodeHex(layoutMessage, text);
  expect(layout).toMatchObject(expected);
  expect(encodeHex(layoutMessage, layout)).toBe(text.replaceAll(" ", ""));
});

test("padding after a message is not part of it", () => {
  expect(decodeHex(linkMessage, "01 00 01 64 6700000000000000 00000000")).toMatchObject({ name: "d" });
  expect(decodeHex(commentMessage, "616200 0000000000")).toEqual({ text: "ab" });
});

test("what a value cannot say in its version is not written", () => {
  expect(() => encodeHex(dataspaceMessage, { version: 1, type: "null", dimensions: [], maxDimensions: null })).toThrow(
    FormatError,
  );
  expect(() =>
    encodeHex(dataspaceMessage, { version: 2, type: "scalar", dimensions: [1], maxDimensions: null }),
  ).toThrow(FormatError);
  expect(() => encodeHex(filterPipelineMessage, { version: 1, filters: [] })).toThrow(FormatError);
  expect(() => encodeHex(commentMessage, { text: "a\0b" })).toThrow(FormatError);
  const compact = { version: 3, class: "compact", data: new Uint8Array(65_536), dimensions: null } as const;
  expect(() => encodeHex(layoutMessage, compact)).toThrow(FormatError);
});

test("a name that is not valid UTF-8 is read as ISO-8859-1", () => {
  expect(decodeHex(linkMessage, "01 00 01 e9 6700000000000000").name).toBe("é");
});

test("decoded data is a view, so nothing is copied", () => {
  const text = digits("03 00 0400 01020304");
  const layout = decodeHex(layoutMessage, text);
  expect(layout.class === "compact" && layout.data.byteOffset).toBe(4);
  expect(layout.class === "compact" && toHex(layout.data)).toBe("01020304");
});
