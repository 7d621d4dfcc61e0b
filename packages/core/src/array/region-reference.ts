import type { DataspaceSelection } from "@hdfive/format";

/**
 * A reference to a part of a dataset: h5py's `RegionReference`.
 *
 * `dataset.read(reference)` reads the part; `file.dereference(reference)` is the dataset.
 */
export class RegionReference {
  /** The reference that points nowhere. */
  static readonly NULL: RegionReference = new RegionReference(0, { kind: "none" });
  /** Address of the dataset's object header, relative to the base address of its file; 0 for a null reference. */
  readonly address: number;
  /** The part of the dataset. */
  readonly selection: DataspaceSelection;
  /** Name of the file it points into, where that is another one. */
  readonly fileName: string | null;

  constructor(address: number, selection: DataspaceSelection, fileName: string | null = null) {
    this.address = address;
    this.selection = selection;
    this.fileName = fileName;
  }

  /** True for a reference that points nowhere. */
  get isNull(): boolean {
    return this.address === 0;
  }
}
