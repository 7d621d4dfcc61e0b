import fc from "fast-check";
import type { FormatContext } from "../../src/context.js";
import { type GlobalHeap, globalHeap, globalHeapHeaderSize, globalHeapObjectSize } from "../../src/global-heap.js";
import { globalHeapId } from "../../src/global-heap-id.js";
import { localHeap, localHeapFreeBlock } from "../../src/local-heap.js";
import { address, CONTEXTS, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

/** A position in a data segment; 1 says "none" and no block can start there. */
function position(size: number): fc.Arbitrary<number> {
  return address(Math.min(size - 1, 5)).map((at) => at * 8);
}

/** A collection that leaves some room after its objects, from none on. */
function collectionOf(context: FormatContext): fc.Arbitrary<GlobalHeap> {
  const objects = fc.uniqueArray(
    fc.record({
      index: fc.integer({ min: 1, max: 65_535 }),
      referenceCount: fc.nat({ max: 65_535 }),
      data: someBytes(0, 300),
    }),
    { selector: (object) => object.index, maxLength: 20 },
  );
  return fc.tuple(objects, fc.nat({ max: 10 })).map(([found, spare]) => {
    const used = found.reduce((sum, { data }) => sum + globalHeapObjectSize(data.length, context), 0);
    return { byteLength: Math.max(4096, globalHeapHeaderSize(context) + used + 8 * spare), objects: found };
  });
}

/** The heaps of names and of variable-length data. */
export const heapEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({
    name: `local-heap, ${sizes}`,
    codec: localHeap,
    context,
    arbitrary: fc
      .tuple(address(Math.min(context.lengthSize - 1, 5)), address(context.offsetSize), fc.boolean())
      .map(([at, dataAddress, full]) => ({
        dataSize: at + 8,
        freeListHead: full || at === 1 ? null : at,
        dataAddress,
      })),
  }),
  entry({
    name: `local-heap-free-block, ${sizes}`,
    codec: localHeapFreeBlock,
    context,
    arbitrary: fc.record({
      next: fc.option(position(context.lengthSize)),
      size: address(context.lengthSize),
    }),
  }),
  entry({ name: `global-heap, ${sizes}`, codec: globalHeap, context, arbitrary: collectionOf(context) }),
  entry({
    name: `global-heap-id, ${sizes}`,
    codec: globalHeapId,
    context,
    arbitrary: fc.record({ collectionAddress: address(context.offsetSize), index: fc.nat({ max: 0xffffffff }) }),
  }),
]);
