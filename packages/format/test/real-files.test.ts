import { expect, test } from "vitest";
import { type BtreeNode, type Codec, HdfiveError, Reader, UnsupportedError, Writer } from "../src/index.js";
import { corpusFiles, corpusIsPresent } from "./corpus.js";
import { CorpusWalk, type RealStructure } from "./corpus-structures.js";

/** Structures of which a file of the corpus must show some, or the walk has lost its way. */
const EXPECTED_CODECS = [
  ...["superblock", "object-header", "continuation-chunk", "shared-message", "driver-info-block"],
  ...["symbol-node", "group-node", "chunk-node", "local-heap"],
  ...["dataspace", "datatype", "data-layout", "fill-value", "fill-value-old", "filter-pipeline", "attribute"],
  ...["link", "link-info", "group-info", "attribute-info", "symbol-table", "continuation", "comment", "btree-k"],
  ...["modification-time", "modification-time-old", "reference-count"],
  ...["btree-v2-header", "btree-v2-leaf of chunk-record", "btree-v2-leaf of filtered-chunk-record"],
  ...["fixed-array-header", "fixed-array-data-block", "array-page"],
  ...["extensible-array-header", "extensible-array-index-block", "extensible-array-super-block"],
  ...["extensible-array-data-block"],
];

/**
 * Early libraries counted padding into the stored size of an attribute's datatype or dataspace. Such an attribute is written
 * again without it: the same value in fewer bytes.
 */
const OVERSIZED_ATTRIBUTES: readonly string[] = [
  "files/Unidata__netcdf-c/h5_test/ref_tst_compounds.nc",
  "files/Unidata__netcdf-c/nc_test4/ref_tst_interops4.nc",
  "files/Unidata__netcdf-c/ncdump/ref_tst_compounds2.nc",
  "files/Unidata__netcdf-c/ncdump/ref_tst_compounds3.nc",
  "files/ajelenak__hdf5/test/testfiles/tnullspace.h5",
];

function encoded<T>(codec: Codec<T>, value: T, { context }: RealStructure): Uint8Array {
  const writer = new Writer(codec.sizeOf(value, context), codec.name);
  codec.encode(value, writer, context);
  return writer.finish();
}

/** Bytes of a node that mean something: behind its entries, old ones may lie about. */
function usedSize(structure: RealStructure, value: unknown, size: number): number {
  const { context, codec } = structure;
  const header = 8;
  if (codec.name === "symbol-node") {
    const { entries } = value as { readonly entries: readonly unknown[] };
    return header + entries.length * (context.lengthSize + context.offsetSize + 24);
  }
  if (codec.name === "group-node" || codec.name === "chunk-node") {
    const { children, keys } = value as BtreeNode<{ readonly offset?: readonly number[] }>;
    const rank = keys[0]?.offset?.length;
    const keySize = rank === undefined ? context.lengthSize : 8 + 8 * (rank + 1);
    const { offsetSize } = context;
    return header + 2 * offsetSize + children.length * (offsetSize + keySize) + (children.length > 0 ? keySize : 0);
  }
  // Behind its checksum a node of a version 2 B-tree holds what was there before.
  return isBtreeV2Node(structure) ? structure.bytes.length : size;
}

function isBtreeV2Node({ codec }: RealStructure): boolean {
  return /^btree-v2-(leaf|internal-node) /.test(codec.name);
}

/** What is wrong with a structure's round trip, or `undefined`. */
function problemOf(structure: RealStructure, file: string): string | undefined {
  const { codec, bytes, address, context } = structure;
  let value: unknown;
  try {
    value = codec.decode(new Reader(bytes, codec.name, address), context);
  } catch (error) {
    return error instanceof UnsupportedError ? undefined : `does not decode: ${error}`;
  }
  const again = encoded(codec, value, structure);
  const size = usedSize(structure, value, again.length);
  if (
    (again.length > bytes.length && !isBtreeV2Node(structure)) ||
    (again.length < bytes.length && !structure.mayBePadded)
  ) {
    return `${again.length} bytes where the file has ${bytes.length}`;
  }
  if (Buffer.compare(again.subarray(0, size), bytes.subarray(0, size)) === 0) {
    return undefined;
  }
  if (codec.name === "attribute" && OVERSIZED_ATTRIBUTES.includes(file)) {
    expect(codec.decode(new Reader(again, codec.name), context)).toEqual(value);
    return undefined;
  }
  return "has other bytes";
}

test.runIf(corpusIsPresent())("every structure of the real files is written again as it was", () => {
  const counts = new Map<string, number>();
  const problems: string[] = [];
  for (const file of corpusFiles()) {
    for (const structure of new CorpusWalk(file).structures) {
      const { codec, address } = structure;
      counts.set(codec.name, (counts.get(codec.name) ?? 0) + 1);
      const problem = problemOf(structure, file.name);
      if (problem !== undefined) {
        problems.push(`${codec.name} at ${address} of ${file.name}: ${problem}`);
      }
    }
  }
  expect(problems).toEqual([]);
  expect(EXPECTED_CODECS.filter((name) => !counts.has(name))).toEqual([]);
});

test.runIf(corpusIsPresent())("every truncation of a real object header is a typed error", () => {
  let refused = 0;
  for (const file of corpusFiles()) {
    const headers = new CorpusWalk(file).structures.filter(({ codec }) => codec.name === "object-header");
    for (const { codec, bytes, context } of headers.slice(0, 3)) {
      for (let length = 0; length < bytes.length; length += 5) {
        expect(() => codec.decode(new Reader(bytes.subarray(0, length), codec.name), context)).toThrow(HdfiveError);
        refused++;
      }
    }
  }
  expect(refused).toBeGreaterThan(1000);
});
