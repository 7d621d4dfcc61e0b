import {
  type ChunkedLayout,
  HdfiveError,
  type IndexedChunkedLayout,
  lookup3,
  type NodeCodec,
  Reader,
} from "@hdfive/format";
import { describe, expect, test } from "vitest";
import { type Visit, visitChunkIndex } from "../../../format/test/corpus-chunk-indexes.js";
import {
  type ChunkBounds,
  type ChunkPage,
  type ChunkRecord,
  chunkIndexOf,
} from "../../src/engine/chunk-index/chunk-index.js";
import { type DatasetHeader, loadDataset, requireChunked } from "../../src/engine/datasets/dataset-header.js";
import { resolvePath } from "../../src/engine/groups/path.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile, openCounted, openFile } from "./engine-file.js";
import { PYTHONS, withH5py } from "./h5py.js";

/** Datasets of one chunk per element, by name: shape, largest shape, filter, which elements are written. */
const DATASETS = {
  fixed: { shape: [60, 50], most: [60, 50], filter: null, written: "[::2, 10:40]" },
  "fixed filtered": { shape: [40], most: [40], filter: "shuffle", written: "[3:30]" },
  endless: { shape: [2, 4000], most: [2, null], filter: null, written: "[:, 1000:3000:3]" },
  "endless filtered": { shape: [500], most: [null], filter: "shuffle", written: "[...]" },
  tree: { shape: [80, 70], most: [null, null], filter: null, written: "[5:60, ::2]" },
  "tree filtered": { shape: [20, 30], most: [null, null], filter: "shuffle", written: "[...]" },
} as const;
type Name = keyof typeof DATASETS;
const NAMES = Object.keys(DATASETS) as Name[];

const pythonTuple = (values: readonly (number | null)[]): string => `(${values.map((n) => n ?? "None").join(", ")},)`;

function imageBy(python: (typeof PYTHONS)[number]): Uint8Array<ArrayBuffer> {
  const script = ["name = f.filename", "f.close()", "f = h5py.File(name, 'w', libver='latest')"];
  for (const [name, { shape, most, filter, written }] of Object.entries(DATASETS)) {
    const chunks = pythonTuple(shape.map(() => 1));
    const limits = filter === null ? "" : ", shuffle=True";
    const options = `'u1', chunks=${chunks}, maxshape=${pythonTuple(most)}${limits}`;
    script.push(`d = f.create_dataset('${name}', ${pythonTuple(shape)}, ${options})`, `d${written} = 1`);
  }
  return withH5py(python, new Uint8Array(), "w", [...script, "f.close()"].join("\n")).image;
}

function datasetIn(tx: Tx, name: Name): DatasetHeader & { readonly layout: ChunkedLayout } {
  const { address } = resolvePath(tx, tx.state.superblock.rootAddress as number, name);
  const dataset = loadDataset(tx, address);
  return { ...dataset, layout: requireChunked(dataset) };
}

async function listAll(file: EngineFile, name: Name, limit: number, bounds?: ChunkBounds): Promise<ChunkRecord[]> {
  const records: ChunkRecord[] = [];
  let after: readonly number[] | null = null;
  let pages = 0;
  do {
    if (++pages > 20_000) {
      throw new Error("the list does not end");
    }
    const from: readonly number[] | null = after;
    const page: ChunkPage = await file.do((tx) => {
      const dataset = datasetIn(tx, name);
      return chunkIndexOf(dataset.layout, dataset).list(tx, from, limit, bounds);
    });
    records.push(...page.records);
    after = page.next;
  } while (after !== null);
  return records;
}

const isIn = ({ scaled }: ChunkRecord, { first, last }: ChunkBounds): boolean =>
  scaled.every((at, i) => at >= (first[i] as number) && at <= (last[i] as number));

describe.each(PYTHONS)("chunk indexes written by $label", (python) => {
  const image = imageBy(python);

  test.each(NAMES)("%s: list in pages of any length, and in any box, what each look-up finds", async (name) => {
    const file = await openFile(image);
    const all = await listAll(file, name, 1_000_000);
    expect(all.length).toBeGreaterThan(20);
    for (const limit of [1, 7, 100]) {
      expect(await listAll(file, name, limit)).toEqual(all);
    }
    const index = (tx: Tx) => {
      const dataset = datasetIn(tx, name);
      return chunkIndexOf(dataset.layout, dataset);
    };
    const places = all.map(({ scaled }) => scaled);
    expect(await file.do((tx) => index(tx).count(tx))).toBe(all.length);
    expect(await file.do((tx) => index(tx).findMany(tx, places))).toEqual(all);
    expect(await file.do((tx) => places.slice(0, 50).map((place) => index(tx).find(tx, place)))).toEqual(
      all.slice(0, 50),
    );
    // Every place of the grid is found when it is listed, and only then.
    const { shape } = DATASETS[name];
    const grid = shape.reduce<number[][]>(
      (rows, extent) => rows.flatMap((row) => Array.from({ length: extent }, (_, i) => [...row, i])),
      [[]],
    );
    const found = await file.do((tx) => index(tx).findMany(tx, grid));
    expect(found.filter((record) => record !== null)).toHaveLength(all.length);
    for (const part of [0.1, 0.5, 0.95]) {
      const bounds = {
        first: shape.map((extent) => Math.floor(extent * part * 0.5)),
        last: shape.map((extent) => Math.floor(extent * part)),
      };
      expect(await listAll(file, name, 10, bounds)).toEqual(all.filter((record) => isIn(record, bounds)));
    }
    const none = { first: shape.map(() => 3), last: shape.map(() => 2) };
    expect(await listAll(file, name, 10, none)).toEqual([]);
  });

  test.each(NAMES)(
    "%s: are the same under a storage that answers late and a memory that keeps nothing",
    async (name) => {
      const calm = await listAll(await openFile(image), name, 200);
      const storm = await openFile(image, true);
      expect(await listAll(storm, name, 200)).toEqual(calm);
      const found = await storm.do((tx) => {
        const dataset = datasetIn(tx, name);
        return chunkIndexOf(dataset.layout, dataset).findMany(
          tx,
          calm.map(({ scaled }) => scaled),
        );
      });
      expect(found).toEqual(calm);
    },
  );

  test.each(NAMES)("%s: cost waits by their depth, not by their leaves", async (name) => {
    const file = await openCounted(image);
    await file.do((tx) => datasetIn(tx, name));
    file.storage.waits = 0;
    await file.do((tx) => {
      const dataset = datasetIn(tx, name);
      return chunkIndexOf(dataset.layout, dataset).list(tx, null, 100_000);
    });
    expect(file.storage.waits).toBeLessThanOrEqual(6);
  });

  test.each(NAMES)(
    "%s: answer with a typed error or a value, whatever byte is changed and the checksum made to fit",
    async (name) => {
      const file = await openFile(image);
      const structures = await file.do((tx) => structuresOf(tx, datasetIn(tx, name).layout, image));
      expect(structures.length).toBeGreaterThan(1);
      let refused = 0;
      let answered = 0;
      for (const { address, size } of structures.slice(0, 5)) {
        for (const at of positionsIn(size)) {
          for (const byte of [0x00, 0x01, 0x7f, 0xff]) {
            const damaged = image.slice();
            damaged[address + at] = byte;
            writeChecksumOf(damaged, address, size);
            const broken = await openFile(damaged);
            try {
              await listAll(broken, name, 5000);
              await broken.do((tx) => {
                const dataset = datasetIn(tx, name);
                const index = chunkIndexOf(dataset.layout, dataset);
                index.findMany(tx, [dataset.dataspace.dimensions.map((extent) => Math.floor(extent / 2))]);
                index.count(tx);
              });
              answered++;
            } catch (error) {
              expect(error, `byte ${at} of the structure at ${address} made ${byte}`).toBeInstanceOf(HdfiveError);
              refused++;
            }
          }
        }
      }
      expect(refused).toBeGreaterThan(0);
      expect(answered).toBeGreaterThan(0);
    },
    120_000,
  );
});

/** Where the structures of an index are. */
function structuresOf(
  tx: Tx,
  layout: ChunkedLayout,
  image: Uint8Array,
): { readonly address: number; readonly size: number }[] {
  const found: { address: number; size: number }[] = [];
  const visit: Visit = <T>(codec: NodeCodec<T>, address: number): T => {
    const size = codec.totalSize(new Reader(image.subarray(address), codec.name), tx.context);
    found.push({ address, size });
    return codec.decode(new Reader(image.subarray(address, address + size), codec.name, address), tx.context);
  };
  visitChunkIndex(layout as IndexedChunkedLayout, tx.context, visit);
  return found;
}

/** The first bytes, where the fields are, and some of those behind. */
function positionsIn(size: number): number[] {
  const positions = new Set(Array.from({ length: Math.min(size - 4, 24) }, (_, i) => i));
  for (let at = 24; at < size - 4; at += Math.ceil(size / 8)) {
    positions.add(at);
  }
  return [...positions];
}

function writeChecksumOf(image: Uint8Array, address: number, size: number): void {
  const checksum = lookup3(image.subarray(address, address + size - 4));
  new DataView(image.buffer).setUint32(address + size - 4, checksum, true);
}

test("an implicit index of more chunks than fit the file is refused before they are gone through", async () => {
  const file = await newFile(false);
  const layout: IndexedChunkedLayout = {
    version: 4,
    class: "chunked",
    address: 48,
    chunkShape: [1, 1],
    elementSize: 1,
    dimensionSize: 1,
    partialChunksUnfiltered: false,
    index: { kind: "implicit" },
  };
  const dimensions = [2 ** 20, 2 ** 20];
  const dataspace = { version: 2, type: "simple", dimensions, maxDimensions: null } as const;
  const index = chunkIndexOf(layout, { dataspace, filters: [] });
  expect(() => file.do((tx) => index.list(tx, null, 10))).toThrow("do not fit the file");
  expect(() => file.do((tx) => index.count(tx))).toThrow("do not fit the file");
});
