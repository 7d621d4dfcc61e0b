import {
  type ChunkElement,
  type ChunkElements,
  type ChunkedLayout,
  type FormatContext,
  FormatError,
  filteredChunkElements,
  type NodeCodec,
  plainChunkElements,
} from "@hdfive/format";
import { bytesOfChunk } from "./chunk-grid.js";
import type { ChunkedData } from "./chunk-record.js";

/** A structure of an array that holds elements. */
export interface ElementLeaf {
  readonly elements: readonly (ChunkElement | null)[];
}

/** Elements `start` up to `end` of an array: in one structure, or none of them set when that is `null`. */
export interface ElementRun {
  readonly start: number;
  readonly end: number;
  readonly leaf: {
    readonly codec: NodeCodec<ElementLeaf>;
    readonly address: number;
    read(): ElementLeaf;
  } | null;
}

/** An array of chunks by number, fixed or extensible, open in a transaction. */
export interface ElementArray {
  /** No element from this number on is set. */
  readonly length: number;
  /** Makes resident at once what leads to the elements with these numbers, level by level. */
  want(indices: readonly number[]): void;
  /** What holds an element, and the others there. */
  runAt(index: number): ElementRun;
}

/** How an array stores its elements: as the layout says. */
export function elementsOf(layout: ChunkedLayout, { filters }: ChunkedData, context: FormatContext): ChunkElements {
  return filters.length === 0 ? plainChunkElements : filteredChunkElements(storedSizeWidth(layout, context));
}

/**
 * Bytes of the field for the stored size of a filtered chunk. File Format Specification, sections VII.C to VII.E.
 *
 * Up to layout version 4 one more than the size without filters takes, as libhdf5 has it; from 5 on a full length.
 */
export function storedSizeWidth(layout: ChunkedLayout, { lengthSize }: FormatContext): number {
  if (layout.version > 4) {
    return lengthSize;
  }
  return Math.min(8, 1 + Math.floor((Math.floor(Math.log2(bytesOfChunk(layout))) + 8) / 8));
}

/** Throws a `FormatError` unless an array has elements as the layout leads to. */
export function checkElements(
  { clientId, elementSize }: { readonly clientId: 0 | 1; readonly elementSize: number },
  elements: ChunkElements,
  context: FormatContext,
  structure: string,
  address: number,
): void {
  const expected = elements.size(context);
  if (clientId !== elements.clientId || elementSize !== expected) {
    const found = `elements of ${elementSize} bytes of client ${clientId}`;
    throw new FormatError(structure, `${found} where ${expected} of client ${elements.clientId} must stand`, {
      address,
    });
  }
}
