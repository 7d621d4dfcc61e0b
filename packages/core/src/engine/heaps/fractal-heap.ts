import {
  type Codec,
  directBlockPrefixSize,
  FormatError,
  type FractalHeapId,
  fractalHeap,
  fractalHeapId,
  HdfiveError,
  type IndirectBlock,
  Reader,
} from "@hdfive/format";
import type { Extent, Tx } from "../transaction/tx.js";
import {
  type BlockPlace,
  blockCodec,
  childPlace,
  type DirectPlace,
  type IndirectPlace,
  type OpenFractalHeap,
  readDirect,
  readIndirect,
  rootPlace,
} from "./fractal-heap-blocks.js";
import { type HugeId, locateHuge, readHuge } from "./huge-objects.js";

/** Reads objects of one heap within one operation. Views: do not change them, nor keep them past the operation. */
export interface HeapReader {
  /** The bytes of an object by its ID. */
  read(id: Uint8Array): Uint8Array;
  /** The bytes of many objects, each asked for once: what they need is fetched at once, level by level of the heap. */
  readAll(ids: readonly Uint8Array[]): Uint8Array[];
}

/** Reads the header of a fractal heap and gives a reader of its objects. File Format Specification, section III.G. */
export function openFractalHeap(tx: Tx, address: number): HeapReader {
  return new FractalHeapReader(tx, { address, header: tx.node(fractalHeap, address) });
}

/** A direct block that was read before. */
interface MetBlock {
  /** Offset in the heap. */
  readonly start: number;
  readonly address: number;
  readonly data: Uint8Array;
}

/** A reader that remembers which blocks it has met, and counts what it hands out. */
class FractalHeapReader implements HeapReader {
  readonly #tx: Tx;
  readonly #heap: OpenFractalHeap;
  readonly #prefixSize: number;
  /** Direct blocks by the cells of the heap that objects were read from. */
  readonly #blocks = new Map<number, MetBlock>();
  readonly #indirect = new Map<number, IndirectBlock>();
  readonly #idCodec: Codec<FractalHeapId>;
  readonly #most: number;
  #handedOut = 0;

  constructor(tx: Tx, heap: OpenFractalHeap) {
    this.#tx = tx;
    this.#heap = heap;
    this.#idCodec = fractalHeapId(heap.header);
    this.#prefixSize = directBlockPrefixSize(heap.header, tx.context);
    // Objects without filters do not overlap: more bytes than the file has mean the same ones again and again.
    const { storage, allocator, limits } = tx.state;
    this.#most = heap.header.filters === null ? Math.max(storage.size, allocator.endOfFile) : limits.readBytes;
  }

  read(id: Uint8Array): Uint8Array {
    this.#tx.work(this.#idCodec.name);
    return this.#object(this.#decode(id));
  }

  readAll(ids: readonly Uint8Array[]): Uint8Array[] {
    const decoded = ids.map((id) => this.#decode(id));
    this.#want(decoded);
    return decoded.map((id) => this.#handOut(id));
  }

  /** As `read`, where all objects are asked for: each is there once, so there is an end to their bytes. */
  #handOut(id: FractalHeapId): Uint8Array {
    this.#tx.work(this.#idCodec.name);
    const object = this.#object(id);
    this.#handedOut += object.length;
    if (this.#handedOut > this.#most) {
      const problem = `its objects have more than ${this.#most} bytes`;
      throw new HdfiveError("LIMIT", `fractal heap: ${problem}`, { address: this.#heap.address });
    }
    return object;
  }

  /** Fetches the blocks and the huge objects of many IDs. */
  #want(ids: readonly FractalHeapId[]): void {
    const offsets = new Map<number, number>();
    const huge: HugeId[] = [];
    for (const id of ids) {
      if (id.type === "managed") {
        offsets.set(this.#cellOf(id.offset), id.offset);
      } else if (id.type !== "tiny") {
        huge.push(id);
      }
    }
    if (offsets.size > 0) {
      this.#wantBlocks([...offsets.values()]);
    }
    if (huge.length > 1) {
      this.#wantHuge(huge);
    }
  }

  #decode(bytes: Uint8Array): FractalHeapId {
    const { header, address } = this.#heap;
    if (bytes.length !== header.idLength) {
      const problem = `IDs have ${header.idLength} bytes, and one of ${bytes.length} is to be looked up`;
      throw new FormatError(fractalHeap.name, problem, { address });
    }
    return this.#idCodec.decode(new Reader(bytes, this.#idCodec.name), this.#tx.context);
  }

  #object(id: FractalHeapId): Uint8Array {
    switch (id.type) {
      case "managed":
        return this.#managed(id.offset, id.length);
      case "tiny":
        return id.data;
      default: {
        const [place] = locateHuge(this.#tx, this.#heap, [id]);
        if (place === undefined || place.length > this.#most) {
          const problem = `a huge object of ${place?.length} bytes is more than ${this.#most}`;
          throw new HdfiveError("LIMIT", `fractal heap: ${problem}`, { address: this.#heap.address });
        }
        return readHuge(this.#tx, this.#heap, place);
      }
    }
  }

  #managed(offset: number, length: number): Uint8Array {
    const { start: blockStart, data, address } = this.#blockOf(offset);
    const start = offset - blockStart - this.#prefixSize;
    if (length === 0 || start < 0 || start + length > data.length) {
      throw new FormatError(
        "fractal-heap-direct-block",
        `object of ${length} bytes at offset ${offset} of the heap does not lie in it`,
        { address },
      );
    }
    return data.subarray(start, start + length);
  }

  /** Blocks start at multiples of the smallest block: an offset tells in which cell of that size it lies. */
  #cellOf(offset: number): number {
    return Math.floor(offset / this.#heap.header.startingBlockSize);
  }

  #blockOf(offset: number): MetBlock {
    const cell = this.#cellOf(offset);
    const known = this.#blocks.get(cell);
    if (known !== undefined) {
      return known;
    }
    const place = this.#placeOf(offset);
    const { data } = readDirect(this.#tx, this.#heap, place);
    const block = { start: place.start, address: place.address, data };
    this.#blocks.set(cell, block);
    return block;
  }

  #placeOf(offset: number): DirectPlace {
    let place = rootPlace(this.#heap);
    while (place.kind === "indirect") {
      place = this.#child(place, offset);
    }
    return place;
  }

  #child(parent: IndirectPlace, offset: number): BlockPlace {
    let block = this.#indirect.get(parent.start);
    if (block === undefined) {
      block = readIndirect(this.#tx, this.#heap, parent);
      this.#indirect.set(parent.start, block);
    }
    return childPlace(this.#heap, parent, block, offset);
  }

  #wantBlocks(offsets: readonly number[]): void {
    const root = rootPlace(this.#heap);
    let level = new Map<IndirectPlace, readonly number[]>(root.kind === "indirect" ? [[root, offsets]] : []);
    while (level.size > 0) {
      const children: { readonly place: BlockPlace; readonly offsets: number[] }[] = [];
      for (const [parent, inside] of level) {
        const met = new Map<number, number[]>();
        for (const offset of inside) {
          const place = this.#child(parent, offset);
          const known = met.get(place.start);
          if (known === undefined) {
            const first = [offset];
            met.set(place.start, first);
            children.push({ place, offsets: first });
          } else {
            known.push(offset);
          }
        }
      }
      this.#tx.wantEach(
        children.map(({ place }) => ({ codec: blockCodec(this.#tx, this.#heap, place), address: place.address })),
      );
      level = new Map();
      for (const { place, offsets: inside } of children) {
        if (place.kind === "indirect") {
          level.set(place, inside);
        }
      }
    }
  }

  #wantHuge(ids: readonly HugeId[]): void {
    const extents: Extent[] = [];
    let total = 0;
    for (const { address, storedSize } of locateHuge(this.#tx, this.#heap, ids)) {
      total += storedSize;
      if (total > this.#most) {
        return; // reading them will say so
      }
      extents.push({ address, length: storedSize });
    }
    this.#tx.want(extents);
  }
}
