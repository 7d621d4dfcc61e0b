import fc from "fast-check";
import { DEFAULT_CONTEXT, type FormatContext } from "../../src/context.js";
import { directRowCount, heapOffsetSize } from "../../src/doubling-table.js";
import { type FractalHeap, type FractalHeapFilters, fractalHeap } from "../../src/fractal-heap.js";
import { directBlock, type IndirectBlock, indirectBlock } from "../../src/fractal-heap-block.js";
import { type FractalHeapId, fractalHeapId, hugeIdsAreDirect } from "../../src/fractal-heap-id.js";
import { address, CONTEXTS, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

/** The heap of a dense group as libhdf5 makes it. */
export const LINK_HEAP: FractalHeap = {
  idLength: 7,
  hugeIdsWrapped: false,
  checksumDirectBlocks: true,
  maxManagedSize: 4096,
  nextHugeId: 0,
  hugeIndexAddress: null,
  managedFreeSpace: 100,
  freeSpaceAddress: null,
  managedSpace: 512,
  allocatedSpace: 512,
  iteratorOffset: 0,
  managedCount: 3,
  hugeSize: 0,
  hugeCount: 0,
  tinySize: 0,
  tinyCount: 0,
  tableWidth: 4,
  startingBlockSize: 512,
  maxDirectBlockSize: 65_536,
  maxHeapBits: 32,
  startRootRows: 1,
  rootAddress: 700,
  rootRows: 0,
  filters: null,
};

const FILTERS: FractalHeapFilters = {
  rootStoredSize: 77,
  rootFilterMask: 2,
  pipeline: {
    version: 2,
    filters: [
      { id: 2, name: "", flags: 1, clientData: [1] },
      { id: 1, name: "", flags: 1, clientData: [6] },
    ],
  },
};

/** Heaps whose blocks and IDs differ in every way the header can ask for. */
const SHAPES: readonly (readonly [string, FractalHeap])[] = [
  ["of links", LINK_HEAP],
  ["of attributes", { ...LINK_HEAP, idLength: 8, startingBlockSize: 1024, maxHeapBits: 40 }],
  ["without checksums", { ...LINK_HEAP, checksumDirectBlocks: false, tableWidth: 2, maxDirectBlockSize: 1024 }],
  ["with filters", { ...LINK_HEAP, filters: FILTERS, startingBlockSize: 128, maxDirectBlockSize: 256 }],
  ["with long IDs", { ...LINK_HEAP, idLength: 30 }],
  ["with long IDs and filters", { ...LINK_HEAP, idLength: 40, filters: FILTERS }],
  ["with the longest short IDs", { ...LINK_HEAP, idLength: 18, maxManagedSize: 200 }],
];

function headersOf(context: FormatContext): fc.Arbitrary<FractalHeap> {
  const { offsetSize, lengthSize } = context;
  const length = address(Math.min(lengthSize, 6));
  return fc
    .record({
      shape: fc.constantFrom(...SHAPES),
      hugeIdsWrapped: fc.boolean(),
      nextHugeId: length,
      hugeIndexAddress: optionalAddress(offsetSize),
      freeSpaceAddress: optionalAddress(offsetSize),
      managedSpace: length,
      iteratorOffset: length,
      tinyCount: length,
      rootAddress: optionalAddress(offsetSize),
      rootRows: fc.nat({ max: 20 }),
    })
    .map(({ shape: [, heap], ...fields }) => ({ ...heap, ...fields }));
}

function indirectOf(heap: FractalHeap, rows: number, { offsetSize }: FormatContext): fc.Arbitrary<IndirectBlock> {
  const direct = directRowCount(heap) * heap.tableWidth;
  const child = fc.record({
    address: optionalAddress(offsetSize),
    storedSize: fc.nat({ max: 60_000 }),
    filterMask: fc.nat(),
  });
  const count = rows * heap.tableWidth;
  return fc.record({
    heapAddress: address(offsetSize),
    blockOffset: address(Math.min(heapOffsetSize(heap), 6)),
    entries: fc
      .array(child, { minLength: count, maxLength: count })
      .map((entries) =>
        entries.map((one, i) =>
          heap.filters !== null && i < direct ? one : { ...one, storedSize: null, filterMask: 0 },
        ),
      ),
  });
}

function idsOf(heap: FractalHeap, context: FormatContext): fc.Arbitrary<FractalHeapId> {
  const most = heap.idLength > 18 ? heap.idLength - 2 : Math.min(16, heap.idLength - 1);
  const storedSize = address(context.lengthSize);
  const huge: fc.Arbitrary<FractalHeapId> = hugeIdsAreDirect(heap, context)
    ? fc
        .record({
          type: fc.constant("huge-direct" as const),
          address: address(context.offsetSize),
          storedSize,
          filterMask: fc.nat(),
          length: storedSize,
        })
        .map((id) => (heap.filters === null ? { ...id, filterMask: 0, length: id.storedSize } : id))
    : fc.record({ type: fc.constant("huge" as const), number: address(Math.min(heap.idLength - 1, 6)) });
  return fc.oneof(
    fc.record({ type: fc.constant("managed" as const), offset: address(heapOffsetSize(heap)), length: fc.nat(255) }),
    huge,
    fc.record({ type: fc.constant("tiny" as const), data: someBytes(1, most) }),
  );
}

/** The header, blocks and IDs of fractal heaps. */
export const fractalHeapEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({
    name: `fractal-heap, ${sizes}`,
    codec: fractalHeap,
    context,
    arbitrary: headersOf(context),
    checksummed: true,
  }),
  // Every shape with the default sizes; with others the two that differ most.
  ...SHAPES.filter(([, { filters }], i) => context === DEFAULT_CONTEXT || i === 0 || filters !== null).flatMap(
    ([what, heap]) => [
      entry({
        name: `fractal-heap-direct-block ${what}, ${sizes}`,
        codec: directBlock(heap, 128),
        context,
        arbitrary: fc.record({
          heapAddress: address(context.offsetSize),
          blockOffset: address(Math.min(heapOffsetSize(heap), 6)),
          data: someBytes(128, 128).map((bytes) =>
            bytes.slice(5 + context.offsetSize + heapOffsetSize(heap) + (heap.checksumDirectBlocks ? 4 : 0)),
          ),
        }),
        checksummed: heap.checksumDirectBlocks,
      }),
      entry({
        name: `fractal-heap-indirect-block ${what}, ${sizes}`,
        codec: indirectBlock(heap, 4),
        context,
        arbitrary: indirectOf(heap, 4, context),
        checksummed: true,
      }),
      entry({
        name: `fractal-heap-id ${what}, ${sizes}`,
        codec: fractalHeapId(heap),
        context,
        arbitrary: idsOf(heap, context),
      }),
    ],
  ),
]);
