import { MESSAGE_IDS } from "@hdfive/format";
import { describe, expect, test } from "vitest";
import {
  compactBytes,
  datasetMessages,
  dataspaceBytes,
  datatypeBytes,
  type Field,
  fillBytes,
  INT32,
  join,
  planted,
} from "./planted.js";
import { okCount, type Specimen } from "./specimen.js";

const DATATYPE = { code: "CORRUPT", structure: "datatype", step: /x/ } as const;
const DEPTH = { code: "LIMIT", message: /nested more than 64 deep/ } as const;
const DATASPACE = { code: "CORRUPT", structure: "dataspace", step: /x/ } as const;

const withType = (datatype: Uint8Array, elementSize = 4): Specimen =>
  planted(datasetMessages({ datatype, layout: compactBytes(new Uint8Array(2 * elementSize)) }));
const withSpace = (dataspace: Uint8Array): Specimen => planted(datasetMessages({ dataspace }));

/** A member of a compound, version 3 with a 1-byte offset. */
const member = (name: string, offset: number, type: Uint8Array): Uint8Array => join(`${name}\0`, [1, offset], type);
const compound = (size: number, ...members: Uint8Array[]): Uint8Array =>
  datatypeBytes(6, 3, members.length, size, ...members);
const vlen = (base: Uint8Array): Uint8Array => datatypeBytes(9, 1, 0, 16, base);

/** A datatype inside so many others. */
function nested(depth: number, wrap: (inner: Uint8Array) => Uint8Array): Uint8Array {
  let type = INT32;
  for (let i = 0; i < depth; i++) {
    type = wrap(type);
  }
  return type;
}

describe("hostile dataspaces", () => {
  test("15: a rank past 32 is corrupt, and so are versions and types that are not known", () => {
    withSpace(join([1, 1], [1, 33], [6, 0], ...Array.from({ length: 33 }, (): Field => [8, 1]))).expect(DATASPACE);
    withSpace(join([1, 1], [1, 255], [6, 0])).expect(DATASPACE);
    withSpace(join([1, 3], [1, 0], [6, 0])).expect(DATASPACE);
    withSpace(join([1, 2], [1, 0], [1, 0], [1, 3])).expect(DATASPACE);
    withSpace(join([1, 1], [1, 1], [1, 0x80], [5, 0], [8, 1])).expect(DATASPACE);
  });

  test("15: scalars and null dataspaces with dimensions are corrupt", () => {
    for (const type of [0, 2]) {
      withSpace(join([1, 2], [1, 1], [1, 0], [1, type], [8, 4])).expect(DATASPACE);
    }
  });

  test("15: more elements than can be counted are corrupt, and as many as can be are a limit", () => {
    withSpace(dataspaceBytes(2n ** 63n)).expect(DATASPACE);
    withSpace(dataspaceBytes(2n ** 32n, 2n ** 32n)).expect(DATASPACE);
    withSpace(dataspaceBytes(...Array.from({ length: 32 }, () => 2n ** 52n))).expect(DATASPACE);
    const tally = withSpace(dataspaceBytes(2 ** 31, 2 ** 30)).read();
    expect(tally.met.map(({ error }) => error.code).join()).toMatch(/LIMIT/);
  });

  test("15: a maximum below the size, or a dimension cut short, is corrupt", () => {
    withSpace(join([1, 1], [1, 1], [1, 1], [5, 0], [8, 4], [8, 3])).expect(DATASPACE);
    withSpace(join([1, 1], [1, 4], [1, 1], [5, 0], [8, 4])).expect(DATASPACE);
  });

  test("15: a dimension of 0 does not hide dimensions beyond counting", () => {
    withSpace(dataspaceBytes(0, 2n ** 52n, 2n ** 52n)).expect({ code: "LIMIT", step: "/x data" });
  });
});

describe("hostile datatypes", () => {
  test("16: datatypes nested deeper than any program does end without a stack overflow", () => {
    for (const wrap of [
      vlen,
      (inner: Uint8Array) => compound(4, member("m", 0, inner)),
      (inner: Uint8Array) => datatypeBytes(10, 3, 0, 4, join([1, 0]), inner),
      (inner: Uint8Array) => datatypeBytes(8, 3, 0, 4, inner),
    ]) {
      for (const depth of [64, 1000, 3500]) {
        withType(nested(depth, wrap)).expect(DEPTH);
      }
    }
  });

  test("16: a datatype nested as deep as allowed is read or refused, not overflowed", () => {
    const tally = withType(nested(60, vlen), 16).read();
    expect(okCount(tally)).toBeGreaterThan(10);
    withType(
      nested(60, (inner) => compound(4, member("m", 0, inner))),
      4,
    ).read();
  });

  test("17: members that overlap, lie outside, repeat a name or have none are corrupt", () => {
    withType(compound(8, member("a", 0, INT32), member("b", 2, INT32)), 8).expect(DATATYPE);
    withType(compound(8, member("a", 0, INT32), member("b", 5, INT32)), 8).expect(DATATYPE);
    withType(compound(8, member("a", 0, INT32), member("b", 255, INT32)), 8).expect(DATATYPE);
    withType(compound(8, member("a", 0, INT32), member("a", 4, INT32)), 8).expect(DATATYPE);
    withType(compound(8), 8).expect(DATATYPE);
    withType(datatypeBytes(6, 3, 3, 8, member("a", 0, INT32)), 8).expect(DATATYPE);
    withType(datatypeBytes(6, 3, 1, 8, join("name without an end")), 8).expect(DATATYPE);
  });

  test("17: 65,535 members cost no more than their bytes", () => {
    withType(datatypeBytes(6, 3, 65_535, 0xffff_ffff, new Uint8Array(60_000)), 8).expect(DATATYPE);
    const many = Array.from({ length: 2500 }, (_, i) => join(`${i.toString(36)}\0`, [2, 4 * i], INT32));
    const type = datatypeBytes(6, 3, many.length, 10_000, ...many);
    const tally = withType(type, 10_000).read();
    expect(tally.met.map(({ error }) => error.message)).toEqual([]);
  });

  test("17: members of version 1 with impossible dimensions are corrupt", () => {
    const v1 = (rank: number, dimension: number | bigint): Uint8Array =>
      datatypeBytes(
        6,
        1,
        1,
        8,
        join(
          "a\0\0\0\0\0\0\0",
          [4, 0],
          [1, rank],
          [3, 0],
          [4, 0],
          [4, 0],
          [4, dimension],
          [4, 0],
          [4, 0],
          [4, 0],
          INT32,
        ),
      );
    expect(withType(v1(1, 2), 8).read().met).toEqual([]);
    for (const [rank, dimension] of [
      [1, 3],
      [1, 0],
      [5, 1],
      [255, 1],
      [1, 0xffff_ffff],
      [4, 0xffff_ffff],
    ] as const) {
      withType(v1(rank, dimension), 8).expect(DATATYPE);
    }
  });

  test("18: sizes of 0, and sizes that contradict what is inside, are corrupt", () => {
    withType(datatypeBytes(0, 1, 8, 0, join([2, 0], [2, 32]))).expect(DATATYPE);
    withType(datatypeBytes(8, 3, 0, 8, INT32), 8).expect(DATATYPE);
    withType(datatypeBytes(10, 3, 0, 8, join([1, 1], [4, 3]), INT32), 8).expect(DATATYPE);
    withType(datatypeBytes(10, 3, 0, 4, join([1, 1], [4, 0]), INT32), 8).expect(DATATYPE);
    withType(datatypeBytes(9, 1, 0, 4, INT32)).expect(DATATYPE);
    withType(datatypeBytes(7, 1, 0, 2)).expect(DATATYPE);
  });

  test("18: arrays of more elements than can be counted are corrupt", () => {
    const dimensions = Array.from({ length: 32 }, (): Field => [4, 0xffff_ffff]);
    withType(datatypeBytes(10, 3, 0, 0xffff_ffff, join([1, 32], ...dimensions), INT32)).expect(DATATYPE);
    withType(datatypeBytes(10, 3, 0, 0xffff_ffff, join([1, 255]), INT32)).expect(DATATYPE);
  });

  test("18: elements of 4 GiB are refused or read as far as they are there, and allocate nothing", () => {
    const huge = datatypeBytes(5, 1, 0, 0xffff_ffff);
    const string = datatypeBytes(3, 1, 0, 0xffff_ffff);
    const array = datatypeBytes(10, 3, 0, 0xffff_fffc, join([1, 1], [4, 0x3fff_ffff]), INT32);
    for (const type of [huge, string, array]) {
      const met = withType(type)
        .read()
        .met.map(({ error }) => error.code);
      expect(met.join()).toMatch(/CORRUPT|LIMIT/);
    }
  });

  test("19: bits outside the element, and parts of floats that overlap, are corrupt", () => {
    for (const [offset, precision] of [
      [0, 33],
      [1, 32],
      [0, 0],
      [0xffff, 0xffff],
      [31, 2],
    ] as const) {
      withType(datatypeBytes(0, 1, 8, 4, join([2, offset], [2, precision]))).expect(DATATYPE);
      withType(datatypeBytes(4, 1, 0, 4, join([2, offset], [2, precision]))).expect(DATATYPE);
    }
    const float = (sign: number, ...parts: readonly number[]): Specimen =>
      withType(
        datatypeBytes(
          1,
          1,
          0x20 | (sign << 8),
          4,
          join([2, 0], [2, 32], ...parts.map((part): Field => [1, part]), [4, 127]),
        ),
      );
    expect(float(31, 23, 8, 0, 23).read().met).toEqual([]);
    for (const [sign, ...parts] of [
      [32, 23, 8, 0, 23],
      [255, 23, 8, 0, 23],
      [31, 23, 9, 0, 23],
      [31, 22, 8, 0, 23],
      [31, 23, 0, 0, 23],
      [31, 23, 8, 0, 0],
      [5, 23, 8, 0, 23],
      [31, 255, 255, 255, 255],
    ] as const) {
      float(sign, ...parts).expect(DATATYPE);
    }
  });

  test("20: tags of opaque types that are not a multiple of eight, or longer than the message, are corrupt", () => {
    withType(datatypeBytes(5, 1, 3, 4, join("tag"))).expect(DATATYPE);
    withType(datatypeBytes(5, 1, 248, 4, join("tag\0\0\0\0\0"))).expect(DATATYPE);
    expect(withType(datatypeBytes(5, 1, 8, 4, join("no end!!"))).read().met).toEqual([]);
  });

  test("18: classes and versions that are not known are corrupt", () => {
    for (const id of [12, 13, 15]) {
      withType(datatypeBytes(id, 1, 0, 4)).expect(DATATYPE);
    }
    for (const version of [0, 6, 15]) {
      withType(datatypeBytes(0, version, 8, 4, join([2, 0], [2, 32]))).expect(DATATYPE);
    }
    withType(datatypeBytes(7, 4, 9, 16)).expect(DATATYPE);
    withType(datatypeBytes(9, 1, 7, 16, INT32), 16).expect(DATATYPE);
    withType(datatypeBytes(3, 1, 0x0f, 4)).expect(DATATYPE);
  });

  test("18: enumerations with more members than there are bytes for are corrupt", () => {
    withType(datatypeBytes(8, 3, 65_535, 4, INT32, join("a\0b\0"))).expect(DATATYPE);
    withType(datatypeBytes(8, 3, 1, 4, INT32, join("\0", [4, 1]))).expect(DATATYPE);
  });
});

describe("hostile fill values", () => {
  const withFill = (data: Uint8Array, type: number = MESSAGE_IDS.fillValue): Specimen =>
    planted(datasetMessages({ more: [{ type, data }] }));

  test("21: a fill value of another size than an element is an error where it is needed", () => {
    for (const size of [1, 3, 5, 8]) {
      withFill(fillBytes(new Uint8Array(size))).expect({
        code: "CORRUPT",
        structure: /fill.value/,
        step: "/x fill value",
      });
    }
    withFill(join([4, 3], [3, 0]), MESSAGE_IDS.fillValueOld).expect({ code: "CORRUPT", structure: /fill.value/ });
  });

  test("21: fill values of negative, huge or absent bytes are corrupt", () => {
    for (const size of [-1, -(2 ** 31), 2 ** 31 - 1, 1000]) {
      withFill(fillBytes(new Uint8Array(4), size)).expect({ code: "CORRUPT", structure: "fill-value" });
    }
    withFill(join([4, -1]), MESSAGE_IDS.fillValueOld).expect({ code: "CORRUPT" });
  });

  test("21: versions, times and flags that are not known are corrupt", () => {
    for (const data of [
      join([1, 0]),
      join([1, 4]),
      join([1, 2], [1, 0], [1, 0], [1, 0]),
      join([1, 2], [1, 4], [1, 0], [1, 0]),
      join([1, 2], [1, 1], [1, 3], [1, 0]),
      join([1, 2], [1, 1], [1, 0], [1, 9]),
      join([1, 3], [1, 0xff]),
      join([1, 3], [1, 0x31]),
    ]) {
      withFill(data).expect({ code: "CORRUPT", structure: "fill-value" });
    }
  });
});
