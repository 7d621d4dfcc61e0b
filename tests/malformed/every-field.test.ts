import { afterAll, describe, expect, test } from "vitest";
import { H5pyFiles } from "./h5py-files.js";
import type { Place } from "./places.js";
import { recordAll, seal } from "./seal.js";
import { readAll } from "./specimen.js";

const files = H5pyFiles.make();
afterAll(() => files?.remove());

/** Places of one structure that are tried, from its beginning and evenly from the rest. */
const MOST_PLACES = 16;
const HEAD = 10;

/** Numbers that are hard to take, for a field of so many bytes that holds another number now. */
function hardNumbers({ width, at }: Place, now: bigint, image: Uint8Array): bigint[] {
  const bits = BigInt(8 * Math.min(width, 8));
  const all = (1n << bits) - 1n;
  const numbers = [0n, 1n, now + 1n, now - 1n, all, all - 1n, 1n << (bits - 1n), BigInt(image.length), BigInt(at)];
  return [...new Set(numbers.map((number) => number & all))].filter((number) => number !== now);
}

/** Puts every hard number into the fields of one kind of structure; what came of it, by the code of the error. */
function abuse(name: string, structure: string): Map<string, number> {
  const image = (files as H5pyFiles).image(name);
  const { places, checksums } = recordAll(image);
  const all = places.filter((place) => place.structure === structure && place.kind !== "bytes");
  const step = Math.max(1, Math.ceil((all.length - HEAD) / (MOST_PLACES - HEAD)));
  const tried = all.filter((_, i) => i < HEAD || (i - HEAD) % step === 0);
  expect(tried.length, `fields of ${structure} in ${name}`).toBeGreaterThan(0);
  const met = new Map<string, number>();
  for (const place of tried) {
    const width = Math.min(place.width, 8);
    const now = image.subarray(place.at, place.at + width).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    for (const number of hardNumbers(place, now, image)) {
      const changed = image.slice();
      changed.set(bytesOf(number, width), place.at);
      seal(changed, checksums);
      for (const { error } of readAll(changed).met) {
        const key = error.code === "CORRUPT" && "structure" in error ? `CORRUPT ${error.structure}` : error.code;
        met.set(key, (met.get(key) ?? 0) + 1);
      }
    }
  }
  return met;
}

function bytesOf(number: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

/** A class of the list of hostile structures, with the files and the structures that stand for it. */
const CLASSES: readonly (readonly [title: string, file: string, structure: string, names?: RegExp])[] = [
  ["38: references to regions", "old types", "region-reference"],
  ["39: selections in the heap", "types", "region-reference"],
  ["40: headers of version 2 B-trees", "more members", "btree-v2-header", /btree-v2/],
  ["40: leaves of links by name", "dense members", "btree-v2-leaf of link-name-record"],
  ["40: leaves of links by order", "dense members", "btree-v2-leaf of link-order-record"],
  ["40: leaves of attributes", "dense members", "btree-v2-leaf of attribute-name-record"],
  ["40: inner nodes of links", "more members", "btree-v2-internal-node of link-name-record", /btree-v2/],
  ["40: inner nodes of chunks", "tree deep", "btree-v2-internal-node of chunk-record", /btree-v2/],
  ["40: leaves of chunks", "tree deep", "btree-v2-leaf of chunk-record"],
  ["40: leaves of filtered chunks", "tree filtered", "btree-v2-leaf of filtered-chunk-record"],
  ["41: headers of fractal heaps", "dense members", "fractal-heap", /fractal/],
  ["41: direct blocks", "dense members", "fractal-heap-direct-block", /fractal/],
  ["41: indirect blocks", "dense members", "fractal-heap-indirect-block", /fractal/],
  ["41: IDs of objects in heaps", "dense members", "fractal-heap-id"],
  ["41: huge objects", "huge attribute", "btree-v2-leaf of huge-object-record"],
  ["42: filtered heaps", "filtered heap", "fractal-heap"],
  ["44: file space information", "paged", "file-space-info", /file-space|space/],
  ["45: the table of shared messages", "shared list", "shared-message-table", /shared|fractal|btree/],
  ["45: the message about shared messages", "shared tree", "shared-message-table-message"],
  ["45: pointers to shared messages", "shared tree", "shared-message"],
  ["46: where the cache image is", "cache image", "cache-image-info", /cache/],
  ["46: the cache image", "cache image", "cache-image", /cache/],
  ["47: headers of fixed arrays", "fixed array paged", "fixed-array-header", /fixed-array/],
  ["47: data blocks of fixed arrays", "fixed array filtered", "fixed-array-data-block"],
  ["47: pages of arrays", "fixed array paged", "array-page"],
  ["47: headers of extensible arrays", "extensible array long", "extensible-array-header", /extensible-array/],
  ["47: index blocks of extensible arrays", "extensible array long", "extensible-array-index-block"],
  ["47: super blocks of extensible arrays", "extensible array long", "extensible-array-super-block"],
  ["47: data blocks of extensible arrays", "extensible array filtered", "extensible-array-data-block"],
  ["48: links", "compact members", "link", /link/],
  ["48: where links are", "dense members", "link-info"],
  ["13: where attributes are", "dense members", "attribute-info"],
  ["49: external links", "basic", "external link"],
  ["22: data layouts of version 4 and 5", "single filtered", "data-layout", /layout/],
  ["23: data layouts of implicit indexes", "implicit", "data-layout", /layout/],
  ["27: filters of version 2", "filters", "filter-pipeline", /filter/],
  ["29: parameters of filters of version 1", "old filters", "filter-pipeline", /filter/],
  ["52: lists of external files", "external", "external-files", /external/],
  ["16: datatypes of version 3", "basic", "datatype", /datatype/],
  ["13: attributes of version 3", "basic", "attribute", /attribute|data/],
  ["10: object headers of version 2", "compact members", "object-header", /object-header/],
  ["8: continuations", "basic", "continuation-chunk"],
  ["51: mappings of virtual datasets", "virtual", "virtual-mappings"],
];

describe.skipIf(files === null)("every field of what the newest format has", () => {
  for (const [title, file, structure, names] of CLASSES) {
    test(`${title}: any number ends in a typed error or in a result, soon and in little memory`, () => {
      const met = abuse(file, structure);
      const corrupt = [...met.keys()].filter((key) => key.startsWith("CORRUPT"));
      expect(corrupt.length, "errors").toBeGreaterThan(0);
      if (names !== undefined) {
        expect(
          corrupt.some((key) => names.test(key)),
          corrupt.join(),
        ).toBe(true);
      }
    });
  }
});

/** Files whose addresses are led elsewhere, by the list's classes. */
const REDIRECTED: readonly (readonly [title: string, file: string])[] = [
  ["32: version 1 B-trees of groups", "old members"],
  ["32: version 1 B-trees of chunks", "old tree"],
  ["40 and 41: B-trees and heaps of dense groups", "more members"],
  ["40: B-trees of chunks", "tree deep"],
  ["45: tables of shared messages", "shared tree"],
  ["47: fixed arrays", "fixed array paged"],
  ["47: extensible arrays", "extensible array long"],
  ["54: headers and heaps of everything", "types"],
];
const MOST_ADDRESSES = 3;
const MOST_TARGETS = 10;

describe.skipIf(files === null)("every address of what libhdf5 writes", () => {
  for (const [title, file] of REDIRECTED) {
    test(`${title}: led to any structure, itself and those above it among them, it ends`, () => {
      const image = (files as H5pyFiles).image(file);
      const { places, structures, checksums } = recordAll(image);
      // Some of each kind of structure: most addresses are those of payload, which lead nowhere.
      const all = places.filter(({ kind }) => kind === "address");
      const kinds = [...new Set(all.map(({ structure }) => structure))];
      const addresses = kinds.flatMap((kind) =>
        evenly(
          all.filter(({ structure }) => structure === kind),
          MOST_ADDRESSES,
        ),
      );
      const byName = new Map(structures.map((structure) => [structure.name, structure]));
      const targets = evenly([...byName.values()], MOST_TARGETS);
      let errors = 0;
      for (const { at, width } of addresses) {
        const own = structures.find(({ start, end }) => start <= at && at < end);
        for (const { start } of own === undefined ? targets : [own, ...targets]) {
          const changed = image.slice();
          changed.set(bytesOf(BigInt(start), Math.min(width, 8)), at);
          seal(changed, checksums);
          errors += readAll(changed).met.length;
        }
      }
      expect(errors).toBeGreaterThan(addresses.length);
    });
  }
});

function evenly<T>(list: readonly T[], most: number): T[] {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)] as T);
}
