import fc from "fast-check";
import type { FieldSize } from "../../src/context.js";
import { type ContinuationChunk, continuationChunk } from "../../src/continuation-chunk.js";
import { driverInfoBlock } from "../../src/driver-info-block.js";
import { type HeaderMessage, messagesSize } from "../../src/header-message.js";
import { objectHeader } from "../../src/object-header.js";
import type { ObjectHeaderV1 } from "../../src/object-header-v1.js";
import { HEADER_FLAGS, type ObjectHeaderV2 } from "../../src/object-header-v2.js";
import { type SharedMessage, sharedMessage } from "../../src/shared-message.js";
import { superblock } from "../../src/superblock.js";
import type { Superblock } from "../../src/superblock-fields.js";
import { address, CONTEXTS, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const u16 = fc.nat({ max: 0xffff });
const u32 = fc.nat({ max: 0xffff_ffff });
const k = fc.integer({ min: 1, max: 0xffff });
const fieldSize = fc.constantFrom<FieldSize>(2, 4, 8);

function superblockOf(
  version: Superblock["version"],
  offsetSize: FieldSize,
  lengthSize: FieldSize,
): fc.Arbitrary<Superblock> {
  const isOld = version < 2;
  const rootAddress = optionalAddress(offsetSize);
  return fc
    .record({
      groupLeafK: isOld ? k : fc.constant(4),
      groupInternalK: isOld ? k : fc.constant(16),
      chunkK: version === 1 ? k : fc.constant(32),
      flags: fc.nat({ max: 7 }),
      baseAddress: address(offsetSize),
      extensionAddress: optionalAddress(offsetSize),
      endOfFile: address(offsetSize),
      driverInfoAddress: isOld ? optionalAddress(offsetSize) : fc.constant(null),
      rootAddress,
      nameOffset: address(lengthSize),
    })
    .map(({ nameOffset, ...fields }) => ({
      version,
      offsetSize,
      lengthSize,
      ...fields,
      rootEntry: isOld ? { nameOffset, headerAddress: fields.rootAddress, cache: { type: "none" } as const } : null,
    }));
}

const anySuperblock = (versions: readonly Superblock["version"][]): fc.Arbitrary<Superblock> =>
  fc
    .tuple(fc.constantFrom(...versions), fieldSize, fieldSize)
    .chain(([version, offsetSize, lengthSize]) => superblockOf(version, offsetSize, lengthSize));

/** Messages of any type and with any data: a header does not look into them. */
function messagesOf(version: 1 | 2, tracked: boolean, hasGap: boolean): fc.Arbitrary<readonly HeaderMessage[]> {
  const type = fc.nat({ max: version === 1 ? 0xffff : 0xff }).filter((id) => !hasGap || id !== 0);
  const data = someBytes(0, 40).map((bytes) => (version === 1 ? bytes.slice(0, bytes.length & ~7) : bytes));
  const creationOrder = tracked ? u16 : fc.constant(null);
  const plain = fc.record({
    type,
    flags: fc.constantFrom(0, 0x01, 0x04, 0x40, 0x80, 0x10, 0x30, 0x55),
    creationOrder,
    data,
  });
  const shared = fc.record({
    type: fc.constantFrom(1, 3, 4, 5, 11, 12, 200),
    flags: fc.constantFrom(2, 3, 0x42),
    creationOrder,
    data,
  });
  return fc.array(fc.oneof(plain, shared), { maxLength: 6 });
}

const headerV1: fc.Arbitrary<ObjectHeaderV1> = fc
  .record({ messageCount: u16, referenceCount: u32, messages: messagesOf(1, false, false) })
  .map((fields) => ({ version: 1, ...fields, chunkSize: messagesSize(fields.messages, 1, false) }));

const phaseChange = fc.tuple(u16, u16).map(([a, b]) => ({ maxCompact: Math.max(a, b), minDense: Math.min(a, b) }));
const times = fc.record({ access: u32, modification: u32, change: u32, birth: u32 });

const headerV2: fc.Arbitrary<ObjectHeaderV2> = fc
  .record({
    order: fc.constantFrom(0, 0x04, 0x0c),
    times: fc.option(times),
    gap: fc.nat({ max: 5 }),
    width: fc.nat({ max: 3 }),
  })
  .chain(({ order, times: stored, gap, width }) => {
    const tracked = order !== 0;
    const room = Math.min(gap, tracked ? 5 : 3);
    return fc
      .record({ messages: messagesOf(2, tracked, room > 0), attributePhaseChange: fc.option(phaseChange) })
      .map((fields) => {
        const chunkSize = messagesSize(fields.messages, 2, tracked) + room;
        const flags =
          order |
          (stored === null ? 0 : HEADER_FLAGS.timesStored) |
          (fields.attributePhaseChange === null ? 0 : HEADER_FLAGS.phaseChangeStored) |
          (chunkSize > 0xff ? Math.max(width, 1) : width);
        return { version: 2, flags, times: stored, ...fields, chunkSize };
      });
  });

/** A codec of a continuation chunk knows its length, so each sample has one of its own. */
function continuationEntries(version: 1 | 2, tracked: boolean): readonly RegistryEntry[] {
  const creationOrder = tracked ? 7 : null;
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const one: HeaderMessage = { type: 12, flags: 0, creationOrder, data };
  const two: HeaderMessage = { type: 0, flags: 0, creationOrder, data: new Uint8Array(24) };
  const overhead = version === 1 ? 0 : 8;
  return [[one], [one, two], [one, one, one]].map((messages) => {
    const byteLength = messagesSize(messages, version, tracked) + overhead;
    const sample: ContinuationChunk = { version, messages, byteLength };
    const codec = continuationChunk(version, byteLength, tracked);
    const name = `continuation-chunk, version ${version}${tracked ? ", tracked" : ""}, ${messages.length} messages`;
    return entry({ name, codec, samples: [sample], checksummed: version === 2 });
  });
}

/** Superblocks, object headers and what stands around messages. */
export const headerEntries: readonly RegistryEntry[] = [
  entry({ name: "superblock, versions 0 and 1", codec: superblock, arbitrary: anySuperblock([0, 1]) }),
  entry({
    name: "superblock, versions 2 and 3",
    codec: superblock,
    arbitrary: anySuperblock([2, 3]),
    checksummed: true,
  }),
  entry({ name: "object-header, version 1", codec: objectHeader, arbitrary: headerV1 }),
  entry({ name: "object-header, version 2", codec: objectHeader, arbitrary: headerV2, checksummed: true }),
  ...continuationEntries(1, false),
  ...continuationEntries(2, false),
  ...continuationEntries(2, true),
  entry({
    name: "driver-info-block",
    codec: driverInfoBlock,
    arbitrary: fc.record({ id: fc.constantFrom("NCSAfami", "NCSAmult", "OTHER   "), data: someBytes(0, 60) }),
  }),
  ...CONTEXTS.map(([sizes, context]) =>
    entry({
      name: `shared-message, ${sizes}`,
      codec: sharedMessage,
      context,
      arbitrary: fc.oneof<fc.Arbitrary<SharedMessage>[]>(
        fc.record({
          version: fc.constantFrom<2 | 3>(2, 3),
          kind: fc.constant("committed" as const),
          address: address(context.offsetSize),
        }),
        fc.record({
          version: fc.constant(1 as const),
          kind: fc.constant("committed" as const),
          address: address(context.offsetSize),
          unused: someBytes(6 + context.lengthSize, 6 + context.lengthSize),
        }),
        fc.record({ version: fc.constant(3 as const), kind: fc.constant("heap" as const), heapId: someBytes(8, 8) }),
      ),
    }),
  ),
];
