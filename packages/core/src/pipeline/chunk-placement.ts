import { comparePlaces } from "../engine/chunk-index/chunk-bounds.js";
import { type ChunkRecord, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { recordChunks } from "../engine/datasets/record-chunks.js";
import type { Tx } from "../engine/transaction/tx.js";
import { type CachedChunk, isChanged } from "./chunk-cache.js";
import type { EncodedChunk } from "./chunk-codec.js";
import type { OpenFile } from "./open-file.js";

/** A changed chunk as it is to be stored, and which of its versions that is. */
export interface StoredChunk extends EncodedChunk {
  readonly chunk: CachedChunk;
  readonly version: number;
}

/** A stored chunk with its place in the file. */
export interface PlacedChunk extends StoredChunk {
  /** Relative to the base address. */
  readonly address: number;
}

/** Bytes to write at an address. */
export interface ChunkWrite {
  readonly address: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Chunks up to this size are put together into one write with what follows them in the file, up to the second size. */
const SMALL_CHUNK = 64 * 1024;
const MERGED_BYTES = 1024 * 1024;

/** Gives chunks their places in the file and in the indexes of their datasets; leaves out those that are gone. */
export function placeChunks(tx: Tx, file: OpenFile, stored: readonly StoredChunk[]): PlacedChunk[] {
  const byDataset = new Map<number, StoredChunk[]>();
  for (const each of stored) {
    const { chunk } = each;
    // The dataset may have shrunk or gone in the meantime, and the chunk with it.
    if (file.chunks.get(chunk.dataset, chunk.scaled) === chunk && isChanged(chunk)) {
      const others = byDataset.get(chunk.dataset);
      if (others === undefined) {
        byDataset.set(chunk.dataset, [each]);
      } else {
        others.push(each);
      }
    }
  }
  return [...byDataset].flatMap(([dataset, chunks]) => placeInDataset(tx, dataset, chunks));
}

/**
 * Finds space for chunks: the old place when the size is the same and nobody is about to read there, else a new one. The
 * index learns of the new ones.
 */
function placeInDataset(tx: Tx, dataset: number, chunks: StoredChunk[]): PlacedChunk[] {
  chunks.sort((a, b) => comparePlaces(a.chunk.scaled, b.chunk.scaled));
  const header = loadDataset(tx, dataset);
  const layout = requireChunked(header);
  const index = chunkIndexOf(layout, header);
  const places = chunks.map(({ chunk }) => chunk.scaled);
  const before = layout.address === null ? [] : index.findMany(tx, places);
  // One hold is that of the caller, who writes; every other one is of somebody who reads.
  const isRead = tx.state.allocator.holds > 1;
  const records: ChunkRecord[] = [];
  const placed = chunks.map((each, i): PlacedChunk => {
    const { bytes, filterMask, chunk } = each;
    const previous = before[i] ?? null;
    const isSame = previous?.storedSize === bytes.length && previous.filterMask === filterMask;
    if (previous !== null && (index.hasFixedPlaces === true || (isSame && !isRead))) {
      return { ...each, address: previous.address };
    }
    if (previous !== null) {
      tx.free(previous.address, previous.storedSize, "raw");
    }
    const address = tx.alloc(bytes.length, "raw");
    records.push({ scaled: chunk.scaled, address, storedSize: bytes.length, filterMask });
    return { ...each, address };
  });
  if (records.length > 0) {
    recordChunks(tx, header, records);
  }
  return placed;
}

/** The fewest writes for chunks: small ones that lie side by side go together, large ones as they are. */
export function planWrites(placed: readonly ChunkWrite[]): ChunkWrite[] {
  const sorted = [...placed].sort((a, b) => a.address - b.address);
  const writes: ChunkWrite[] = [];
  for (let i = 0; i < sorted.length; ) {
    const { address, bytes } = sorted[i] as ChunkWrite;
    let next = i + 1;
    let length = bytes.length;
    if (length <= SMALL_CHUNK) {
      for (; length < MERGED_BYTES && sorted[next]?.address === address + length; next++) {
        length += (sorted[next] as ChunkWrite).bytes.length;
      }
    }
    writes.push(next === i + 1 ? { address, bytes } : { address, bytes: joined(sorted.slice(i, next), length) });
    i = next;
  }
  return writes;
}

function joined(writes: readonly ChunkWrite[], length: number): Uint8Array<ArrayBuffer> {
  const [first] = writes;
  const whole = new Uint8Array(length);
  for (const { address, bytes } of writes) {
    whole.set(bytes, address - (first?.address ?? 0));
  }
  return whole;
}
