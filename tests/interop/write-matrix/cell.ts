import type { DatasetOptions, DtypeLike, Group } from "@hdfive/core";
import type { Plain } from "../plain.js";

/** The lower bounds on versions that cells are written under. */
export const BOUNDS = ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"] as const;

/** One of the bounds. */
export type Bound = (typeof BOUNDS)[number];

/** Bounds that use the chunk indexes of HDF5 1.10. */
export const NEW_INDEXES: ReadonlySet<Bound> = new Set(["v110", "v112", "v114", "v200", "latest"]);

/** Bounds of which libhdf5 1.10 reads everything that is written under them here. */
export const READ_BY_1_10: ReadonlySet<Bound> = new Set(["earliest", "v108", "v110"]);

/** What a cell must be found to be by whoever reads it, as far as the cell decides it. */
export interface CellFacts {
  readonly value?: Plain;
  readonly shape?: readonly number[] | null;
  readonly layout?: "compact" | "contiguous" | "chunked";
  readonly allocation?: "early" | "late" | "incremental";
  /** The index that libhdf5 itself takes for such a dataset under bounds from v110 on. */
  readonly index?: "single" | "implicit" | "farray" | "earray" | "btree2";
  /** Links in the order they were made. */
  readonly linkOrder?: readonly string[];
  /** Attributes in the order they were made. */
  readonly attributeOrder?: readonly string[];
}

/** One cell of the matrix: an object, how it is made under a name in a group, and what must be found there. */
export interface Cell {
  readonly name: string;
  readonly facts: CellFacts;
  /** Bounds under which libhdf5 cannot have it either; all when it is left out. */
  readonly bounds?: (bound: Bound) => boolean;
  write(group: Group, name: string, sync: boolean): Promise<void>;
}

/** A cell that is one dataset, made with its data and not written to afterwards. */
export function datasetCell<D extends DtypeLike>(name: string, options: DatasetOptions<D>, facts: CellFacts): Cell {
  return {
    name,
    facts,
    async write(group, path, sync) {
      if (sync) {
        group.createDatasetSync(path, options);
      } else {
        await group.createDataset(path, options);
      }
    },
  };
}

/** A number for every element, by its index. */
export const numberAt = (index: number): number => ((index * 7919) % 2003) - 1000;
