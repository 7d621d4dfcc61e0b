import { type DatasetOptions, slice } from "@hdfive/core";
import type { Plain } from "../plain.js";
import { type Cell, type CellFacts, numberAt } from "./cell.js";

interface Place {
  readonly label: string;
  readonly shape: readonly number[];
  readonly options: DatasetOptions;
  readonly facts: CellFacts;
}

/** How much of a dataset is written: all, a region somewhere in the middle, nothing. */
const EXTENTS = ["full", "part", "none"] as const;

const FILTERS: readonly (readonly [string, DatasetOptions])[] = [
  ["plain", {}],
  ["gzip", { compression: "gzip" }],
  ["shuffle gzip", { shuffle: true, compression: 9 }],
  ["fletcher32", { fletcher32: true }],
  ["lzf", { compression: "lzf" }],
  ["szip", { compression: "szip", compressionOptions: ["nn", 4] }],
  ["nbit", { nbit: true }],
  ["scale-offset", { scaleOffset: true }],
  ["scale-offset gzip", { scaleOffset: 0, compression: "gzip" }],
  ["all in a row", { nbit: true, shuffle: true, compression: "gzip", fletcher32: true }],
];

/** Chunked datasets that every kind of index stands behind, from libhdf5 1.10 on. */
const INDEXED: readonly Place[] = [
  chunked("single", [6, 5], [6, 5], null, "single"),
  chunked("fixed 1d", [29], [4], null, "farray"),
  chunked("fixed 2d", [11, 9], [4, 3], [12, 20], "farray"),
  chunked("fixed 4d", [3, 4, 2, 3], [2, 2, 2, 2], [3, 4, 2, 3], "farray"),
  chunked("extensible 1d", [29], [4], [null], "earray"),
  chunked("extensible first axis", [11, 9], [4, 3], [null, 9], "earray"),
  chunked("extensible second axis", [11, 9], [4, 3], [16, null], "earray"),
  chunked("tree 2d", [11, 9], [4, 3], [null, null], "btree2"),
  chunked("tree 3d", [5, 6, 7], [2, 3, 4], [null, 6, null], "btree2"),
];

/** Datasets with so many chunks that arrays have pages and blocks, and trees have depth. */
const LARGE: readonly Place[] = [
  chunked("paged fixed", [5200], [2], null, "farray"),
  chunked("long extensible", [5200], [2], [null], "earray"),
  chunked("deep tree", [52, 100], [2, 1], [null, null], "btree2"),
];

const IMPLICIT = chunked("implicit", [11, 9], [4, 3], [12, 20], "implicit");

/** Every layout, every chunk index, every filter, full, in part and not at all. */
export function storageCells(): Cell[] {
  return [
    ...INDEXED.flatMap((place) =>
      FILTERS.flatMap(([label, filters]) => EXTENTS.map((extent) => cell(place, label, filters, extent))),
    ),
    ...LARGE.flatMap((place) =>
      FILTERS.slice(0, 2).flatMap(([label, filters]) => EXTENTS.map((extent) => cell(place, label, filters, extent))),
    ),
    ...EXTENTS.flatMap((extent) => [
      cell(IMPLICIT, "early", { allocationTime: "early" }, extent, { allocation: "early" }),
      cell(INDEXED[0] as Place, "early", { allocationTime: "early" }, extent, { allocation: "early", index: "single" }),
      cell(INDEXED[2] as Place, "early gzip", { allocationTime: "early", compression: 1 }, extent, {
        allocation: "early",
      }),
      cell(INDEXED[4] as Place, "early", { allocationTime: "early" }, extent, { allocation: "early" }),
      cell(INDEXED[7] as Place, "early", { allocationTime: "early" }, extent, { allocation: "early" }),
      cell(INDEXED[2] as Place, "late", { allocationTime: "late" }, extent, { allocation: "late" }),
      cell(contiguous("contiguous", [6, 5]), "late", {}, extent, { allocation: "late" }),
      cell(contiguous("contiguous", [6, 5]), "early", { allocationTime: "early" }, extent, { allocation: "early" }),
      cell(contiguous("contiguous 1d", [1000]), "late", {}, extent, { allocation: "late" }),
      cell(contiguous("compact", [6, 5]), "early", { layout: "compact" }, extent, {
        layout: "compact",
        allocation: "early",
      }),
    ]),
  ];
}

function chunked(
  label: string,
  shape: readonly number[],
  chunks: readonly number[],
  maxShape: readonly (number | null)[] | null,
  index: NonNullable<CellFacts["index"]>,
): Place {
  const options = { shape, chunks, ...(maxShape === null ? {} : { maxShape }) };
  return { label, shape, options, facts: { layout: "chunked", allocation: "incremental", index } };
}

function contiguous(label: string, shape: readonly number[]): Place {
  return { label, shape, options: { shape }, facts: { layout: "contiguous" } };
}

function cell(
  { label, shape, options, facts }: Place,
  what: string,
  more: DatasetOptions,
  extent: (typeof EXTENTS)[number],
  moreFacts: CellFacts = {},
): Cell {
  const fill = extent === "full" ? 0 : -7;
  const settings = {
    ...options,
    ...more,
    dtype: "int32",
    ...(fill === 0 ? {} : { fillValue: fill }),
  } as DatasetOptions;
  const from = shape.map((size) => (extent === "part" ? Math.floor(size / 3) : 0));
  const to = shape.map((size) => (extent === "part" ? Math.max(Math.floor((2 * size) / 3), 1) : size));
  const isWritten = (position: readonly number[]): boolean =>
    extent !== "none" && position.every((at, axis) => at >= (from[axis] as number) && at < (to[axis] as number));
  const whole = nestedBy(shape, (position, index) => (isWritten(position) ? numberAt(index) : fill));
  const region = nestedBy(
    shape.map((_, axis) => (to[axis] as number) - (from[axis] as number)),
    (position) =>
      numberAt(
        flat(
          position.map((at, axis) => at + (from[axis] as number)),
          shape,
        ),
      ),
  );
  return {
    name: `${label} ${what} ${extent}`,
    facts: { ...facts, ...moreFacts, shape, value: whole },
    async write(group, name, sync) {
      const selection = from.map((start, axis) => slice(start, to[axis] as number));
      if (sync) {
        const dataset = group.createDatasetSync(name, settings);
        if (extent !== "none") {
          dataset.writeSync(region, selection);
        }
        return;
      }
      const dataset = await group.createDataset(name, settings);
      if (extent !== "none") {
        await dataset.write(region, selection);
      }
    },
  };
}

function nestedBy(shape: readonly number[], value: (position: readonly number[], index: number) => Plain): Plain {
  const level = (position: readonly number[]): Plain =>
    position.length === shape.length
      ? value(position, flat(position, shape))
      : Array.from({ length: shape[position.length] as number }, (_, at) => level([...position, at]));
  return level([]);
}

function flat(position: readonly number[], shape: readonly number[]): number {
  return position.reduce((sum, at, axis) => sum * (shape[axis] as number) + at, 0);
}
