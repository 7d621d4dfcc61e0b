import { expect, test } from "vitest";
import {
  attributeInfoMessage,
  continuationChunk,
  continuationMessage,
  DEFAULT_CONTEXT,
  dataspaceMessage,
  FormatError,
  groupInfoMessage,
  type HeaderMessage,
  linkInfoMessage,
  linkMessage,
  lookup3,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  MESSAGE_TYPES,
  messageName,
  messageSize,
  type ObjectHeaderV2,
  objectHeader,
  Reader,
} from "../src/index.js";
import { decodeHex, encodeHex, hex, toHex } from "./hex.js";

/** Root group of a file of 198 bytes that libhdf5 read and edited. */
const GROUP_V2 =
  "4f484452 02 00 2c  02 1200 00 0000 ffffffffffffffff ffffffffffffffff  0a 0200 01 0000" +
  "06 0c00 00 01 00 01 64 6700000000000000  44a443c9";
/** Root group of an empty file that HDF5 2.0.0 wrote: its prefix is 16 bytes, of which 4 align the first message. */
const GROUP_V1 = "01 00 0100 01000000 18000000 00000000  1100 1000 00 000000 8800000000000000 a802000000000000";

const digits = (text: string): string => text.replaceAll(" ", "");

/** A header around messages given in hexadecimal, with its checksum. */
function headerV2(flags: string, messages: string): string {
  const length = (digits(messages).length / 2).toString(16).padStart(2, "0");
  const body = digits(`4f484452 02 ${flags} ${length} ${messages}`);
  const checksum = new Uint8Array(4);
  new DataView(checksum.buffer).setUint32(0, lookup3(hex(body)), true);
  return body + toHex(checksum);
}

function headerV1(messages: string): string {
  const length = (digits(messages).length / 2).toString(16).padStart(2, "0");
  return `01 00 0100 01000000 ${length}000000 00000000 ${messages}`;
}

test("the chunk size of version 1 does not count the 16 bytes of the prefix", () => {
  const header = decodeHex(objectHeader, GROUP_V1);
  expect(header).toMatchObject({ version: 1, messageCount: 1, referenceCount: 1, chunkSize: 24 });
  expect(objectHeader.sizeOf(header, DEFAULT_CONTEXT)).toBe(40);
  expect(encodeHex(objectHeader, header)).toBe(digits(GROUP_V1));
});

test("the chunk size of version 2 counts neither prefix nor checksum", () => {
  const header = decodeHex(objectHeader, GROUP_V2);
  expect(header).toMatchObject({ version: 2, flags: 0, chunkSize: 44, times: null, attributePhaseChange: null });
  expect(objectHeader.sizeOf(header, DEFAULT_CONTEXT)).toBe(55);
  expect(encodeHex(objectHeader, header)).toBe(digits(GROUP_V2));
});

test("a new-style group has link info, group info, and its links", () => {
  const [linkInfo, groupInfo, link] = decodeHex(objectHeader, GROUP_V2).messages as readonly HeaderMessage[];
  const read = (message: HeaderMessage | undefined): Reader => new Reader(message?.data ?? new Uint8Array(), "message");
  expect(linkInfo?.type).toBe(MESSAGE_IDS.linkInfo);
  expect(linkInfoMessage.decode(read(linkInfo), DEFAULT_CONTEXT)).toMatchObject({
    heapAddress: null,
    nameIndexAddress: null,
  });
  expect(groupInfo?.flags).toBe(MESSAGE_FLAGS.constant);
  expect(groupInfoMessage.decode(read(groupInfo), DEFAULT_CONTEXT)).toEqual({ phaseChange: null, estimate: null });
  expect(linkMessage.decode(read(link), DEFAULT_CONTEXT)).toMatchObject({ kind: "hard", name: "d", address: 0x67 });
});

test("the size is known from a prefix that the end of the file has cut", () => {
  for (const text of [GROUP_V1, GROUP_V2, headerV2("00", "")]) {
    const bytes = hex(text);
    const prefix = bytes.subarray(0, objectHeader.prefixSize(DEFAULT_CONTEXT));
    expect(objectHeader.totalSize(new Reader(prefix, "object-header"), DEFAULT_CONTEXT)).toBe(bytes.length);
  }
});

test("times and phase change stand before the chunk size when the flags say so", () => {
  const messages: readonly HeaderMessage[] = [
    { type: 22, flags: 4, creationOrder: null, data: Uint8Array.of(0, 2, 0, 0, 0) },
  ];
  const header: ObjectHeaderV2 = {
    version: 2,
    flags: 0x31,
    times: { access: 1, modification: 2, change: 3, birth: 4 },
    attributePhaseChange: { maxCompact: 9, minDense: 7 },
    chunkSize: 9,
    messages,
  };
  const text = encodeHex(objectHeader, header);
  expect(text.slice(0, -8)).toBe(
    digits("4f484452 02 31 01000000 02000000 03000000 04000000 0900 0700 0900 16 0500 04 0002000000"),
  );
  expect(decodeHex(objectHeader, text)).toEqual(header);
});

test("a message of a header that tracks attribute creation order has a header of 6 bytes", () => {
  const text = headerV2("04", "16 0500 04 0700 0002000000");
  const [message] = decodeHex(objectHeader, text).messages as readonly [HeaderMessage];
  expect(message).toMatchObject({ type: 22, creationOrder: 7 });
  expect(messageSize(message, 2, true)).toBe(11);
  expect(messageSize(message, 2, false)).toBe(9);
});

test("version 2 may leave a gap that is too small for a message, but not beside a NIL message", () => {
  const header = decodeHex(objectHeader, headerV2("00", "16 0500 04 0002000000 000000"));
  expect(header).toMatchObject({ chunkSize: 12, messages: [{ type: 22 }] });
  expect(decodeHex(objectHeader, encodeHex(objectHeader, header))).toEqual(header);
  expect(() => decodeHex(objectHeader, headerV2("00", "00 0000 00 000000"))).toThrow("gap of 3 bytes");
});

test("version 1 may leave no gap, and its messages have a multiple of 8 bytes", () => {
  expect(() => decodeHex(objectHeader, headerV1("0000 0000 00 000000 00000000"))).toThrow(
    "4 bytes after the last message",
  );
  expect(() => decodeHex(objectHeader, headerV1("0000 0400 00 000000 00000000"))).toThrow("not a multiple of 8");
});

test("a wrong message count of version 1 does no harm", () => {
  expect(decodeHex(objectHeader, GROUP_V1.replace("01 00 0100", "01 00 6300")).messages).toHaveLength(1);
});

test("a version 2 header may hold a version 1 message", () => {
  const text = headerV2("00", "01 1000 00 01010000000000000400000000000000");
  const [message] = decodeHex(objectHeader, text).messages as readonly [HeaderMessage];
  expect(dataspaceMessage.decode(new Reader(message.data, "dataspace"), DEFAULT_CONTEXT).version).toBe(1);
});

test("a message that runs past its chunk is refused", () => {
  expect(() => decodeHex(objectHeader, headerV2("00", "16 0600 04 0002000000"))).toThrow("runs past its chunk");
  expect(() => decodeHex(objectHeader, headerV1("0000 1000 00 000000 0000000000000000"))).toThrow(
    "runs past its chunk",
  );
});

test("a chunk size of many gigabytes is refused before anything is allocated", () => {
  expect(() => decodeHex(objectHeader, "4f484452 02 03 ffffffffffff0f00 00000000")).toThrow(FormatError);
});

test("message data past 65535 bytes does not fit", () => {
  const data = new Uint8Array(65_544);
  const header = {
    version: 1,
    messageCount: 1,
    referenceCount: 1,
    chunkSize: data.length + 8,
    messages: [{ type: 12, flags: 0, creationOrder: null, data }],
  } as const;
  expect(() => encodeHex(objectHeader, header)).toThrow("65544 does not fit");
});

test.each([
  ["shared and never to be shared", "03", "06"],
  ["shared, of a type that cannot be", "11", "02"],
  ["changed unseen, though writing was forbidden", "c8", "38"],
  ["changed unseen, though nobody was to say so", "c8", "20"],
])("a message is refused that is marked as %s", (_, type, flags) => {
  expect(() => decodeHex(objectHeader, headerV2("00", `${type} 0000 ${flags}`))).toThrow(FormatError);
});

test("flags about unknown messages are kept", () => {
  for (const flags of ["08", "10", "30", "80"]) {
    const text = headerV2("00", `c8 0000 ${flags}`);
    expect(encodeHex(objectHeader, decodeHex(objectHeader, text))).toBe(text);
  }
});

test("header flags that no version defines are refused", () => {
  expect(() => decodeHex(objectHeader, headerV2("40", ""))).toThrow("flags 0x40");
});

test("a continuation of version 2 has a signature and a checksum that its length counts", () => {
  const codec = continuationChunk(2, 17, false);
  const chunk = {
    version: 2,
    byteLength: 17,
    messages: [{ type: 22, flags: 4, creationOrder: null, data: hex("0002000000") }],
  } as const;
  const text = encodeHex(codec, chunk);
  expect(text).toHaveLength(2 * 17);
  expect(text.slice(0, 8)).toBe("4f43484b");
  expect(decodeHex(codec, text)).toEqual(chunk);
  expect(() => decodeHex(codec, text.replace("4f43484b", "4f43484c"))).toThrow("signature");
  expect(() => decodeHex(continuationChunk(2, 7, false), text)).toThrow(FormatError);
});

test("a continuation that is empty or nowhere is refused", () => {
  expect(() => decodeHex(continuationMessage, "0001000000000000 0000000000000000")).toThrow("empty");
  expect(() => decodeHex(continuationMessage, "ffffffffffffffff 0001000000000000")).toThrow("undefined");
});

test("attribute info without a heap means that attributes are messages", () => {
  const info = decodeHex(attributeInfoMessage, "00 00 ffffffffffffffff ffffffffffffffff");
  expect(info).toMatchObject({ heapAddress: null, nameIndexAddress: null, maxCreationIndex: null });
});

test("every message type stands at its number and has a name", () => {
  expect(MESSAGE_TYPES.map(({ id }) => id)).toEqual(Array.from({ length: 25 }, (_, id) => id));
  expect(messageName(MESSAGE_IDS.fillValueOld)).toBe("fill value old");
  expect(messageName(MESSAGE_IDS.bogus)).toBe("unknown");
  expect(messageName(25)).toBe("unknown");
});
