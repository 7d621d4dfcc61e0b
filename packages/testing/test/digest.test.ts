import { createHash } from "node:crypto";
import {
  AttributeReference,
  array,
  bitfield,
  bool,
  ComplexArray,
  type CompoundArray,
  complex64,
  compound,
  type Datatype,
  type DtypeLike,
  enumeration,
  ObjectReference,
  opaque,
  RegionReference,
  reference,
  regionReference,
  string,
  toDatatype,
  vlen,
} from "@hdfive/core";
import { expect, it } from "vitest";
import { memoryType } from "../../core/src/array/index.js";
import { ByteSink } from "../src/corpus/byte-sink.js";
import { elementEncoder } from "../src/corpus/element-encoder.js";
import type { Elements } from "../src/corpus/encoded-elements.js";
import { StoredText } from "../src/corpus/stored-text.js";

const collector = () => {
  const parts: Uint8Array[] = [];
  return { update: (bytes: Uint8Array) => void parts.push(bytes), hex: () => Buffer.concat(parts).toString("hex") };
};

/** The neutral form of elements, in hexadecimal digits. */
function encoded(like: DtypeLike | Datatype, elements: Elements, count: number, bytewise = false): string {
  const sink = new ByteSink(collector());
  const context = {
    pathOf: (address: number) => `/object-${address}`,
    shapeOf: () => [9, 9],
    text: new StoredText(bytewise),
  };
  elementEncoder(toDatatype(like as DtypeLike), context)(elements, 0, count, sink);
  return sink.hex();
}

it("integers are little-endian two's complement of the next natural size", () => {
  expect(encoded("int16", Int16Array.of(1, -2), 2)).toBe("0100feff");
  expect(encoded(">i4", Int32Array.of(0x01020304), 1)).toBe("04030201");
  expect(encoded("uint64", BigUint64Array.of(2n ** 64n - 1n), 1)).toBe("ffffffffffffffff");
  const three = { ...toDatatype("int32"), size: 3, bitPrecision: 24 } as Datatype;
  expect(encoded(three, Int32Array.of(-1), 1)).toBe("ffffffff");
  const sixteen = { ...toDatatype("int64"), size: 16 } as Datatype;
  expect(encoded(sixteen, BigInt64Array.of(-2n), 1)).toBe(`fe${"ff".repeat(15)}`);
  expect(encoded("int32", [7], 1)).toBe("07000000");
});

it("floats are binary32 or binary64, every NaN the quiet one, minus zero itself", () => {
  const strange = new Float32Array(Uint32Array.of(0xffc00001).buffer);
  expect(encoded("float32", Float32Array.of(1, -0), 2)).toBe("0000803f00000080");
  expect(encoded("float32", strange, 1)).toBe("0000c07f");
  expect(encoded("float64", Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY), 2)).toBe(
    "000000000000f87f000000000000f0ff",
  );
  expect(encoded("float16", Float32Array.of(1.5), 1)).toBe("000000000000f83f");
  expect(encoded("float16", Float32Array.of(Number.NaN), 1)).toBe("000000000000f87f");
});

it("strings have their length in front and end at the first NUL where they are variable", () => {
  expect(encoded("S4", ["ab", ""], 2)).toBe("02000000616200000000");
  expect(encoded("string", ["é\0x"], 1)).toBe("02000000c3a9");
  expect(encoded("S4", ["a\0b"], 1)).toBe("03000000610062");
});

it("texts that may have been single bytes can be taken either way", () => {
  expect(encoded("S4", ["é"], 1, true)).toBe("01000000e9");
  expect(encoded("S4", ["é"], 1, false)).toBe("02000000c3a9");
  expect(encoded("S4", ["π"], 1, true)).toBe("02000000cf80");
  const sure = new StoredText(false);
  sure.bytes("abcπ");
  expect(sure.ambiguous).toBe(false);
  sure.bytes("ü");
  expect(sure.ambiguous).toBe(true);
});

it("bytes of fixed strings lose their padding", () => {
  const raw = [Uint8Array.of(0x41, 0x20, 0, 0)];
  expect(encoded(string({ length: 4, padding: "null-pad" }), raw, 1)).toBe("020000004120");
  expect(encoded(string({ length: 4, padding: "null-terminate" }), [Uint8Array.of(0x41, 0, 0x42, 0)], 1)).toBe(
    "0100000041",
  );
  expect(encoded(string({ length: 4, padding: "space-pad" }), [Uint8Array.of(0x41, 0x20, 0x20, 0x20)], 1)).toBe(
    "0100000041",
  );
});

it("opaque, bit fields, enumerations and booleans", () => {
  expect(encoded(opaque(2), [Uint8Array.of(1, 2), Uint8Array.of(3, 4)], 2)).toBe("01020304");
  expect(encoded(bitfield(2), Uint16Array.of(0xabcd), 1)).toBe("cdab");
  expect(encoded(enumeration({ A: 0, B: 300 }, "int16"), Int16Array.of(300), 1)).toBe("2c01");
  expect(encoded(bool, Uint8Array.of(1, 0), 2)).toBe("0100");
  expect(encoded(bool, [true], 1)).toBe("01");
});

it("compounds go member after member without padding, arrays and complex numbers part after part", () => {
  const type = toDatatype(compound({ x: "int16", z: "complex64", v: array("uint8", [2]), s: "S2" }));
  const memory = memoryType(type);
  const bytes = new Uint8Array(2 * type.size);
  const rows = [1, 2].map((n) => ({ x: n, z: { real: 1, imag: 2 }, v: [n, 9], s: "q" }));
  const heap = { offsetSize: 8, put: () => ({ collectionAddress: 0, index: 0 }), get: () => bytes };
  memory.encode(rows, 0, 2, bytes, 0, heap);
  const into = memory.allocate(2) as CompoundArray;
  memory.decode(bytes, 0, 2, into, 0, heap);
  const one = (n: string): string => `${n}000000803f00000040${n}090100000071`;
  const expected = one("01") + one("02");
  expect(encoded(type, into, 2)).toBe(expected);
  expect(encoded(type, rows, 2)).toBe(expected);
  expect(encoded(complex64, new ComplexArray(Float32Array.of(1, -1)), 1)).toBe("0000803f000080bf");
  expect(encoded(complex64, [{ real: 1, imag: -1 }], 1)).toBe("0000803f000080bf");
});

it("sequences have their number of elements in front, nested ones as well", () => {
  expect(encoded(vlen("int16"), [Int16Array.of(1, 2), Int16Array.of()], 2)).toBe("020000000100020000000000");
  expect(encoded(vlen(vlen("uint8")), [[Uint8Array.of(5)], []], 2)).toBe("01000000010000000500000000");
  expect(encoded(vlen(array("uint8", [2])), [Uint8Array.of(1, 2, 3, 4)], 1)).toBe("0200000001020304");
});

it("references are the paths of what they point to", () => {
  const path = Buffer.from("/object-96").toString("hex");
  expect(encoded(reference(), [new ObjectReference(96), ObjectReference.NULL], 2)).toBe(`0a000000${path}00000000`);
});

it("references to regions have the kind, rank, size and box of the selection behind the path", () => {
  const path = `0a000000${Buffer.from("/object-96").toString("hex")}`;
  const u64 = (...numbers: number[]): string => numbers.map((n) => `0${n}${"00".repeat(7)}`).join("");
  const point = new RegionReference(96, { kind: "points", rank: 2, coordinates: Float64Array.of(3, 1, 2, 7) });
  const all = new RegionReference(96, { kind: "none" });
  expect(encoded(regionReference(), [point, all, RegionReference.NULL], 3)).toBe(
    `${path}5002000000${u64(2, 2, 1, 3, 7)}${path}4e02000000${u64(0)}00000000`,
  );
  const revised = { version: 4, size: 18, class: "reference", kind: "object-2", encodingVersion: 1 } as const;
  expect(encoded(revised, [ObjectReference.NULL, new ObjectReference(96), new AttributeReference(96, "a")], 3)).toBe(
    `004f00000000${path}5400000000${path}0100000061`,
  );
});

it("a sink hands on every byte, whatever the sizes", () => {
  const hash = createHash("sha256");
  const sink = new ByteSink({ update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") });
  const whole: Uint8Array[] = [];
  for (const length of [0, 1, 65_535, 65_536, 2, 65_537, 200_000, 3]) {
    const bytes = new Uint8Array(length).map((_, i) => (i * 7 + length) & 0xff);
    sink.bytes(bytes);
    whole.push(bytes);
  }
  expect(sink.hex()).toBe(createHash("sha256").update(Buffer.concat(whole)).digest("hex"));
});
