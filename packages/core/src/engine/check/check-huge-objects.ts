import { filteredHugeObjectRecords, fractalHeap, hugeObjectRecords } from "@hdfive/format";
import type { Task } from "../../task.js";
import type { OpenFractalHeap } from "../heaps/fractal-heap-blocks.js";
import { checkBtreeV2 } from "./check-btree-v2.js";
import type { CheckRun } from "./check-run.js";
import type { HeapUse } from "./heap-use.js";

const KIND = "fractal-heap-huge-object";

interface Placed {
  readonly id: number;
  readonly address: number;
  readonly length: number;
  /** Bytes without filters, which the header counts. */
  readonly memoryLength?: number;
}

/**
 * Checks the huge objects of a fractal heap and the B-tree that finds them. File Format Specification, section III.G.
 *
 * @returns how many there are and their bytes; `null` when not all of them could be reached
 */
export function* checkHugeObjects(
  run: CheckRun,
  { address, header }: OpenFractalHeap,
  path: string | null,
  use: HeapUse | null,
): Task<{ readonly count: number; readonly size: number } | null> {
  for (const { address: at, storedSize } of use?.hugeDirect ?? []) {
    run.claim(KIND, at, storedSize, path);
  }
  const { hugeIndexAddress } = header;
  const direct = use?.hugeDirect ?? [];
  if (hugeIndexAddress === null || direct.length > 0) {
    if (use !== null && use.huge.size > 0) {
      run.report("error", fractalHeap.name, address, path, "IDs lead to huge objects, and it has no B-tree of them");
    }
    return { count: direct.length, size: direct.reduce((sum, { length }) => sum + length, 0) };
  }
  let size = 0;
  const found = new Set<number>();
  const check = {
    path,
    allowsEqual: false,
    compare: (a: Placed, b: Placed) => a.id - b.id,
    take(records: readonly Placed[]): null {
      for (const { id, address: at, length, memoryLength } of records) {
        run.claim(KIND, at, length, path);
        size += memoryLength ?? length;
        found.add(id);
        if (use !== null && !use.huge.has(id)) {
          run.report("error", hugeObjectRecords.name, at, path, `nothing leads to huge object ${id}`);
        }
      }
      return null;
    },
  };
  const count =
    header.filters === null
      ? yield* checkBtreeV2(run, { address: hugeIndexAddress, records: hugeObjectRecords }, check)
      : yield* checkBtreeV2(run, { address: hugeIndexAddress, records: filteredHugeObjectRecords }, check);
  for (const id of count === null ? [] : (use?.huge ?? [])) {
    if (!found.has(id)) {
      run.report("error", fractalHeap.name, address, path, `its B-tree has no huge object ${id}`);
    }
  }
  return count === null ? null : { count, size };
}
