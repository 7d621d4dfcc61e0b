import { type ChunkElements, type FormatContext, FormatError, type IndexedChunkedLayout } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type ArrayOfChunks, findInArray, listArray } from "./array-chunks.js";
import type { ElementUpdate } from "./array-edit.js";
import { bytesOfChunk, type ChunkGrid, chunkGrid, unlimitedAxes } from "./chunk-grid.js";
import type { ChunkChange, ChunkedData, ChunkIndex, ChunkPage, ChunkRecord } from "./chunk-record.js";
import { type ElementArray, elementsOf } from "./element-array.js";
import { openExtensibleArray } from "./extensible-array.js";
import { createExtensibleArray, freeExtensibleArray, setExtensibleElements } from "./extensible-array-edit.js";
import { openFixedArray } from "./fixed-array.js";
import { createFixedArray, freeFixedArray, setFixedElements } from "./fixed-array-edit.js";

/** Chunks listed at once to count them. */
const PAGE = 4096;

/** What is done with one kind of array. */
interface ArrayKind {
  readonly grid: ChunkGrid;
  open(tx: Tx, address: number, elements: ChunkElements): ElementArray;
  create(tx: Tx, elements: ChunkElements): number;
  set(tx: Tx, address: number, elements: ChunkElements, updates: readonly ElementUpdate[]): void;
  free(tx: Tx, address: number, elements: ChunkElements): void;
}

/** A fixed array as a chunk index. File Format Specification, section VII.C. */
export function fixedArrayChunks(layout: IndexedChunkedLayout, data: ChunkedData): ChunkIndex {
  const grid = chunkGrid(layout, data);
  const { index } = layout;
  return arrayIndex(layout, data, {
    grid,
    open: (tx, address, elements) => openFixedArray(tx, address, elements, grid.length),
    create: (tx, elements) =>
      createFixedArray(tx, index.kind === "fixed-array" ? index : notOfKind(index.kind), elements, grid.length),
    set: setFixedElements,
    free: freeFixedArray,
  });
}

/** An extensible array as a chunk index. File Format Specification, section VII.D. */
export function extensibleArrayChunks(layout: IndexedChunkedLayout, data: ChunkedData): ChunkIndex {
  const [slowest, ...others] = unlimitedAxes(data);
  if (slowest === undefined || others.length > 0) {
    throw new FormatError("data layout", "an extensible array is for datasets with one axis without a limit", {
      address: layout.address ?? undefined,
    });
  }
  const { index } = layout;
  return arrayIndex(layout, data, {
    grid: chunkGrid(layout, data, slowest),
    open: openExtensibleArray,
    create: (tx, elements) =>
      createExtensibleArray(tx, index.kind === "extensible-array" ? index : notOfKind(index.kind), elements),
    set: setExtensibleElements,
    free: freeExtensibleArray,
  });
}

function notOfKind(kind: string): never {
  throw new FormatError("data layout", `an array was to be made where the layout says ${kind}`);
}

function arrayIndex(layout: IndexedChunkedLayout, data: ChunkedData, kind: ArrayKind): ChunkIndex {
  const { address } = layout;
  const { grid } = kind;
  const chunkBytes = bytesOfChunk(layout);
  const elementsIn = (context: FormatContext): ChunkElements => elementsOf(layout, data, context);
  const open = (tx: Tx, at: number): ArrayOfChunks => ({
    tx,
    grid,
    chunkBytes,
    array: kind.open(tx, at, elementsIn(tx.context)),
  });
  const list: ChunkIndex["list"] = (tx, after, limit, bounds) =>
    address === null
      ? { records: [], next: null }
      : listArray(open(tx, address), after, Math.max(1, limit), bounds ?? null);
  const findMany: ChunkIndex["findMany"] = (tx, places) =>
    address === null ? places.map(() => null) : findInArray(open(tx, address), places);
  const upsertMany = (tx: Tx, records: readonly ChunkRecord[]): ChunkChange => {
    const elements = elementsIn(tx.context);
    const places = records.map(({ scaled }) => scaled);
    const updates = records.map((record) => updateOf(grid, elements, record)).sort((a, b) => a.index - b.index);
    const previous = findMany(tx, places).filter((found) => found !== null);
    const at = address ?? kind.create(tx, elements);
    kind.set(tx, at, elements, updates);
    return { previous, indexAddress: at };
  };
  let removedUpTo: readonly number[] | null = null;
  return {
    find: (tx, scaled) => findMany(tx, [scaled])[0] ?? null,
    findMany,
    list,
    upsert: (tx, record) => upsertMany(tx, [record]),
    upsertMany,
    remove(tx, scaled) {
      const found = findMany(tx, [scaled])[0] ?? null;
      if (found !== null && address !== null) {
        kind.set(tx, address, elementsIn(tx.context), [{ index: grid.indexOf(scaled), element: null }]);
      }
      return found;
    },
    count(tx) {
      let count = 0;
      let after: readonly number[] | null = null;
      do {
        const page: ChunkPage = list(tx, after, PAGE);
        count += page.records.length;
        after = page.next;
      } while (after !== null);
      return count;
    },
    removeAll(tx, limit) {
      const page = list(tx, removedUpTo, limit);
      removedUpTo = page.next;
      if (page.next === null && address !== null) {
        kind.free(tx, address, elementsIn(tx.context));
      }
      return { removed: page.records, done: page.next === null };
    },
  };
}

function updateOf(grid: ChunkGrid, elements: ChunkElements, record: ChunkRecord): ElementUpdate {
  const { scaled, address, storedSize, filterMask } = record;
  const index = grid.indexOf(scaled);
  if (!(index < grid.length)) {
    throw new FormatError("data layout", `chunk ${scaled.join(", ")} is past the largest extent`);
  }
  const isFiltered = elements.clientId === 1;
  return {
    index,
    element: { address, storedSize: isFiltered ? storedSize : null, filterMask: isFiltered ? filterMask : 0 },
  };
}
