import {
  FormatError,
  type FractalHeapId,
  filteredHugeObjectRecords,
  fractalHeap,
  hugeObjectRecords,
} from "@hdfive/format";
import { findRecords } from "../btree-v2/find.js";
import type { Tx } from "../transaction/tx.js";
import type { OpenFractalHeap } from "./fractal-heap-blocks.js";

/** Where an object is that stands alone because it is too large for blocks. File Format Specification, section III.G. */
export interface HugePlace {
  readonly address: number;
  /** Bytes as stored. */
  readonly storedSize: number;
  readonly filterMask: number;
  /** Bytes without filters. */
  readonly length: number;
}

/** An ID of a huge object. */
export type HugeId = FractalHeapId & { readonly type: "huge" | "huge-direct" };

/** Finds where huge objects are: those that their IDs do not name in the B-tree, all at once. Section III.G. */
export function locateHuge(tx: Tx, heap: OpenFractalHeap, ids: readonly HugeId[]): HugePlace[] {
  const numbers = ids.flatMap((id) => (id.type === "huge" ? [id.number] : []));
  const found = numbers.length === 0 ? new Map<number, HugePlace>() : lookUp(tx, heap, numbers);
  return ids.map((id) => {
    const place = id.type === "huge-direct" ? id : found.get(id.number);
    if (place === undefined) {
      throw new FormatError(fractalHeap.name, `its B-tree has no huge object ${numberOf(id)}`, {
        address: heap.address,
      });
    }
    return place;
  });
}

function lookUp(tx: Tx, { address, header }: OpenFractalHeap, numbers: readonly number[]): Map<number, HugePlace> {
  const { hugeIndexAddress, filters } = header;
  if (hugeIndexAddress === null) {
    throw new FormatError(fractalHeap.name, "it has huge objects and no B-tree of them", { address });
  }
  const sought = [...new Set(numbers)].sort((a, b) => a - b);
  const byId = (number: number, record: { readonly id: number }): number => number - record.id;
  const places = new Map<number, HugePlace>();
  if (filters === null) {
    for (const record of findRecords(tx, { address: hugeIndexAddress, records: hugeObjectRecords }, sought, byId)) {
      if (record !== null) {
        places.set(record.id, { ...record, storedSize: record.length, filterMask: 0 });
      }
    }
  } else {
    const tree = { address: hugeIndexAddress, records: filteredHugeObjectRecords };
    for (const record of findRecords(tx, tree, sought, byId)) {
      if (record !== null) {
        places.set(record.id, { ...record, storedSize: record.length, length: record.memoryLength });
      }
    }
  }
  return places;
}

function numberOf(id: HugeId): string {
  return id.type === "huge" ? String(id.number) : "";
}

/** The bytes of a huge object. A view or a copy: do not change it, nor keep it past the operation. Section III.G. */
export function readHuge(tx: Tx, { header }: OpenFractalHeap, place: HugePlace): Uint8Array {
  const stored = tx.block(place.address, place.storedSize, "huge object of a fractal heap");
  const { filters } = header;
  return filters === null
    ? stored
    : tx.state.unfilter(filters.pipeline.filters, stored, place.filterMask, place.length);
}
