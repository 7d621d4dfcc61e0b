import type { ChunkedLayout } from "@hdfive/format";
import { describe, expect, it } from "vitest";
import type { ChunkRecord } from "../../src/engine/chunk-index/chunk-record.js";
import {
  createDatasetHeader,
  loadDataset,
  putLayout,
  requireChunked,
} from "../../src/engine/datasets/dataset-header.js";
import { insertLink, requireGroup } from "../../src/engine/groups/links.js";
import { resolvePath } from "../../src/engine/groups/path.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { DEFAULT_K, flushed, indexAt, newFile, reopen, run, walkedRecords, walkTree } from "./chunk-fixture.js";
import { PYTHONS, withH5py } from "./h5py.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

function layoutAt(state: FileState, path: string): ChunkedLayout {
  return run(state, (tx) => requireChunked(loadDataset(tx, resolvePath(tx, rootOf(tx), path).address)));
}

const open = (image: Uint8Array<ArrayBuffer>): { state: FileState; storage: MemoryStorage } => {
  const storage = new MemoryStorage(image);
  return { state: reopen(storage, DEFAULT_K), storage };
};

/** A sequence without pattern that is the same in every run. */
function shuffled<T>(items: readonly T[]): T[] {
  const result = [...items];
  let seed = 12345;
  for (let i = result.length - 1; i > 0; i--) {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    const j = seed % (i + 1);
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

const line = (count: number): number[][] => Array.from({ length: count }, (_, i) => [i]);
const grid = (width: number, height: number): number[][] =>
  Array.from({ length: width * height }, (_, i) => [Math.floor(i / width), i % width]);

const ORDERS: readonly (readonly [string, number[][]])[] = [
  ["one row, in order", line(5000)],
  ["one row, backwards", line(1500).reverse()],
  ["one row, in no order", shuffled(line(3000))],
  ["a grid, in order", grid(70, 60)],
  ["a grid, column by column", grid(60, 50).map(([a, b]) => [b!, a!])],
  ["a grid, in no order", shuffled(grid(60, 50))],
];

const CREATE = `
rank = len(request['order'][0])
d = f.create_dataset('d', (20000,) if rank == 1 else (300, 300), '<i4', chunks=(2, 3)[:rank], maxshape=(None,) * rank)
data = b'\\0' * (4 * 2 * (3 if rank == 2 else 1))
for place in request['order']:
    d.id.write_direct_chunk(tuple(p * c for p, c in zip(place, d.chunks)), data)
`;

/** Shape and keys of a walked tree, without addresses. */
const outline = (levels: ReturnType<typeof walkTree>): unknown =>
  levels.map((level) => level.map(({ level: height, keys }) => ({ height, keys })));

/** Our tree of these chunks, recorded one by one. */
function ours(
  order: readonly number[][],
  storedSize: number,
  shape: readonly number[],
  gone: readonly number[][] = [],
) {
  const { state, storage } = newFile(DEFAULT_K);
  let address: number | null = null;
  for (const scaled of order) {
    const record = { scaled, address: 0, storedSize, filterMask: 0 };
    address = run(state, (tx) => indexAt(address, shape).upsert(tx, record)).indexAddress;
  }
  for (const scaled of gone) {
    expect(run(state, (tx) => indexAt(address, shape).remove(tx, scaled))).not.toBeNull();
  }
  return walkTree(flushed(state, storage), address!, shape.length, DEFAULT_K);
}

describe.each(PYTHONS)("$label", (python) => {
  it.each(ORDERS)("builds the same tree as we do from %s, and again when half of it is removed", (_, order) => {
    const { image } = withH5py(python, new Uint8Array(0), "w", CREATE, { order });
    const file = open(image);
    const { address, chunkShape } = layoutAt(file.state, "d");
    const theirs = walkTree(image, address!, chunkShape.length, DEFAULT_K);
    const storedSize = 4 * chunkShape.reduce((a, b) => a * b);
    expect(outline(theirs)).toEqual(outline(ours(order, storedSize, chunkShape)));
    const records = run(file.state, (tx) => indexAt(address, chunkShape).list(tx, null, 100_000)).records;
    expect(records).toEqual(walkedRecords(theirs, chunkShape));
    expect(records).toHaveLength(order.length);

    const half = Math.max(...order.map(([first]) => first!)) >> 1;
    const shrunk = withH5py(python, image, "r+", "d = f['d']; d.resize(request, axis=0)", half * chunkShape[0]!).image;
    const gone = order.filter(([first]) => first! >= half);
    const left = walkTree(shrunk, address!, chunkShape.length, DEFAULT_K);
    expect(outline(left)).toEqual(outline(ours(order, storedSize, chunkShape, gone)));
  });

  it("reads an index that we wrote, goes on writing and shrinking, and we read and edit it again", () => {
    const { state, storage } = newFile(DEFAULT_K);
    const shape = [4, 5];
    const places = grid(60, 50);
    const value = (scaled: readonly number[]): number => scaled[0]! * 1000 + scaled[1]!;
    run(state, (tx) => {
      const header = createDatasetHeader(tx, {
        datatype: {
          version: 1,
          size: 4,
          class: "fixed-point",
          byteOrder: "LE",
          signed: true,
          lowPad: 0,
          highPad: 0,
          bitOffset: 0,
          bitPrecision: 32,
        },
        dataspace: { version: 1, type: "simple", dimensions: [200, 300], maxDimensions: [null, null] },
        layout: { version: 3, class: "chunked", address: null, chunkShape: shape, elementSize: 4 },
        fill: { version: 2, allocationTime: "incremental", fillTime: "if-set", defined: "default", value: null },
        filters: [],
      });
      insertLink(tx, requireGroup(tx, rootOf(tx)), { name: "d", kind: "hard", address: header });
    });
    const write = (scaled: readonly number[][]): void =>
      run(state, (tx) => {
        const records = scaled.map((place): ChunkRecord => {
          const address = tx.alloc(80);
          tx.putBlock(address, new Uint8Array(new Int32Array(20).fill(value(place)).buffer));
          return { scaled: place, address, storedSize: 80, filterMask: 0 };
        });
        const header = resolvePath(tx, rootOf(tx), "d").address;
        const layout = requireChunked(loadDataset(tx, header));
        const { indexAddress, previous } = indexAt(layout.address, shape).upsertMany(tx, records);
        for (const old of previous) {
          tx.free(old.address, old.storedSize);
        }
        putLayout(tx, header, { ...layout, address: indexAddress });
      });
    write(places.filter(([a, b]) => (a! + b!) % 3 === 0));
    write(places.filter(([a, b]) => (a! + b!) % 3 === 1));
    const check = `
d = f['d']
out = [d[::4, ::5].tolist(), d.id.get_num_chunks(), d.id.get_storage_size()]
`;
    const first = withH5py<[number[][], number, number]>(python, flushed(state, storage), "r", check).out;
    const expected = (keep: (a: number, b: number) => boolean): number[][] =>
      Array.from({ length: 50 }, (_, a) => Array.from({ length: 60 }, (_, b) => (keep(a, b) ? value([a, b]) : 0)));
    expect(first).toEqual([expected((a, b) => (a + b) % 3 !== 2), 2000, 160_000]);

    const edited = withH5py(python, flushed(state, storage), "r+", "d = f['d']; d.resize((400, 250)); d[196:, :] = -7");
    const again = open(edited.image);
    const { address, chunkShape } = layoutAt(again.state, "d");
    const index = indexAt(address, chunkShape);
    const levels = walkTree(edited.image, address!, 2, DEFAULT_K);
    const { records } = run(again.state, (tx) => index.list(tx, null, 100_000));
    expect(records).toEqual(walkedRecords(levels, chunkShape));
    const stored = (a: number, b: number): boolean => a >= 49 || (a + b) % 3 !== 2;
    expect(records.map(({ scaled }) => scaled)).toEqual(grid(50, 100).filter(([a, b]) => stored(a!, b!)));
    const doomed = shuffled(records).slice(0, 3000);
    run(again.state, (tx) => {
      for (const { scaled, address: at, storedSize } of doomed) {
        expect(index.remove(tx, scaled)).not.toBeNull();
        tx.free(at, storedSize);
      }
    });
    const gone = new Set(doomed.map(({ scaled }) => scaled.join()));
    const kept = new Set(records.map(({ scaled }) => scaled.join()).filter((place) => !gone.has(place)));
    const final = withH5py<[number[][], number, number]>(python, flushed(again.state, again.storage), "r", check).out;
    expect(final[1]).toBe(kept.size);
    expect(final[0]).toEqual(
      Array.from({ length: 100 }, (_, a) =>
        Array.from({ length: 50 }, (_, b) => (!kept.has(`${a},${b}`) ? 0 : a >= 49 ? -7 : value([a, b]))),
      ),
    );
  });

  it("writes 100,000 chunks that we find all of", () => {
    const script = `
d = f.create_dataset('d', (100000,), '<i2', chunks=(1,))
d[:] = np.arange(100000).astype('<i2')
`;
    const { image } = withH5py(python, new Uint8Array(0), "w", script);
    const { state } = open(image);
    const { address, chunkShape } = layoutAt(state, "d");
    const index = indexAt(address, chunkShape, 2);
    const view = new DataView(image.buffer);
    expect(run(state, (tx) => index.count(tx))).toBe(100_000);
    const places = line(100_000);
    const found = run(state, (tx) => index.findMany(tx, places));
    expect(found.every((record, i) => record !== null && view.getInt16(record.address, true) === (i << 16) >> 16)).toBe(
      true,
    );
  });
});
