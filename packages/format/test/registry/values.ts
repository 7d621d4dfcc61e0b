import fc from "fast-check";
import { DEFAULT_CONTEXT } from "../../src/context.js";
import { type Attribute, attributeMessage } from "../../src/messages/attribute.js";
import type { Dataspace } from "../../src/messages/dataspace.js";
import { type FillValue, fillValueMessage } from "../../src/messages/fill-value.js";
import { fillValueOldMessage } from "../../src/messages/fill-value-old.js";
import { nameText, someBytes } from "./contexts.js";
import { anyDatatype } from "./datatypes.js";
import { entry, type RegistryEntry } from "./entry.js";

const fillValue: fc.Arbitrary<FillValue> = fc
  .record({
    version: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
    allocationTime: fc.constantFrom<FillValue["allocationTime"]>("early", "late", "incremental"),
    fillTime: fc.constantFrom<FillValue["fillTime"]>("alloc", "never", "if-set"),
    defined: fc.constantFrom<FillValue["defined"]>("undefined", "default", "user"),
    value: someBytes(1, 40),
  })
  .map((fill) => ({ ...fill, value: fill.defined === "user" ? fill.value : null }));

const dataspace: fc.Arbitrary<Dataspace> = fc.oneof(
  fc.constantFrom<Dataspace>(
    { version: 1, type: "scalar", dimensions: [], maxDimensions: null },
    { version: 2, type: "scalar", dimensions: [], maxDimensions: null },
    { version: 2, type: "null", dimensions: [], maxDimensions: null },
  ),
  fc.record({
    version: fc.constantFrom<1 | 2>(1, 2),
    type: fc.constant("simple" as const),
    dimensions: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 3 }),
    maxDimensions: fc.constant(null),
  }),
);

function elementCount({ type, dimensions }: Dataspace): number {
  return type === "null" ? 0 : dimensions.reduce((count, dimension) => count * dimension, 1);
}

const attribute: fc.Arbitrary<Attribute> = fc
  .record({
    version: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
    name: nameText,
    nameCharset: fc.constantFrom<"ascii" | "utf-8">("ascii", "utf-8"),
    datatype: anyDatatype.filter((type) => type.size < 500),
    dataspace,
    seed: fc.nat({ max: 255 }),
  })
  .map(({ seed, nameCharset, ...fields }) => ({
    ...fields,
    nameCharset: fields.version === 3 ? nameCharset : "ascii",
    data: new Uint8Array(elementCount(fields.dataspace) * fields.datatype.size).map((_, i) => i + seed),
  }));

/** Shared parts leave the size of the data open, so these have none: a truncation of data would not be noticed. */
const sharedAttributes: readonly Attribute[] = [
  {
    version: 2,
    name: "committed",
    nameCharset: "ascii",
    datatype: { shared: { version: 2, kind: "committed", address: 800 } },
    dataspace: { version: 1, type: "scalar", dimensions: [], maxDimensions: null },
    data: new Uint8Array(0),
  },
  {
    version: 3,
    name: "größe",
    nameCharset: "utf-8",
    datatype: { shared: { version: 3, kind: "heap", heapId: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7) } },
    dataspace: { shared: { version: 3, kind: "heap", heapId: Uint8Array.of(0, 9, 2, 3, 4, 5, 6, 7) } },
    data: new Uint8Array(0),
  },
];

/** Attributes and fill values. */
export const valueEntries: readonly RegistryEntry[] = [
  entry({ name: "fill-value", codec: fillValueMessage, arbitrary: fillValue }),
  entry({
    name: "fill-value-old",
    codec: fillValueOldMessage,
    arbitrary: fc.record({ value: someBytes(0, 40) }),
  }),
  entry({
    name: "attribute",
    codec: attributeMessage,
    context: DEFAULT_CONTEXT,
    samples: sharedAttributes,
    arbitrary: attribute,
  }),
];
