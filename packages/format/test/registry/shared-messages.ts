import fc from "fast-check";
import type { SharedMessageRecord } from "../../src/btree-v2-records/shared-message-records.js";
import type { FormatContext } from "../../src/context.js";
import { sharedMessageTableMessage } from "../../src/messages/shared-message-table.js";
import { type SharedMessageList, sharedMessageList } from "../../src/shared-message-list.js";
import { type SharedMessageIndex, sharedMessageTable } from "../../src/shared-message-table.js";
import { address, CONTEXTS, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const COUNT = 3;
const CAPACITY = 5;
const hash = fc.nat({ max: 0xffffffff });

function indexOf({ offsetSize }: FormatContext): fc.Arbitrary<SharedMessageIndex> {
  return fc.record({
    kind: fc.constantFrom<SharedMessageIndex["kind"]>("list", "btree"),
    messageTypes: fc.nat({ max: 0xffff }),
    minimumSize: fc.nat(),
    listCutoff: fc.nat({ max: 0xffff }),
    btreeCutoff: fc.nat({ max: 0xffff }),
    messageCount: fc.nat({ max: 0xffff }),
    indexAddress: optionalAddress(offsetSize),
    heapAddress: optionalAddress(offsetSize),
  });
}

function recordOf({ offsetSize }: FormatContext): fc.Arbitrary<SharedMessageRecord> {
  return fc.oneof(
    fc.record({
      location: fc.constant("heap" as const),
      hash,
      referenceCount: fc.nat(),
      heapId: someBytes(8, 8),
    }),
    fc.record({
      location: fc.constant("object-header" as const),
      hash,
      messageType: fc.nat({ max: 255 }),
      messageIndex: fc.nat({ max: 0xffff }),
      headerAddress: address(offsetSize),
    }),
  );
}

function listOf(context: FormatContext): fc.Arbitrary<SharedMessageList> {
  return fc.record({ records: fc.array(recordOf(context), { minLength: COUNT, maxLength: COUNT }) });
}

/** The table of shared messages, the message that leads to it, and lists of messages. */
export const sharedMessageEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({
    name: `shared-message-table-message, ${sizes}`,
    codec: sharedMessageTableMessage,
    context,
    arbitrary: fc.record({ tableAddress: address(context.offsetSize), indexCount: fc.integer({ min: 1, max: 8 }) }),
  }),
  entry({
    name: `shared-message-table, ${sizes}`,
    codec: sharedMessageTable(COUNT),
    context,
    arbitrary: fc.record({ indexes: fc.array(indexOf(context), { minLength: COUNT, maxLength: COUNT }) }),
    checksummed: true,
  }),
  entry({
    name: `shared-message-list, full, ${sizes}`,
    codec: sharedMessageList(COUNT, COUNT),
    context,
    arbitrary: listOf(context),
    checksummed: true,
  }),
  entry({
    name: `shared-message-list with room, ${sizes}`,
    codec: sharedMessageList(COUNT, CAPACITY),
    context,
    arbitrary: listOf(context),
  }),
]);
