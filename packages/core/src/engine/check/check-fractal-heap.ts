import {
  directBlockPrefixSize,
  type FractalHeap,
  fractalHeap,
  type IndirectBlock,
  indirectBlock,
  rowBlockSize,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import {
  type BlockPlace,
  childPlace,
  type DirectPlace,
  type OpenFractalHeap,
  readDirect,
  readIndirect,
  rootPlace,
} from "../heaps/fractal-heap-blocks.js";
import { checkHeapSpace } from "./check-heap-space.js";
import { checkHugeObjects } from "./check-huge-objects.js";
import type { CheckRun } from "./check-run.js";
import type { HeapUse } from "./heap-use.js";

/** Blocks that a heap may have nested in one another: each is at most half the one it is in. */
const MOST_LEVELS = 64;

/**
 * Checks a fractal heap: its blocks, the objects that IDs lead to, its huge objects, its free space, and the numbers of its
 * header. File Format Specification, section III.G.
 *
 * @param use what leads to objects of the heap; `null` when not all of it is known, so that nothing can be counted
 */
export function* checkFractalHeap(
  run: CheckRun,
  address: number,
  path: string | null,
  use: HeapUse | null,
): Task<void> {
  const { context } = run.state;
  const header = yield* run.look(path, (tx) => tx.node(fractalHeap, address));
  if (header === undefined || !run.claimOnce(fractalHeap.name, address, fractalHeap.sizeOf(header, context), path)) {
    return;
  }
  const heap = { address, header };
  const blocks: DirectPlace[] = [];
  const isWhole = header.rootAddress === null || (yield* checkBlock(run, heap, rootPlace(heap), path, blocks, 0));
  const tell = (problem: string): void => run.report("error", fractalHeap.name, address, path, problem);
  if (isWhole) {
    const allocated = blocks.reduce((sum, { size }) => sum + size, 0);
    // libhdf5 (to 2.0 at least) takes the first block off twice when a table of blocks becomes a single block again.
    const forgotten = allocated - header.allocatedSpace;
    if (forgotten < 0 || forgotten % header.startingBlockSize !== 0) {
      tell(`its direct blocks have ${allocated} bytes where it counts ${header.allocatedSpace}`);
    }
  }
  const hugeObjects = yield* checkHugeObjects(run, heap, path, use);
  if (use !== null) {
    checkCounts(header, use, hugeObjects, tell);
  }
  const prefix = directBlockPrefixSize(header, context);
  const inBlocks = use === null || !isWhole ? null : placeObjects(use, blocks, prefix, tell);
  yield* checkHeapSpace(run, heap, path, { blocks, prefix, objects: inBlocks });
}

/** A block and all below it; false when some of them cannot be read. */
function* checkBlock(
  run: CheckRun,
  heap: OpenFractalHeap,
  place: BlockPlace,
  path: string | null,
  blocks: DirectPlace[],
  depth: number,
): Task<boolean> {
  if (place.kind === "direct") {
    const kind = "fractal-heap-direct-block";
    if (!run.claimOnce(kind, place.address, place.storedSize ?? place.size, path)) {
      return false;
    }
    blocks.push(place);
    return (yield* run.look(path, (tx) => readDirect(tx, heap, place) && true)) ?? false;
  }
  const block = yield* run.look(path, (tx) => readIndirect(tx, heap, place));
  if (block === undefined || depth === MOST_LEVELS) {
    return false;
  }
  const codec = indirectBlock(heap.header, place.rowCount);
  if (!run.claimOnce(codec.name, place.address, codec.prefixSize(run.state.context), path)) {
    return false;
  }
  let isWhole = true;
  for (const offset of childOffsets(heap.header, block)) {
    const child = yield* run.look(path, () => childPlace(heap, place, block, place.start + offset));
    isWhole = child !== undefined && (yield* checkBlock(run, heap, child, path, blocks, depth + 1)) && isWhole;
  }
  return isWhole;
}

/** Offsets of the children that an indirect block has, from its own. Section III.G. */
function childOffsets(header: FractalHeap, { entries }: IndirectBlock): number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const [i, { address }] of entries.entries()) {
    if (address !== null) {
      offsets.push(at);
    }
    at += rowBlockSize(header, Math.floor(i / header.tableWidth));
  }
  return offsets;
}

function checkCounts(
  header: FractalHeap,
  use: HeapUse,
  huge: { readonly count: number; readonly size: number } | null,
  tell: (problem: string) => void,
): void {
  const facts: [string, number, number][] = [
    ["managed objects", header.managedCount, use.managed.length],
    ["tiny objects", header.tinyCount, use.tinyCount],
    ["bytes of tiny objects", header.tinySize, use.tinySize],
  ];
  if (huge !== null) {
    facts.push(["huge objects", header.hugeCount, huge.count], ["bytes of huge objects", header.hugeSize, huge.size]);
  }
  for (const [what, counted, found] of facts) {
    if (counted !== found) {
      tell(`it counts ${counted} ${what}, and IDs lead to ${found}`);
    }
  }
}

/** Puts the objects in order, and says which of them do not stand in a block or stand in one another. */
function placeObjects(
  use: HeapUse,
  blocks: readonly DirectPlace[],
  prefix: number,
  tell: (problem: string) => void,
): HeapUse["managed"] {
  const objects = use.managed.toSorted((a, b) => a.offset - b.offset);
  const inOrder = blocks.toSorted((a, b) => a.start - b.start);
  let at = 0;
  let reached = 0;
  for (const { offset, length } of objects) {
    while (at < inOrder.length && offset >= (inOrder[at] as DirectPlace).start + (inOrder[at] as DirectPlace).size) {
      at++;
    }
    const block = inOrder[at];
    if (block === undefined || offset < block.start + prefix || offset + length > block.start + block.size) {
      tell(`the object of ${length} bytes at offset ${offset} does not stand in a block`);
    } else if (offset < reached) {
      tell(`the object of ${length} bytes at offset ${offset} stands in the one before it`);
    }
    reached = Math.max(reached, offset + length);
  }
  return objects;
}
