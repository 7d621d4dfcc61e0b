import type { ChunkedLayout } from "@hdfive/format";
import { elementCount, hasHeapData, rowMajorStrides } from "../array/index.js";
import { type ChunkPage, chunkIndexOf } from "../engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import { contiguousSource } from "./contiguous-data.js";
import { fillElement } from "./fill.js";
import { type HeapObjectSet, ownedObjects } from "./heap-objects.js";
import type { OpenFile } from "./open-file.js";
import { chunkByteLength, decodeStored, fetchStored } from "./stored-chunk.js";

/** Elements looked at by one operation, chunks listed by one, and bytes of contiguous data fetched at once. */
const BATCH = 4096;
const PAGE = 256;
const BLOCK_BYTES = 1024 * 1024;

/** Which elements are looked at: bytes of elements side by side, in row-major order of a block. */
type Picked = readonly { readonly at: number; readonly count: number }[];

/**
 * Finds the objects of global heaps that elements of a dataset own.
 *
 * @param kept the shape that stays: only elements outside are looked at, and those of the fill value are not theirs; by
 *   default the dataset goes as a whole, its fill value with it
 */
export function* findHeapObjects(
  file: OpenFile,
  address: number,
  found: HeapObjectSet,
  kept: readonly number[] | null = null,
): Task<void> {
  const dataset = yield* perform(transact(file.state, (tx) => loadDataset(tx, address)));
  if (!hasHeapData(dataset.datatype)) {
    return;
  }
  const note = (bytes: Uint8Array, picked: Picked): Task<void> =>
    noteObjects(file, dataset, bytes, picked, found, kept);
  const { layout } = dataset;
  const count = elementCount(dataset.dataspace.dimensions);
  if (layout.class === "chunked") {
    yield* findInChunks(file, dataset, layout, note, kept);
  } else if (layout.class === "compact" && kept === null) {
    yield* note(layout.data, [
      { at: 0, count: Math.min(count, Math.floor(layout.data.length / dataset.datatype.size)) },
    ]);
  } else if (layout.class === "contiguous" && kept === null && layout.address !== null && dataset.external === null) {
    const { size } = dataset.datatype;
    const fetch = contiguousSource(file, dataset, layout);
    const most = Math.max(1, Math.floor(BLOCK_BYTES / size));
    for (let at = 0; at < count; at += most) {
      const block = new Uint8Array(Math.min(most, count - at) * size);
      yield* perform(fetch(at * size, block));
      yield* note(block, [{ at: 0, count: block.length / size }]);
    }
  }
  if (kept === null && dataset.fill.value !== null) {
    yield* note(fillElement(dataset), [{ at: 0, count: 1 }]);
  }
}

function* noteObjects(
  file: OpenFile,
  dataset: DatasetHeader,
  bytes: Uint8Array,
  picked: Picked,
  found: HeapObjectSet,
  kept: readonly number[] | null,
): Task<void> {
  const { datatype } = dataset;
  for (const { at, count } of picked) {
    for (let done = 0; done < count; done += BATCH) {
      const ids = yield* perform(
        transact(file.state, (tx) => {
          const owned = ownedObjects(tx, datatype, bytes, (at + done) * datatype.size, Math.min(BATCH, count - done));
          const shared = kept === null ? [] : ownedObjects(tx, datatype, fillElement(dataset), 0, 1);
          const isShared = new Set(shared.map(({ collectionAddress, index }) => `${collectionAddress} ${index}`));
          return owned.filter(({ collectionAddress, index }) => !isShared.has(`${collectionAddress} ${index}`));
        }),
      );
      for (const id of ids) {
        found.add(id);
      }
    }
  }
}

function* findInChunks(
  file: OpenFile,
  dataset: DatasetHeader,
  layout: ChunkedLayout,
  note: (bytes: Uint8Array, picked: Picked) => Task<void>,
  kept: readonly number[] | null,
): Task<void> {
  const chunkBytes = chunkByteLength(file, dataset, layout);
  // What is in memory is what counts; chunks that were never stored are only there.
  const cached = file.chunks.ofDataset(dataset.address);
  for (const { scaled, bytes } of cached) {
    yield* note(bytes, outside(layout.chunkShape, scaled, kept));
  }
  const inMemory = new Set(cached.map(({ scaled }) => scaled.join()));
  for (let after: readonly number[] | null = null, done = false; !done; ) {
    const from: readonly number[] | null = after;
    const page: ChunkPage = yield* perform(
      transact(file.state, (tx) => {
        const now = loadDataset(tx, dataset.address);
        const { address } = requireChunked(now);
        const nothing: ChunkPage = { records: [], next: null };
        return address === null ? nothing : chunkIndexOf(requireChunked(now), now).list(tx, from, PAGE);
      }),
    );
    for (const record of page.records) {
      const picked = outside(layout.chunkShape, record.scaled, kept);
      if (picked.length > 0 && !inMemory.has(record.scaled.join())) {
        const stored = yield* fetchStored(file, record.address, record.storedSize, []);
        yield* note(yield* decodeStored(file, dataset, stored, record, chunkBytes), picked);
      }
    }
    after = page.next;
    done = page.next === null;
  }
}

/** The elements of a chunk outside of a shape, in runs along the last axis. */
function outside(chunkShape: readonly number[], scaled: readonly number[], kept: readonly number[] | null): Picked {
  const count = elementCount(chunkShape);
  const inside = chunkShape.map((side, axis) =>
    Math.max(0, Math.min(side, (kept?.[axis] ?? 0) - (scaled[axis] as number) * side)),
  );
  if (kept === null || inside.includes(0)) {
    return [{ at: 0, count }];
  }
  const strides = rowMajorStrides(chunkShape);
  const side = chunkShape.at(-1) as number;
  const picked: { at: number; count: number }[] = [];
  for (let row = 0; row < count; row += side) {
    const isInside = strides.every(
      (stride, axis) =>
        axis === strides.length - 1 ||
        Math.floor(row / stride) % (chunkShape[axis] as number) < (inside[axis] as number),
    );
    const from = isInside ? (inside.at(-1) as number) : 0;
    if (from < side) {
      picked.push({ at: row + from, count: side - from });
    }
  }
  return picked;
}
