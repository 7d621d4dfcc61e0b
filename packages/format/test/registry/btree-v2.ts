import fc from "fast-check";
import { type BtreeV2Geometry, btreeV2Geometry } from "../../src/btree-v2-geometry.js";
import { btreeV2Header } from "../../src/btree-v2-header.js";
import { type BtreeV2Node, btreeV2Node } from "../../src/btree-v2-node.js";
import type { BtreeV2Records } from "../../src/btree-v2-record.js";
import { attributeNameRecords, attributeOrderRecords } from "../../src/btree-v2-records/attribute-records.js";
import { chunkRecords, filteredChunkRecords } from "../../src/btree-v2-records/chunk-records.js";
import {
  directHugeObjectRecords,
  filteredDirectHugeObjectRecords,
  filteredHugeObjectRecords,
  hugeObjectRecords,
} from "../../src/btree-v2-records/huge-object-records.js";
import { linkNameRecords, linkOrderRecords } from "../../src/btree-v2-records/link-records.js";
import { type SharedMessageRecord, sharedMessageRecords } from "../../src/btree-v2-records/shared-message-records.js";
import type { FormatContext } from "../../src/context.js";
import { address, CONTEXTS, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const u8 = fc.nat({ max: 0xff });
const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffff_ffff });
const percent = fc.integer({ min: 1, max: 100 });

const messageRecord = ({ offsetSize }: FormatContext): fc.Arbitrary<SharedMessageRecord> =>
  fc.oneof(
    fc.record({
      location: fc.constant("heap" as const),
      hash: u32,
      referenceCount: u32,
      heapId: someBytes(8, 8),
    }),
    fc.record({
      location: fc.constant("object-header" as const),
      hash: u32,
      messageType: u8,
      messageIndex: u16,
      headerAddress: address(offsetSize),
    }),
  );

/** A kind of record under the laws. */
function recordEntry<R>(
  sizes: string,
  context: FormatContext,
  records: BtreeV2Records<R>,
  arbitrary: fc.Arbitrary<R>,
): RegistryEntry {
  return entry({ name: `${records.name}, ${sizes}`, codec: records, context, arbitrary });
}

/** As `recordEntry`, with leaves of four and internal nodes of three records. */
function treeEntries<R>(
  sizes: string,
  context: FormatContext,
  records: BtreeV2Records<R>,
  arbitrary: fc.Arbitrary<R>,
): RegistryEntry[] {
  const recordSize = records.recordSize(context);
  const geometry = btreeV2Geometry({ nodeSize: 200 + 6 * recordSize, recordSize, depth: 2 }, context);
  return [
    recordEntry(sizes, context, records, arbitrary),
    ...[0, 1, 2].map((level) => nodeEntry({ sizes, context, records, arbitrary, geometry, level })),
  ];
}

function nodeEntry<R>(of: {
  readonly sizes: string;
  readonly context: FormatContext;
  readonly records: BtreeV2Records<R>;
  readonly arbitrary: fc.Arbitrary<R>;
  readonly geometry: BtreeV2Geometry;
  readonly level: number;
}): RegistryEntry {
  const { sizes, context, records, arbitrary, geometry, level } = of;
  const recordCount = level === 0 ? 4 : 3;
  const childCount = level === 0 ? 0 : recordCount + 1;
  const count = fc.nat({ max: 256 ** geometry.countSize - 1 });
  const total = fc.nat({ max: 256 ** (geometry.levels[level]?.totalSize ?? 0) - 1 });
  const child = fc
    .record({ address: address(context.offsetSize), recordCount: count, totalRecordCount: total })
    .map((fields) => (level > 1 ? fields : { ...fields, totalRecordCount: fields.recordCount }));
  const node: fc.Arbitrary<BtreeV2Node<R>> = fc.record({
    level: fc.constant(level),
    recordSize: fc.constant(geometry.recordSize),
    records: fc.array(arbitrary, { minLength: recordCount, maxLength: recordCount }),
    children: fc.array(child, { minLength: childCount, maxLength: childCount }),
  });
  const codec = btreeV2Node(records, geometry, { level, recordCount });
  return entry({ name: `${codec.name} at level ${level}, ${sizes}`, codec, context, arbitrary: node });
}

function entriesOf(sizes: string, context: FormatContext): RegistryEntry[] {
  const place = { address: address(context.offsetSize), length: address(context.lengthSize) };
  const filtered = { ...place, filterMask: u32, memoryLength: address(context.lengthSize) };
  const id = { id: address(context.lengthSize) };
  const order = { heapId: someBytes(8, 8), messageFlags: u8, creationOrder: u32 };
  const chunk = (rank: number) => ({
    address: address(context.offsetSize),
    scaled: fc.array(fc.maxSafeNat(), { minLength: rank, maxLength: rank }),
  });
  return [
    recordEntry(sizes, context, hugeObjectRecords, fc.record({ ...place, ...id })),
    recordEntry(sizes, context, filteredHugeObjectRecords, fc.record({ ...filtered, ...id })),
    recordEntry(sizes, context, directHugeObjectRecords, fc.record(place)),
    recordEntry(sizes, context, filteredDirectHugeObjectRecords, fc.record(filtered)),
    recordEntry(sizes, context, linkNameRecords, fc.record({ hash: u32, heapId: someBytes(7, 7) })),
    recordEntry(
      sizes,
      context,
      linkOrderRecords,
      fc.record({ creationOrder: fc.maxSafeNat(), heapId: someBytes(7, 7) }),
    ),
    ...treeEntries(sizes, context, sharedMessageRecords, messageRecord(context)),
    recordEntry(sizes, context, attributeNameRecords, fc.record({ ...order, hash: u32 })),
    recordEntry(sizes, context, attributeOrderRecords, fc.record(order)),
    recordEntry(sizes, context, chunkRecords(2), fc.record(chunk(2))),
    ...treeEntries(
      sizes,
      context,
      filteredChunkRecords(3, 3),
      fc.record({ ...chunk(3), storedSize: fc.nat({ max: 0xffffff }), filterMask: u32 }),
    ),
  ];
}

/** Version 2 B-trees and the records of every kind, in files of several field sizes. */
export const btreeV2Entries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({
    name: `btree-v2-header, ${sizes}`,
    codec: btreeV2Header,
    context,
    checksummed: true,
    arbitrary: fc.record({
      type: u8,
      nodeSize: u32,
      recordSize: u16,
      depth: u16,
      splitPercent: percent,
      mergePercent: percent,
      rootAddress: optionalAddress(context.offsetSize),
      rootRecordCount: u16,
      totalRecordCount: address(context.lengthSize),
    }),
  }),
  ...entriesOf(sizes, context),
]);
