import fc from "fast-check";
import type { BtreeNode } from "../../src/btree-v1.js";
import { type ChunkKey, chunkNode } from "../../src/chunk-node.js";
import type { FormatContext } from "../../src/context.js";
import { groupNode } from "../../src/group-node.js";
import { symbolNode } from "../../src/symbol-node.js";
import { type SymbolTableCache, type SymbolTableEntry, symbolTableEntry } from "../../src/symbol-table-entry.js";
import { address, CONTEXTS, optionalAddress } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

function cacheOf({ offsetSize }: FormatContext): fc.Arbitrary<SymbolTableCache> {
  return fc.oneof(
    fc.constant<SymbolTableCache>({ type: "none" }),
    fc.record({
      type: fc.constant("group" as const),
      btreeAddress: address(offsetSize),
      heapAddress: address(offsetSize),
    }),
    fc.record({ type: fc.constant("soft-link" as const), targetOffset: address(4) }),
  );
}

function entryOf(context: FormatContext): fc.Arbitrary<SymbolTableEntry> {
  return fc.record({
    nameOffset: address(context.lengthSize),
    headerAddress: optionalAddress(context.offsetSize),
    cache: cacheOf(context),
  });
}

function nodeOf<Key>(key: fc.Arbitrary<Key>, k: number, { offsetSize }: FormatContext): fc.Arbitrary<BtreeNode<Key>> {
  return fc.nat({ max: 2 * k }).chain((count) => {
    const keyCount = count === 0 ? 0 : count + 1;
    return fc.record({
      level: fc.nat({ max: 255 }),
      leftSibling: optionalAddress(offsetSize),
      rightSibling: optionalAddress(offsetSize),
      keys: fc.array(key, { minLength: keyCount, maxLength: keyCount }),
      children: fc.array(address(offsetSize), { minLength: count, maxLength: count }),
    });
  });
}

function chunkKeyOf(rank: number): fc.Arbitrary<ChunkKey> {
  return fc.record({
    storedSize: address(4),
    filterMask: fc.nat({ max: 0xffffffff }),
    offset: fc.array(fc.maxSafeNat(), { minLength: rank, maxLength: rank }),
    tail: fc.maxSafeNat(),
  });
}

/** Symbol tables and version 1 B-trees, in files of several field sizes. */
export const groupEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({ name: `symbol-table-entry, ${sizes}`, codec: symbolTableEntry, context, arbitrary: entryOf(context) }),
  entry({
    name: `symbol-node, ${sizes}`,
    codec: symbolNode,
    context,
    arbitrary: fc.record({ entries: fc.array(entryOf(context), { maxLength: 2 * context.groupLeafK }) }),
  }),
  entry({
    name: `group-node, ${sizes}`,
    codec: groupNode,
    context,
    arbitrary: nodeOf(address(context.lengthSize), context.groupInternalK, context),
  }),
  ...[1, 3].map((rank) =>
    entry({
      name: `chunk-node of rank ${rank}, ${sizes}`,
      codec: chunkNode(rank),
      context,
      arbitrary: nodeOf(chunkKeyOf(rank), context.chunkK, context),
    }),
  ),
]);
