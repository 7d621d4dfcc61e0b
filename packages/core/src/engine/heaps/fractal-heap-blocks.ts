import {
  type DirectBlock,
  directBlock,
  directBlockPrefixSize,
  directRowCount,
  FormatError,
  type FractalHeap,
  fractalHeap,
  type IndirectBlock,
  indirectBlock,
  indirectRowCount,
  type NodeCodec,
  placeInTable,
  Reader,
  UnsupportedError,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";

/** A fractal heap whose header has been read. File Format Specification, section III.G. */
export interface OpenFractalHeap {
  readonly address: number;
  readonly header: FractalHeap;
}

/** Where a direct block is, and which bytes of the heap it holds. Section III.G. */
export interface DirectPlace {
  readonly kind: "direct";
  readonly address: number;
  /** Offset of the block in the heap. */
  readonly start: number;
  /** Bytes of the block without filters. */
  readonly size: number;
  /** Bytes of the block as stored; `null` in a heap without filters. */
  readonly storedSize: number | null;
  readonly filterMask: number;
}

/** Where an indirect block is, and where the bytes of the heap begin that it leads to. Section III.G. */
export interface IndirectPlace {
  readonly kind: "indirect";
  readonly address: number;
  readonly start: number;
  readonly rowCount: number;
}

/** Where a block of a fractal heap is. Section III.G. */
export type BlockPlace = DirectPlace | IndirectPlace;

/** The root block of a heap, a direct block or an indirect one. Section III.G. */
export function rootPlace({ address: heapAddress, header }: OpenFractalHeap): BlockPlace {
  const { rootAddress: address, rootRows: rowCount, filters } = header;
  if (address === null) {
    throw new FormatError(fractalHeap.name, "an object stands in its blocks, and it has none", {
      address: heapAddress,
    });
  }
  if (rowCount > 0) {
    return { kind: "indirect", address, start: 0, rowCount };
  }
  const storedSize = filters?.rootStoredSize ?? null;
  const filterMask = filters?.rootFilterMask ?? 0;
  return { kind: "direct", address, start: 0, size: header.startingBlockSize, storedSize, filterMask };
}

/** The child of an indirect block that holds an offset of the heap, which is not before the block. Section III.G. */
export function childPlace(
  heap: OpenFractalHeap,
  parent: IndirectPlace,
  block: IndirectBlock,
  offset: number,
): BlockPlace {
  const { header } = heap;
  const { row, entry, start, size } = placeInTable(header, offset - parent.start);
  const child = row < parent.rowCount ? block.entries[entry] : undefined;
  if (child === undefined || child.address === null) {
    throw new FormatError("fractal-heap-indirect-block", `it has no block for offset ${offset} of the heap`, {
      address: parent.address,
    });
  }
  const place = { address: child.address, start: parent.start + start };
  if (row < directRowCount(header)) {
    return { kind: "direct", ...place, size, storedSize: child.storedSize, filterMask: child.filterMask };
  }
  // A row's blocks are smaller than what they stand in, so descending ends.
  return { kind: "indirect", ...place, rowCount: indirectRowCount(header, size) };
}

/** The direct block that holds an offset of a heap. Section III.G. */
export function directPlaceAt(tx: Tx, heap: OpenFractalHeap, offset: number): DirectPlace {
  let place = rootPlace(heap);
  while (place.kind === "indirect") {
    place = childPlace(heap, place, readIndirect(tx, heap, place), offset);
  }
  if (offset >= place.start + place.size) {
    throw new FormatError(fractalHeap.name, `offset ${offset} is past its only block`, { address: heap.address });
  }
  return place;
}

/** The indirect blocks from the root down to the one that begins at an offset of a heap. Section III.G. */
export function indirectPlacesTo(tx: Tx, heap: OpenFractalHeap, offset: number): IndirectPlace[] {
  const places: IndirectPlace[] = [];
  for (let place = rootPlace(heap); place.kind === "indirect"; ) {
    places.push(place);
    if (place.start === offset) {
      return places;
    }
    place = childPlace(heap, place, readIndirect(tx, heap, place), offset);
  }
  throw new FormatError(fractalHeap.name, `no indirect block begins at its offset ${offset}`, {
    address: heap.address,
  });
}

/** Reads an indirect block and checks that it is the one that was meant. Section III.G. */
export function readIndirect(tx: Tx, heap: OpenFractalHeap, place: IndirectPlace): IndirectBlock {
  const codec = indirectBlock(heap.header, place.rowCount);
  const block = tx.node(codec, place.address);
  checkPlace(heap, place, block, codec.name);
  return block;
}

/** Reads a direct block, undoes its filters, and checks that it is the one that was meant. Section III.G. */
export function readDirect(tx: Tx, heap: OpenFractalHeap, place: DirectPlace): DirectBlock {
  const codec = directCodec(tx, heap, place);
  const block = tx.node(codec, place.address);
  checkPlace(heap, place, block, codec.name);
  if (directBlockPrefixSize(heap.header, tx.context) + block.data.length !== place.size) {
    throw new FormatError(codec.name, `it was read as a block of another size than ${place.size}`, {
      address: place.address,
    });
  }
  return block;
}

/** How a block is read, for fetching many at once. */
export function blockCodec(tx: Tx, heap: OpenFractalHeap, place: BlockPlace): NodeCodec<unknown> {
  return (
    place.kind === "indirect" ? indirectBlock(heap.header, place.rowCount) : directCodec(tx, heap, place)
  ) as NodeCodec<unknown>;
}

function directCodec(tx: Tx, { header }: OpenFractalHeap, place: DirectPlace): NodeCodec<DirectBlock> {
  const plain = directBlock(header, place.size);
  const { storedSize, filterMask, size } = place;
  if (storedSize === null || header.filters === null) {
    return plain;
  }
  const { filters } = header.filters.pipeline;
  return {
    ...plain,
    prefixSize: () => storedSize,
    totalSize: () => storedSize,
    memorySize: size,
    decode(reader, context) {
      const bytes = tx.state.unfilter(filters, reader.bytes(storedSize), filterMask, size);
      return plain.decode(new Reader(bytes, plain.name, reader.address), context);
    },
    encode() {
      throw new UnsupportedError("filtered fractal heap", "its blocks are read and not written yet");
    },
  };
}

function checkPlace(
  heap: OpenFractalHeap,
  place: BlockPlace,
  block: { readonly heapAddress: number; readonly blockOffset: number },
  structure: string,
): void {
  if (block.heapAddress !== heap.address || block.blockOffset !== place.start) {
    throw new FormatError(
      structure,
      `it is block ${block.blockOffset} of the heap at ${block.heapAddress}, where block ${place.start} of that at ${heap.address} must stand`,
      { address: place.address },
    );
  }
}
