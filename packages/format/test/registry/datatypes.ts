import fc from "fast-check";
import { DEFAULT_CONTEXT } from "../../src/context.js";
import type {
  CompoundType,
  Datatype,
  DatatypeVersion,
  EnumerationType,
  FixedPointType,
  FloatingPointType,
} from "../../src/datatype.js";
import { datatype } from "../../src/messages/datatype.js";
import { nameText, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const bit = fc.constantFrom<0 | 1>(0, 1);
const byteOrder = fc.constantFrom<"LE" | "BE">("LE", "BE");
const traits = {
  padding: fc.constantFrom<"null-terminate" | "null-pad" | "space-pad">("null-terminate", "null-pad", "space-pad"),
  charset: fc.constantFrom<"ascii" | "utf-8">("ascii", "utf-8"),
};
const versions = (least: DatatypeVersion): fc.Arbitrary<DatatypeVersion> =>
  fc.integer({ min: least, max: 5 }).map((version) => version as DatatypeVersion);

/** Offset and precision within an element of `size` bytes. */
function bitRange(size: number): fc.Arbitrary<{ bitOffset: number; bitPrecision: number }> {
  return fc
    .nat({ max: 8 * size - 1 })
    .chain((bitOffset) =>
      fc.record({ bitOffset: fc.constant(bitOffset), bitPrecision: fc.integer({ min: 1, max: 8 * size - bitOffset }) }),
    );
}

/** An integer type. */
export const fixedPoint: fc.Arbitrary<FixedPointType> = fc.integer({ min: 1, max: 16 }).chain((size) =>
  fc
    .record({
      version: versions(1),
      byteOrder,
      signed: fc.boolean(),
      lowPad: bit,
      highPad: bit,
      range: bitRange(size),
    })
    .map(({ range, ...fields }) => ({ class: "fixed-point" as const, size, ...fields, ...range })),
);

const floatingPoint: fc.Arbitrary<FloatingPointType> = fc
  .record({ exponentSize: fc.integer({ min: 1, max: 15 }), mantissaSize: fc.integer({ min: 1, max: 112 }) })
  .chain(({ exponentSize, mantissaSize }) => {
    const bitPrecision = 1 + exponentSize + mantissaSize;
    return fc
      .record({
        version: versions(1),
        order: fc.constantFrom<FloatingPointType["byteOrder"]>("LE", "BE", "VAX"),
        lowPad: bit,
        highPad: bit,
        internalPad: bit,
        normalization: fc.constantFrom<FloatingPointType["normalization"]>("none", "msb-set", "implied"),
        bitOffset: fc.nat({ max: 20 }),
        exponentBias: fc.nat({ max: 0xffffffff }),
      })
      .map(({ order, ...fields }) => ({
        class: "floating-point" as const,
        size: Math.ceil((fields.bitOffset + bitPrecision) / 8),
        byteOrder: order === "VAX" && fields.version < 3 ? "BE" : order,
        signLocation: bitPrecision - 1,
        bitPrecision,
        exponentLocation: mantissaSize,
        exponentSize,
        mantissaLocation: 0,
        mantissaSize,
        ...fields,
      }));
  });

const size = fc.integer({ min: 1, max: 0xffffffff });

const atomic: fc.Arbitrary<Datatype> = fc.oneof(
  fixedPoint,
  floatingPoint,
  fc.record({
    class: fc.constant("time" as const),
    version: versions(1),
    size,
    byteOrder,
    bitPrecision: fc.nat({ max: 65_535 }),
  }),
  fc.record({ class: fc.constant("string" as const), version: versions(1), size, ...traits }),
  fc
    .integer({ min: 1, max: 16 })
    .chain((bytes) =>
      fc
        .record({ version: versions(1), byteOrder, lowPad: bit, highPad: bit, range: bitRange(bytes) })
        .map(({ range, ...fields }) => ({ class: "bitfield" as const, size: bytes, ...fields, ...range })),
    ),
  fc.record({
    class: fc.constant("opaque" as const),
    version: versions(1),
    size,
    tag: fc.string({ unit: "binary", maxLength: 8 }).filter((text) => !text.includes("\0")),
  }),
  fc.constantFrom<Datatype>(
    { class: "reference", version: 1, size: 8, kind: "object", encodingVersion: 0 },
    { class: "reference", version: 3, size: 12, kind: "region", encodingVersion: 0 },
    { class: "reference", version: 4, size: 18, kind: "object-2", encodingVersion: 1 },
    { class: "reference", version: 4, size: 18, kind: "region-2", encodingVersion: 1 },
    { class: "reference", version: 5, size: 18, kind: "attribute", encodingVersion: 1 },
  ),
);

/** Members one after the other, with holes between them. */
function compoundOf(inner: fc.Arbitrary<Datatype>): fc.Arbitrary<CompoundType> {
  const small = inner.filter((type) => type.size < 100_000);
  const member = fc.record({
    name: nameText,
    datatype: small,
    hole: fc.nat({ max: 300 }),
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }),
  });
  const members = fc.uniqueArray(member, { selector: ({ name }) => name, minLength: 1, maxLength: 4 });
  return fc
    .record({ version: versions(1), members, tail: fc.nat({ max: 70_000 }) })
    .map(({ version, members, tail }) => {
      let end = 0;
      const placed = members.map(({ name, datatype: type, hole, shape }) => {
        const dimensions = version === 1 ? shape : [];
        const byteOffset = end + hole;
        end = byteOffset + dimensions.reduce((length, n) => length * n, type.size);
        return { name, byteOffset, dimensions, datatype: type };
      });
      return { class: "compound" as const, version, size: end + tail, members: placed };
    });
}

const enumeration: fc.Arbitrary<EnumerationType> = fixedPoint.chain((base) =>
  fc.record({
    class: fc.constant("enumeration" as const),
    version: versions(1),
    size: fc.constant(base.size),
    base: fc.constant(base),
    members: fc.array(fc.record({ name: nameText, value: someBytes(base.size, base.size) }), { maxLength: 5 }),
  }),
);

function arrayOf(inner: fc.Arbitrary<Datatype>): fc.Arbitrary<Datatype> {
  return fc
    .record({
      version: versions(2),
      base: inner.filter((type) => type.size < 100_000),
      dimensions: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    })
    .map(({ version, base, dimensions }) => {
      const total = dimensions.reduce((length, n) => length * n, base.size);
      return { class: "array" as const, version, size: total, dimensions, base };
    });
}

function nestedIn(inner: fc.Arbitrary<Datatype>): fc.Arbitrary<Datatype> {
  return fc.oneof(
    compoundOf(inner),
    arrayOf(inner),
    fc.record({
      class: fc.constant("variable-length" as const),
      version: versions(1),
      size: fc.constant(16),
      kind: fc.constantFrom<"sequence" | "string">("sequence", "string"),
      ...traits,
      base: inner,
    }),
  );
}

const flat: fc.Arbitrary<Datatype> = fc.oneof(
  { weight: 4, arbitrary: atomic },
  { weight: 1, arbitrary: enumeration },
  {
    weight: 1,
    arbitrary: floatingPoint.map((base) => ({
      class: "complex" as const,
      version: 5 as const,
      size: 2 * base.size,
      base,
    })),
  },
);

/** A datatype of any class and version, nested up to three deep, as a file with 8-byte offsets can hold it. */
export const anyDatatype: fc.Arbitrary<Datatype> = fc.oneof(
  flat,
  nestedIn(flat),
  nestedIn(fc.oneof(flat, nestedIn(fc.oneof(flat, nestedIn(flat))))),
);

/** The datatype codec, under every class and version. */
export const datatypeEntries: readonly RegistryEntry[] = [
  entry({ name: "datatype", codec: datatype, context: DEFAULT_CONTEXT, arbitrary: anyDatatype }),
];
