import fc from "fast-check";
import type { FormatContext } from "../../src/context.js";
import { attributeInfoMessage } from "../../src/messages/attribute-info.js";
import { btreeKMessage } from "../../src/messages/btree-k.js";
import { commentMessage } from "../../src/messages/comment.js";
import { continuationMessage } from "../../src/messages/continuation.js";
import { type Dataspace, dataspaceMessage } from "../../src/messages/dataspace.js";
import { driverInfoMessage } from "../../src/messages/driver-info.js";
import { type FilterPipeline, filterPipelineMessage } from "../../src/messages/filter-pipeline.js";
import { groupInfoMessage } from "../../src/messages/group-info.js";
import { type Layout, layoutMessage } from "../../src/messages/layout.js";
import type { ChunkIndexing } from "../../src/messages/layout-v4.js";
import { type Link, linkMessage } from "../../src/messages/link.js";
import { linkInfoMessage } from "../../src/messages/link-info.js";
import { modificationTimeMessage } from "../../src/messages/modification-time.js";
import { modificationTimeOldMessage } from "../../src/messages/modification-time-old.js";
import { referenceCountMessage } from "../../src/messages/reference-count.js";
import { symbolTableMessage } from "../../src/messages/symbol-table.js";
import { address, CONTEXTS, nameText, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffff_ffff });
const k = fc.integer({ min: 1, max: 0xffff });

function dataspaceOf({ lengthSize }: FormatContext): fc.Arbitrary<Dataspace> {
  const extent = fc.nat({ max: Math.min(256 ** lengthSize - 2, 2 ** 40) });
  const axis = fc.tuple(extent, extent, fc.boolean());
  const simple = fc
    .record({
      version: fc.constantFrom<1 | 2>(1, 2),
      axes: fc.array(axis, { minLength: 1, maxLength: 32 }),
      hasMax: fc.boolean(),
    })
    .map(({ version, axes, hasMax }) => ({
      version,
      type: "simple" as const,
      dimensions: axes.map(([a, b], i) => (i > 0 ? Math.min(a, b, 2) : Math.min(a, b, 2 ** 32))),
      maxDimensions: hasMax ? axes.map(([a, b, unlimited]) => (unlimited ? null : Math.max(a, b, 2))) : null,
    }));
  const empty = fc.constantFrom<Dataspace>(
    { version: 1, type: "scalar", dimensions: [], maxDimensions: null },
    { version: 1, type: "scalar", dimensions: [], maxDimensions: [] },
    { version: 2, type: "scalar", dimensions: [], maxDimensions: null },
    { version: 2, type: "null", dimensions: [], maxDimensions: null },
  );
  return fc.oneof(simple, empty);
}

function infoOf(maxCreationIndex: fc.Arbitrary<number>, { offsetSize }: FormatContext) {
  return fc.tuple(fc.boolean(), fc.boolean()).chain(([trackCreationOrder, indexCreationOrder]) =>
    fc.record({
      trackCreationOrder: fc.constant(trackCreationOrder),
      indexCreationOrder: fc.constant(indexCreationOrder),
      maxCreationIndex: trackCreationOrder ? maxCreationIndex : fc.constant(null),
      heapAddress: optionalAddress(offsetSize),
      nameIndexAddress: optionalAddress(offsetSize),
      creationIndexAddress: indexCreationOrder ? optionalAddress(offsetSize) : fc.constant(null),
    }),
  );
}

function linkOf({ offsetSize }: FormatContext): fc.Arbitrary<Link> {
  const fields = {
    version: fc.constant(1 as const),
    name: nameText,
    charset: fc.constantFrom<"ascii" | "utf-8">("ascii", "utf-8"),
    charsetStored: fc.constant(true),
    creationOrder: fc.option(fc.maxSafeNat()),
    nameLengthSize: fc.constantFrom<1 | 2 | 4 | 8>(2, 4, 8),
    typeStored: fc.constant(true),
  };
  const plain = { ...fields, charset: fc.constant("ascii" as const), charsetStored: fc.constant(false) };
  const hard = { kind: fc.constant("hard" as const), linkType: fc.constant(0), address: address(offsetSize) };
  return fc.oneof<fc.Arbitrary<Link>[]>(
    fc.record({ ...fields, ...hard }),
    fc.record({ ...plain, ...hard, typeStored: fc.boolean() }),
    fc.record({ ...fields, kind: fc.constant("soft" as const), linkType: fc.constant(1), target: nameText }),
    fc.record({
      ...plain,
      kind: fc.constant("external" as const),
      linkType: fc.constant(64),
      file: nameText,
      path: nameText,
    }),
    fc.record({
      ...fields,
      kind: fc.constant("user-defined" as const),
      linkType: fc.integer({ min: 65, max: 255 }),
      data: someBytes(0, 30),
    }),
  );
}

function layoutOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<Layout> {
  const old = fc.constantFrom<1 | 2>(1, 2);
  const recent = fc.constantFrom<3 | 4 | 5>(3, 4, 5);
  const dimensions = fc.array(u32, { minLength: 1, maxLength: 33 });
  const small = fc.integer({ min: 1, max: 2 });
  const version45 = fc.constantFrom<4 | 5>(4, 5);
  const compact = { class: fc.constant("compact" as const), data: someBytes(0, 50) };
  const contiguous = { class: fc.constant("contiguous" as const), address: optionalAddress(offsetSize) };
  return fc.oneof<fc.Arbitrary<Layout>[]>(
    fc.record({ version: old, ...compact, dimensions }),
    fc.record({ version: recent, ...compact, dimensions: fc.constant(null) }),
    fc.record({ version: old, ...contiguous, size: fc.constant(null), dimensions }),
    fc.record({ version: recent, ...contiguous, size: address(lengthSize), dimensions: fc.constant(null) }),
    fc.record({
      version: fc.constantFrom<1 | 2 | 3>(1, 2, 3),
      class: fc.constant("chunked" as const),
      address: optionalAddress(offsetSize),
      chunkShape: fc.array(small, { minLength: 1, maxLength: 31 }),
      elementSize: small,
    }),
    fc.record({
      version: version45,
      class: fc.constant("chunked" as const),
      address: optionalAddress(offsetSize),
      chunkShape: fc.array(small, { minLength: 1, maxLength: 31 }),
      elementSize: small,
      dimensionSize: fc.integer({ min: 1, max: 8 }),
      partialChunksUnfiltered: fc.boolean(),
      index: indexingOf(lengthSize),
    }),
    fc.record({
      version: version45,
      class: fc.constant("virtual" as const),
      mapping: fc.record({ collectionAddress: address(offsetSize), index: u32 }),
    }),
  );
}

function indexingOf(lengthSize: number): fc.Arbitrary<ChunkIndexing> {
  const u8 = fc.nat({ max: 0xff });
  const pageBits = fc.integer({ min: 1, max: 31 });
  return fc.oneof(
    fc.record({
      kind: fc.constant("single" as const),
      filtered: fc.option(fc.record({ storedSize: address(lengthSize), filterMask: u32 })),
    }),
    fc.record({ kind: fc.constant("implicit" as const) }),
    fc.record({ kind: fc.constant("fixed-array" as const), pageBits }),
    fc.record({
      kind: fc.constant("extensible-array" as const),
      maxBits: u8,
      indexBlockElements: u8,
      superBlockMinPointers: u8,
      dataBlockMinElements: u8,
      pageBits,
    }),
    fc.record({ kind: fc.constant("btree-v2" as const), nodeSize: u32, splitPercent: u8, mergePercent: u8 }),
  );
}

const pipeline: fc.Arbitrary<FilterPipeline> = fc.constantFrom<1 | 2>(1, 2).chain((version) => {
  const filter = fc
    .record({
      id: fc.oneof(fc.integer({ min: 1, max: 6 }), u16),
      name: fc.oneof(fc.constant(""), nameText),
      flags: fc.constantFrom(0, 1),
      clientData: fc.array(u32, { maxLength: 9 }),
    })
    .map((fields) => (version === 2 && fields.id < 256 ? { ...fields, name: "" } : fields));
  return fc.record({ version: fc.constant(version), filters: fc.array(filter, { minLength: 1, maxLength: 32 }) });
});

const phaseChange = fc.tuple(u16, u16).map(([a, b]) => ({ maxCompact: Math.max(a, b), minDense: Math.min(a, b) }));

/** Messages whose fields depend on the sizes of offsets and lengths. */
const sizedEntries = CONTEXTS.flatMap(([sizes, context]) => [
  entry({ name: `dataspace, ${sizes}`, codec: dataspaceMessage, context, arbitrary: dataspaceOf(context) }),
  entry({ name: `link-info, ${sizes}`, codec: linkInfoMessage, context, arbitrary: infoOf(fc.maxSafeNat(), context) }),
  entry({ name: `attribute-info, ${sizes}`, codec: attributeInfoMessage, context, arbitrary: infoOf(u16, context) }),
  entry({ name: `link, ${sizes}`, codec: linkMessage, context, arbitrary: linkOf(context) }),
  entry({ name: `data-layout, ${sizes}`, codec: layoutMessage, context, arbitrary: layoutOf(context) }),
  entry({
    name: `continuation, ${sizes}`,
    codec: continuationMessage,
    context,
    arbitrary: fc.record({ address: address(context.offsetSize), byteLength: address(2).map((n) => n + 1) }),
  }),
  entry({
    name: `symbol-table, ${sizes}`,
    codec: symbolTableMessage,
    context,
    arbitrary: fc.record({ btreeAddress: address(context.offsetSize), heapAddress: address(context.offsetSize) }),
  }),
]);

/** Header messages but datatypes, attributes and fill values. */
export const messageEntries: readonly RegistryEntry[] = [
  ...sizedEntries,
  entry({
    name: "group-info",
    codec: groupInfoMessage,
    arbitrary: fc.record({
      phaseChange: fc.option(phaseChange),
      estimate: fc.option(fc.record({ entryCount: u16, nameLength: u16 })),
    }),
  }),
  entry({ name: "filter-pipeline", codec: filterPipelineMessage, arbitrary: pipeline }),
  entry({ name: "comment", codec: commentMessage, samples: [{ text: "" }], arbitrary: fc.record({ text: nameText }) }),
  entry({ name: "modification-time", codec: modificationTimeMessage, arbitrary: fc.record({ seconds: u32 }) }),
  entry({
    name: "modification-time-old",
    codec: modificationTimeOldMessage,
    arbitrary: fc.record({ seconds: fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }) }),
  }),
  entry({
    name: "btree-k",
    codec: btreeKMessage,
    arbitrary: fc.record({ chunkK: k, groupInternalK: k, groupLeafK: k }),
  }),
  entry({
    name: "driver-info",
    codec: driverInfoMessage,
    arbitrary: fc.record({ id: fc.constantFrom("NCSAfami", "NCSAmult", "OTHER   "), data: someBytes(0, 60) }),
  }),
  entry({
    name: "reference-count",
    codec: referenceCountMessage,
    arbitrary: fc.record({ count: u32.map((n) => n || 1) }),
  }),
];
