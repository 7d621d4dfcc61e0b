import type { FractalHeapId } from "@hdfive/format";

/** What the IDs of a fractal heap lead to, put together from everything that keeps one. */
export interface HeapUse {
  /** Offsets and lengths of managed objects. */
  readonly managed: { readonly offset: number; readonly length: number }[];
  tinyCount: number;
  tinySize: number;
  /** Numbers of huge objects that a B-tree finds. */
  readonly huge: Set<number>;
  /** Places of huge objects that their IDs say. */
  readonly hugeDirect: { readonly address: number; readonly storedSize: number; readonly length: number }[];
}

/** A use of nothing yet. */
export function emptyUse(): HeapUse {
  return { managed: [], tinyCount: 0, tinySize: 0, huge: new Set(), hugeDirect: [] };
}

/** Notes what one ID leads to. File Format Specification, section III.G. */
export function noteUse(use: HeapUse, id: FractalHeapId): void {
  switch (id.type) {
    case "managed":
      use.managed.push({ offset: id.offset, length: id.length });
      return;
    case "tiny":
      use.tinyCount++;
      use.tinySize += id.data.length;
      return;
    case "huge":
      use.huge.add(id.number);
      return;
    default:
      use.hugeDirect.push(id);
  }
}
