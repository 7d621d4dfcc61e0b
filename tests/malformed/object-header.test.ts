import { MESSAGE_IDS } from "@hdfive/format";
import { afterAll, describe, expect, test } from "vitest";
import { H5pyFiles } from "./h5py-files.js";
import { datasetMessages, dataspaceBytes, datatypeBytes, INT32, join, planted, type RawMessage } from "./planted.js";
import { okCount, Specimen } from "./specimen.js";

/** Offsets in a version 1 header's prefix and in the prefix of its messages. Section IV.A.1.a. */
const HEADER = { version: 0, messageCount: 2, chunkSize: 8, firstMessage: 16 };
const MESSAGE = { type: -8, size: -6, flags: -4 };
const X = 1;

const files = H5pyFiles.make();
afterAll(() => files?.remove());

const small = (): Specimen => Specimen.made((file) => file.createDatasetSync("x", { data: Float64Array.of(1, 2, 3) }));

function continuation(address: number | bigint, length: number | bigint): RawMessage {
  return { type: MESSAGE_IDS.continuation, data: join([8, address], [8, length]) };
}

function attribute(name: Uint8Array, datatype: Uint8Array, dataspace: Uint8Array, data: Uint8Array): Uint8Array {
  const pad = (part: Uint8Array): Uint8Array => join(part, new Uint8Array((8 - (part.length % 8)) % 8));
  const sizes = [name, datatype, dataspace].map((part) => [2, part.length] as const);
  return join([1, 1], [1, 0], ...sizes, pad(name), pad(datatype), pad(dataspace), data);
}

function withAttribute(data: Uint8Array, flags = 0): Specimen {
  return planted(datasetMessages({ more: [{ type: MESSAGE_IDS.attribute, flags, data }] }));
}

const NAME = join("name\0");
const SCALAR = dataspaceBytes();
const VALUE = new Uint8Array(4);

describe("hostile object headers", () => {
  test("7: a message that runs past its chunk is corrupt, and the other objects are read", () => {
    for (const size of [0xfff8, 0x8000, 512]) {
      const specimen = planted(datasetMessages({})).set("dataspace", MESSAGE.size, 2, size, X);
      const tally = specimen.expect({ code: "CORRUPT", structure: "object-header" });
      expect(okCount(tally)).toBeGreaterThan(10);
    }
  });

  test("7: a message whose size is no multiple of eight is corrupt in version 1", () => {
    planted(datasetMessages({}))
      .set("dataspace", MESSAGE.size, 2, 13, X)
      .expect({ code: "CORRUPT", structure: "object-header" });
  });

  test("7: a message count that is not true changes nothing", () => {
    for (const count of [0, 1, 65_535]) {
      expect(planted(datasetMessages({})).set("object-header", HEADER.messageCount, 2, count, -1).read().met).toEqual(
        [],
      );
    }
  });

  test("7: a header without messages, or of an unknown version, is corrupt", () => {
    planted([]).expect({ code: "CORRUPT", step: "/x" });
    for (const version of [0, 2, 3, 255]) {
      small()
        .set("object-header", HEADER.version, 1, version, X)
        .expect({ code: "CORRUPT", structure: "object-header" });
    }
  });

  test("8: a continuation that leads to itself, to the header or round in a circle ends", () => {
    const own = planted((address) => [...datasetMessages({}), continuation(address, 24)]);
    own.expect({ code: "CORRUPT", structure: "object-header", message: /do not end/ });
    // One block after the header, which leads to itself.
    const self = planted(
      (address) => [...datasetMessages({}), continuation(address + 16 + 3 * 8 + 24 + 16 + 16 + 24, 24)],
      (address) => join([2, MESSAGE_IDS.continuation], [2, 16], [4, 0], [8, address], [8, 24]),
    );
    self.expect({ code: "CORRUPT", structure: /object-header|continuation-chunk/ });
    const length = (rings: number): number => 24 * rings;
    const ring = planted(
      (address) => [continuation(address + 16 + 24, 24)],
      (address) => {
        const blocks = Array.from({ length: 3 }, (_, i) =>
          join([2, MESSAGE_IDS.continuation], [2, 16], [4, 0], [8, address + length((i + 1) % 3)], [8, 24]),
        );
        return join(...blocks);
      },
    );
    ring.expect({ code: "CORRUPT", structure: "object-header", message: /do not end/ });
  });

  test("8: a chain of continuations longer than any writer makes ends", () => {
    const count = 5000;
    const chain = planted(
      (address) => [continuation(address + 16 + 24, 24)],
      (address) =>
        join(
          ...Array.from({ length: count }, (_, i) =>
            join([2, MESSAGE_IDS.continuation], [2, 16], [4, 0], [8, address + 24 * (i + 1)], [8, 24]),
          ),
        ),
    );
    chain.expect({ code: "CORRUPT", structure: "object-header", message: /do not end/ });
  });

  test("9: a continuation of no bytes, to nowhere or past the end is corrupt", () => {
    const inside = (address: number | bigint, length: number | bigint): Specimen =>
      planted([...datasetMessages({}), continuation(address, length)]);
    inside(0, 0).expect({ code: "CORRUPT" });
    inside(-1, 24).expect({ code: "CORRUPT" });
    inside(2 ** 40, 24).expect({ code: "CORRUPT" });
    inside(96, 2 ** 40).expect({ code: "CORRUPT" });
    inside(96, 2n ** 63n).expect({ code: "CORRUPT" });
    inside(2 ** 53 - 1, 2 ** 53 - 1).expect({ code: "CORRUPT" });
  });

  test("10: a first chunk of any size costs no memory", () => {
    for (const size of [0xffff_ffff, 0x7fff_fff8, 0x1_0000]) {
      small()
        .set("object-header", HEADER.chunkSize, 4, size, X)
        .expect({ code: "CORRUPT", structure: "object-header" });
    }
  });

  test("11: messages that are marked as shared and cannot be are corrupt", () => {
    const layout = planted(datasetMessages({})).set("data-layout", MESSAGE.flags, 1, 0x02, X);
    layout.expect({ code: "CORRUPT", structure: "object-header", message: /shared/ });
    const both = planted(datasetMessages({})).set("dataspace", MESSAGE.flags, 1, 0x06, X);
    both.expect({ code: "CORRUPT", structure: "object-header", message: /shared/ });
  });

  test("11: a message of an unknown type that must be understood makes the object unsupported, and no other", () => {
    const tally = planted(datasetMessages({ more: [{ type: 0x70, flags: 0x80, data: new Uint8Array(8) }] })).expect({
      code: "UNSUPPORTED",
      step: /^\/x/,
    });
    expect(tally.met.every(({ step }) => step.startsWith("/x") || step.includes("member x"))).toBe(true);
    expect(planted(datasetMessages({ more: [{ type: 0x70, data: new Uint8Array(8) }] })).read().met).toEqual([]);
  });

  test("12: a datatype that is shared with itself, or with one that is, ends", () => {
    const shared = (address: number): RawMessage => ({
      type: MESSAGE_IDS.datatype,
      flags: 0x02,
      data: join([1, 3], [1, 2], [8, address]),
    });
    const own = planted((address) => [
      { type: MESSAGE_IDS.dataspace, data: dataspaceBytes(2) },
      shared(address),
      { type: MESSAGE_IDS.layout, data: join([1, 3], [1, 0], [2, 0]) },
    ]);
    own.expect({ code: "CORRUPT", step: /^\/x/ });
    const committed = planted((address) => [shared(address)]);
    committed.expect({ code: "CORRUPT", step: /^\/x/ });
    const dataset = planted((address) => [
      { type: MESSAGE_IDS.attribute, flags: 0x02, data: join([1, 3], [1, 2], [8, address]) },
      ...datasetMessages({}),
    ]);
    expect(
      dataset
        .read()
        .met.map(({ error }) => error.code)
        .join(),
    ).toMatch(/CORRUPT|UNSUPPORTED/);
  });

  test("12: a shared datatype that is nowhere, or where there is none, is corrupt", () => {
    for (const address of [0, 96, 2 ** 40, 2 ** 53 - 1]) {
      const data = join([1, 3], [1, 2], [8, address]);
      const [space, , layout] = datasetMessages({}) as [RawMessage, RawMessage, RawMessage];
      planted([space, { type: MESSAGE_IDS.datatype, flags: 0x02, data }, layout]).expect({ code: "CORRUPT" });
    }
  });

  test("13: attributes with lengths that do not fit are corrupt", () => {
    expect(withAttribute(attribute(NAME, INT32, SCALAR, VALUE)).read().met).toEqual([]);
    for (const name of [join(""), join("\0"), join("name"), join("na\0me\0")]) {
      withAttribute(attribute(name, INT32, SCALAR, VALUE)).expect({ code: "CORRUPT", structure: /^attribute/ });
    }
    const whole = attribute(NAME, INT32, SCALAR, VALUE);
    for (const offset of [2, 4, 6]) {
      for (const length of [0, 1, 0x7fff, 0xffff]) {
        const data = Uint8Array.from(whole);
        new DataView(data.buffer).setUint16(offset, length, true);
        withAttribute(data).expect({ code: "CORRUPT" });
      }
    }
    for (const length of [1, 2, 7, 8, 20, whole.length - 4]) {
      withAttribute(whole.slice(0, length)).expect({ code: "CORRUPT" });
    }
  });

  test("14: an attribute whose type and shape stand for more than there is costs nothing", () => {
    const shapes = [dataspaceBytes(2 ** 40), dataspaceBytes(2 ** 31, 2 ** 31), dataspaceBytes(2 ** 53 - 1)];
    for (const shape of shapes) {
      withAttribute(attribute(NAME, INT32, shape, VALUE)).expect({ code: "CORRUPT", step: /attribute/ });
    }
    const wide = datatypeBytes(5, 1, 0, 0xffff_fff8, new Uint8Array(0));
    withAttribute(attribute(NAME, wide, dataspaceBytes(2 ** 20), VALUE)).expect({ code: "CORRUPT", step: /attribute/ });
    withAttribute(attribute(NAME, INT32, dataspaceBytes(2n ** 62n, 2n ** 62n), VALUE)).expect({ code: "CORRUPT" });
  });

  test("53: times, comments and reference counts with any bytes cost no more than themselves", () => {
    const withMessage = (type: number, data: Uint8Array): Specimen =>
      planted(datasetMessages({ more: [{ type, data }] }));
    withMessage(MESSAGE_IDS.comment, join("no end00")).expect({ code: "CORRUPT", step: "/x info" });
    withMessage(MESSAGE_IDS.modificationTimeOld, join("2O24010112000000")).read();
    withMessage(MESSAGE_IDS.modificationTime, join([1, 9], [7, 0])).read();
    withMessage(MESSAGE_IDS.modificationTime, join([1, 1], [3, 0], [4, 0xffff_ffff])).read();
    withMessage(MESSAGE_IDS.referenceCount, join([1, 0], [4, 0])).read();
    expect(small().set("object-header", 4, 4, 0, X).read().met).toEqual([]);
    expect(small().set("object-header", 4, 4, 0xffff_ffff, X).read().met).toEqual([]);
  });
});

describe.skipIf(files === null)("hostile object headers of version 2", () => {
  const latest = (): Specimen => new Specimen((files as H5pyFiles).image("basic"));
  const header = (): Specimen => latest().seal();

  test("10: a first chunk with a size of 8 bytes that says anything is corrupt", () => {
    // Flags: a chunk size of 8 bytes. What follows as messages is read as the size.
    header().set("object-header", 5, 1, 0x03, X).seal().expect({ code: "CORRUPT", structure: "object-header" });
    header().set("object-header", 5, 1, 0xc0, X).seal().expect({ code: "CORRUPT", structure: "object-header" });
  });

  test("10: a checksum that does not match is corrupt, and the other objects are read", () => {
    const tally = header().set("object-header", 8, 1, 0xff, X).expect({ code: "CORRUPT" });
    expect(okCount(tally)).toBeGreaterThan(10);
  });

  test("10: phase change values that contradict each other are corrupt", () => {
    const dense = new Specimen((files as H5pyFiles).image("compact members"));
    const tally = dense.set("object-header", 5, 1, 0x10, X).seal().read();
    expect(tally.met.length).toBeGreaterThan(0);
  });
});
