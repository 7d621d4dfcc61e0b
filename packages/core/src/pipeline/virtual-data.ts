import type { DataspaceSelection } from "@hdfive/format";
import type { MemoryArray, MemoryType, ResolvedSelection } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import type { FileState } from "../engine/transaction/file-state.js";
import type { Task } from "../task.js";
import type { Placement } from "./placement.js";

/** A source of a virtual dataset that was looked for and is not there. */
export interface MissingSource {
  /** The file as the mapping names it; `"."` is the file of the virtual dataset. */
  readonly file: string;
  /** Path of the dataset in that file. */
  readonly dataset: string;
}

/**
 * What a read does where a source is not there: `"fill"` leaves the fill value, `"error"` throws `NOT_FOUND`, a function is
 * told of each and may answer either.
 */
export type MissingSources =
  | "fill"
  | "error"
  | ((source: MissingSource) => "fill" | "error" | undefined)
  | ((source: MissingSource) => void);

/** What is known of a source that was looked for. */
export type SourceState = "present" | "missing" | "refused" | "unreadable";

/** One mapping of a virtual dataset. */
export interface VirtualSourceInfo {
  /** The file as it is stored; `"."` is the file of the virtual dataset, `%b` stands for the number of a block. */
  readonly file: string;
  /** Path of the dataset in that file. */
  readonly dataset: string;
  /** The elements in the source. */
  readonly source: DataspaceSelection;
  /** Where they are in the virtual dataset. */
  readonly virtual: DataspaceSelection;
  /** What was found where it was looked for; left out where that was not asked for, or names have a `%b`. */
  readonly state?: SourceState | undefined;
}

/** The virtual datasets that a read came through, and what it may still look at. */
export interface VirtualPassage {
  /** The virtual datasets on the way, the first one first. */
  readonly chain: readonly { readonly state: FileState; readonly address: number }[];
  /** Mappings that may still be followed. */
  readonly budget: { left: number };
}

/** How the elements of a read are had and where they go, besides what is read. */
export interface ElementReadOptions {
  /** Where the elements go in the result; by default one after the other. */
  readonly placement?: Placement | undefined;
  /** What happens where a source of a virtual dataset is not there; the fill value by default. */
  readonly missing?: MissingSources | undefined;
  /** How the read came to this dataset, where other virtual datasets led to it. */
  readonly passage?: VirtualPassage | undefined;
}

/** Elements to be read, and the memory they go to. */
export interface ElementRead extends ElementReadOptions {
  readonly resolved: ResolvedSelection;
  readonly memory: MemoryType;
  readonly into: MemoryArray;
}

/** What reads and writes datasets whose elements are those of other datasets; `File` is an open file as the pipeline sees it. */
export interface VirtualData<File> {
  /** Files of sources that are open at the same time, at most, while no read uses them. */
  readonly maxOpenSources: number;
  /** The shape now: that of unlimited mappings follows the sources. */
  extent(file: File, dataset: DatasetHeader, passage?: VirtualPassage): Task<readonly number[]>;
  /** Reads elements of a dataset whose header has the shape that `extent` gives. */
  read(file: File, dataset: DatasetHeader, read: ElementRead): Task<void>;
  /** Writes packed elements, of the datatype of the virtual dataset, to the sources. */
  write(file: File, dataset: DatasetHeader, resolved: ResolvedSelection, bytes: Uint8Array<ArrayBuffer>): Task<void>;
  /** What the dataset is made of; with `look` what is there of it. */
  sources(file: File, dataset: DatasetHeader, look: boolean): Task<readonly VirtualSourceInfo[]>;
}
