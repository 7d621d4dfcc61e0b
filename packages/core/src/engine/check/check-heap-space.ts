import { fractalHeap } from "@hdfive/format";
import type { Task } from "../../task.js";
import type { DirectPlace, OpenFractalHeap } from "../heaps/fractal-heap-blocks.js";
import { checkFreeSpace } from "./check-free-space.js";
import type { CheckRun } from "./check-run.js";

/** What stands in the blocks of a fractal heap. */
export interface HeapContents {
  readonly blocks: readonly DirectPlace[];
  /** Bytes of a block before its objects. */
  readonly prefix: number;
  /** Its objects in the order of their offsets; `null` when not all are known. */
  readonly objects: readonly { readonly offset: number; readonly length: number }[] | null;
}

/** Checks what a fractal heap says is free in its blocks. File Format Specification, sections III.G and III.H. */
export function* checkHeapSpace(
  run: CheckRun,
  { address, header }: OpenFractalHeap,
  path: string | null,
  { blocks, prefix, objects }: HeapContents,
): Task<void> {
  const { freeSpaceAddress, managedFreeSpace } = header;
  if (freeSpaceAddress === null) {
    // A heap may do without a manager; what is free is then never used again.
    return;
  }
  const manager = yield* checkFreeSpace(run, freeSpaceAddress, "fractal-heap", path);
  if (manager === null) {
    return;
  }
  const tell = (problem: string): void => run.report("error", fractalHeap.name, address, path, problem);
  // The header counts blocks that are not allocated too, as far as they are managed; the manager does not.
  const isExact = header.allocatedSpace === header.managedSpace;
  const { totalSpace } = manager.header;
  if (isExact ? totalSpace !== managedFreeSpace : totalSpace > managedFreeSpace) {
    tell(`it counts ${managedFreeSpace} free bytes and its manager ${totalSpace}`);
  }
  const inOrder = blocks.toSorted((a, b) => a.start - b.start);
  let block = 0;
  let object = 0;
  const known = objects ?? [];
  for (const { offset, size, blocks: unallocated } of manager.sections) {
    if (unallocated !== null) {
      continue;
    }
    while (block < inOrder.length && offset >= endOf(inOrder[block] as DirectPlace)) {
      block++;
    }
    const around = inOrder[block];
    if (around === undefined || offset < around.start + prefix || offset + size > endOf(around)) {
      tell(`the ${size} free bytes at offset ${offset} are not in a block`);
    }
    for (; object < known.length; object++) {
      const { offset: at, length } = known[object] as (typeof known)[number];
      if (at + length > offset) {
        if (at < offset + size) {
          tell(`the ${size} free bytes at offset ${offset} hold an object at offset ${at}`);
        }
        break;
      }
    }
  }
}

function endOf({ start, size }: DirectPlace): number {
  return start + size;
}
