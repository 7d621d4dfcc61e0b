import type { Dataset, DtypeLike, Selection } from "@hdfive/core";
import type { DataspaceSelection } from "@hdfive/format";
import { mappedSelection } from "./source-selection.js";

/** What is known of a source that may not exist yet. */
export interface VirtualSourceOptions {
  /** Extent of each axis. */
  readonly shape: readonly number[];
  /** Datatype; what the virtual dataset has without it. Elements of another one are converted. */
  readonly dtype?: DtypeLike | undefined;
  /** Most elements per axis, `null` for no limit; the shape without it. */
  readonly maxShape?: readonly (number | null)[] | undefined;
}

/** A part of a source that is to be mapped. */
export interface SelectedSource {
  readonly source: VirtualSource;
  readonly selection: DataspaceSelection;
}

/** A dataset that gives elements to a virtual dataset. It need not exist before it is read. */
export class VirtualSource {
  /** The file, by its name from the folder of the virtual dataset's file on; `%b` stands for the number of a block. */
  readonly file: string;
  /** Path of the dataset in its file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly maxShape: readonly (number | null)[];
  readonly dtype: DtypeLike | undefined;

  /** @param file `"."` for the file of the virtual dataset, which is stored so too when it is named by its name */
  constructor(file: string, name: string, { shape, dtype, maxShape }: VirtualSourceOptions) {
    this.file = file;
    this.name = name;
    this.shape = [...shape];
    this.maxShape = [...(maxShape ?? shape)];
    this.dtype = dtype;
  }

  /** A source that exists, with the shape that it has now. */
  static from(dataset: Dataset): VirtualSource {
    const { filename, path, shape, maxShape, datatype } = dataset;
    return new VirtualSource(filename, path, { shape, maxShape, dtype: datatype });
  }

  /**
   * A part of the source: `source.select([0, slice(10)])`, `source.select(slice(0, UNLIMITED))`.
   *
   * @throws HdfiveError `OUT_OF_RANGE`, `INVALID_ARGUMENT` for a selection that makes no sense
   */
  select(selection: Selection = null): SelectedSource {
    return { source: this, selection: mappedSelection(selection, this.shape) };
  }
}
