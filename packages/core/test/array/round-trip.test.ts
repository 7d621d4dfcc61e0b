import type { Datatype } from "@hdfive/format";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  array,
  bitfield,
  CompoundArray,
  compound,
  copyElements,
  type DtypeLike,
  datatypesEqual,
  enumeration,
  floatType,
  hasHeapData,
  integerType,
  type MemoryArray,
  memoryType,
  NdArray,
  opaque,
  reference,
  string,
  toDatatype,
  vlen,
} from "../../src/array/index.ts";
import { TestHeap } from "./support.ts";

const names = [
  ..."int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 bfloat16 float32 float64 bool complex64 string S7".split(
    " ",
  ),
  ..."reference >i2 >u4 >i8 >f2 >f4 >f8 >c16".split(" "),
];

const leaf: fc.Arbitrary<Datatype> = fc.oneof(
  fc.constantFrom(...names).map((name) => toDatatype(name)),
  fc.constantFrom(opaque(3), bitfield(2), enumeration({ A: 1, B: -7 }), string({ length: 4, padding: "space-pad" })),
  fc
    .record({
      size: fc.integer({ min: 1, max: 8 }),
      signed: fc.boolean(),
      order: fc.constantFrom("LE" as const, "BE" as const),
    })
    .chain(({ size, signed, order }) =>
      fc.tuple(fc.integer({ min: 1, max: 8 * size }), fc.nat(8 * size - 1)).map(([bits, offset]): Datatype => {
        const bitOffset = Math.min(offset, 8 * size - bits);
        return { ...integerType(size, signed, order), bitPrecision: bits, bitOffset };
      }),
    ),
);

const { datatype: datatypes } = fc.letrec<{ datatype: Datatype }>((tie) => ({
  datatype: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaf,
    fc
      .tuple(tie("datatype"), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }))
      .map(([base, dimensions]) => array(base, dimensions)),
    tie("datatype").map((base) => vlen(base)),
    fc
      .array(fc.tuple(fc.string({ minLength: 1, maxLength: 4, unit: "grapheme-ascii" }), tie("datatype")), {
        minLength: 1,
        maxLength: 4,
      })
      .filter((fields) => new Set(fields.map(([name]) => name)).size === fields.length)
      .map((fields) => compound(fields as readonly (readonly [string, DtypeLike])[])),
  ),
}));

/** Bytes of elements that are valid for any datatype but heap ids: those become empty. */
function cleared(datatype: Datatype, bytes: Uint8Array): Uint8Array {
  const memory = memoryType(datatype);
  const count = bytes.length / datatype.size;
  const valid = hasHeapData(datatype) ? new Uint8Array(bytes.length) : bytes;
  const values = memory.allocate(count);
  memory.decode(valid, 0, count, values, 0, new TestHeap());
  const clean = new Uint8Array(bytes.length);
  memory.encode(values, 0, count, clean, 0, new TestHeap());
  return clean;
}

const sanitize = (datatype: Datatype): boolean => !JSON.stringify(datatype).includes('"reference"');

test("bytes that were decoded and encoded once decode to the same values and encode to the same bytes", () => {
  fc.assert(
    fc.property(datatypes.filter(sanitize), fc.uint8Array({ minLength: 1, maxLength: 400 }), (datatype, noise) => {
      const count = 3;
      const bytes = Uint8Array.from(
        { length: count * datatype.size },
        (_, i) => (noise[i % noise.length] as number) & 0x7f,
      );
      const clean = cleared(datatype, bytes);
      expect(cleared(datatype, clean)).toEqual(clean);
    }),
    { numRuns: 500 },
  );
});

test("elements decode alone as they decode together, into the middle of an array", () => {
  fc.assert(
    fc.property(
      datatypes.filter((type) => sanitize(type) && !hasHeapData(type)),
      fc.uint8Array({ minLength: 1, maxLength: 400 }),
      (datatype, noise) => {
        const count = 4;
        const bytes = Uint8Array.from(
          { length: count * datatype.size + 1 },
          (_, i) => (noise[i % noise.length] as number) & 0x7f,
        );
        const memory = memoryType(datatype);
        const together = memory.allocate(count);
        memory.decode(bytes, 1, count, together, 0, new TestHeap());
        const alone = memory.allocate(count);
        for (let i = count - 1; i >= 0; i--) {
          memory.decode(bytes, 1 + i * datatype.size, 1, alone, i, new TestHeap());
        }
        expect(plain(alone)).toEqual(plain(together));
        const onePiece = new Uint8Array(count * datatype.size);
        const pieces = new Uint8Array(count * datatype.size);
        memory.encode(together, 0, count, onePiece, 0, new TestHeap());
        for (let i = 0; i < count; i++) {
          memory.encode(together, i, 1, pieces, i * datatype.size, new TestHeap());
        }
        expect(pieces).toEqual(onePiece);
      },
    ),
    { numRuns: 300 },
  );
});

test("what is allocated is what zeros decode to, where zeros are padding", () => {
  fc.assert(
    fc.property(datatypes, (datatype) => {
      fc.pre(!JSON.stringify(datatype).includes("space-pad"));
      const memory = memoryType(datatype);
      const found = memory.allocate(2);
      memory.decode(new Uint8Array(2 * datatype.size), 0, 2, found, 0, new TestHeap());
      expect(plain(found)).toBe(plain(memory.allocate(2)));
    }),
    { numRuns: 300 },
  );
});

test("a datatype equals itself and nothing that is stored otherwise", () => {
  fc.assert(
    fc.property(datatypes, datatypes, (a, b) => {
      expect(datatypesEqual(a, structuredClone(a))).toBe(true);
      expect(datatypesEqual(a, b)).toBe(datatypesEqual(b, a));
    }),
  );
});

test("values of sequences and strings survive the heap, at any depth", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 6 }).map((value) => value.replaceAll("\0", ""));
  const type = compound({ s: "string", v: vlen(vlen("int16")), a: array("string", [2]) });
  const row = fc.record({
    s: text,
    v: fc.array(fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 3 }), { maxLength: 3 }),
    a: fc.tuple(text, text),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.constantFrom(4, 8), (rows, offsetSize) => {
      const heap = new TestHeap(offsetSize);
      const sized = offsetSize === 8 ? type : smaller(type);
      const memory = memoryType(sized);
      const bytes = new Uint8Array(rows.length * sized.size);
      memory.encode(rows, 0, rows.length, bytes, 0, heap);
      const found = memory.allocate(rows.length);
      memory.decode(bytes, 0, rows.length, found, 0, heap);
      const again = new NdArray(found, [rows.length], sized);
      expect(JSON.parse(plain(again.data as MemoryArray))).toEqual(JSON.parse(JSON.stringify(rows)));
    }),
  );
});

function smaller(type: Datatype): Datatype {
  // 12 bytes for a heap id, as in a file with addresses of 4 bytes.
  const inner = { ...vlen(vlen("int16")), size: 12, base: { ...vlen("int16"), size: 12 } };
  const text = { ...toDatatype("string"), size: 12 } as Datatype;
  expect(type.size).toBe(64);
  return compound({ s: text, v: inner, a: array(text, [2]) });
}

/** Memory as text: typed arrays as lists, compounds as rows. */
function plain(data: MemoryArray): string {
  return JSON.stringify(data, (_key, value: unknown) => {
    if (value instanceof CompoundArray) {
      return Array.from({ length: value.length }, (_, i) => value.row(i));
    }
    if (typeof value === "bigint") {
      return `${value}n`;
    }
    return ArrayBuffer.isView(value) ? Array.from(value as Int8Array) : value;
  });
}

/** IEEE numbers whose fields stand elsewhere than in a typed array, so that they take the way of unknown layouts. */
const scattered = (ieee: 4 | 8, size: number): Datatype => {
  const type = floatType(ieee);
  return {
    ...type,
    size,
    bitPrecision: 8 * ieee,
    signLocation: 0,
    exponentLocation: 1,
    mantissaLocation: 1 + type.exponentSize,
  };
};

test.each<[string, Datatype, (value: number) => number]>([
  ["float32 in 4 bytes", scattered(4, 4), Math.fround],
  ["float32 in 6 bytes", scattered(4, 6), Math.fround],
  ["float64 in 8 bytes", scattered(8, 8), (value) => value],
  ["float64 in 10 bytes", scattered(8, 10), (value) => value],
])("numbers of any layout round as the processor does: %s", (_name, datatype, round) => {
  const values = fc.oneof(
    fc.double(),
    fc.float(),
    fc.double({ min: -(2 ** -120), max: 2 ** -120 }),
    fc.double({ min: 2 ** 127, max: 2 ** 129 }),
    fc.double({ min: -(2 ** -1000), max: 2 ** -1000 }),
  );
  const memory = memoryType(datatype);
  const bytes = new Uint8Array(datatype.size);
  const into = memory.allocate(1) as Float64Array;
  fc.assert(
    fc.property(values, (value) => {
      memory.encode(Float64Array.of(value), 0, 1, bytes, 0, new TestHeap());
      memory.decode(bytes, 0, 1, into, 0, new TestHeap());
      expect(into[0]).toBe(round(value));
    }),
    { numRuns: 2000 },
  );
});

test("thousands of strings of any length and language come back in order", () => {
  const words = ["", "a", "größe", "日本語", "x".repeat(255), "x".repeat(256), "x".repeat(257), "y".repeat(5000)];
  const mixed = Array.from({ length: 9000 }, (_, i) => `${words[(i * i) % 13] ?? ""}${i % 7 === 0 ? "" : i}`);
  for (const values of [mixed, mixed.map(() => ""), mixed.map((_, i) => `plain ${i}`)]) {
    for (const datatype of [
      toDatatype("string"),
      string({ length: 5010 }),
      string({ length: 5010, padding: "space-pad" }),
    ]) {
      const heap = new TestHeap();
      const memory = memoryType(datatype);
      const bytes = new Uint8Array(values.length * datatype.size);
      memory.encode(values, 0, values.length, bytes, 0, heap);
      const found = memory.allocate(values.length + 2) as string[];
      memory.decode(bytes, 0, values.length, found, 1, heap);
      expect(found).toEqual(["", ...values, ""]);
    }
  }
});

test("copyElements takes a part of any memory", () => {
  fc.assert(
    fc.property(datatypes, (datatype) => {
      const memory = memoryType(datatype);
      const inner = memory.innerShape.reduce((product, extent) => product * extent, 1);
      expect(plain(copyElements(memory.allocate(3), inner, inner))).toBe(plain(memory.allocate(1)));
    }),
  );
});

test("references survive", () => {
  const type = reference();
  const bytes = Uint8Array.of(0, 16, 0, 0, 0, 0, 0, 0);
  const memory = memoryType(type);
  const values = memory.allocate(1);
  memory.decode(bytes, 0, 1, values, 0, new TestHeap());
  const back = new Uint8Array(8);
  memory.encode(values, 0, 1, back, 0, new TestHeap());
  expect(back).toEqual(bytes);
});
