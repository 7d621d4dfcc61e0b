import type { AttributeReference, DtypeLike, NdArray, ObjectReference, RegionReference } from "../array/index.js";
import type { Dataset } from "./dataset.js";
import { type AnyReference, dereference, type ReferencedAttribute, regionDataset } from "./dereference.js";
import type { FileContext } from "./file-context.js";
import { type FileInfo, fileInfo } from "./file-info.js";
import { Group, type HdfObject } from "./group.js";
import type { ReadOptions } from "./read-options.js";

/** An open HDF5 file: its root group, and the way to flush and close it. */
export class File extends Group {
  /** @internal */
  constructor(context: FileContext) {
    super(context, context.rootAddress, "/");
  }

  /** Name of the storage: a path, a URL. */
  override get filename(): string {
    return this.context.filename;
  }

  /** `"r+"` when the file can be written, else `"r"`. */
  get mode(): "r" | "r+" {
    return this.context.state.writable ? "r+" : "r";
  }

  /** Whether the file has not been closed. */
  get isOpen(): boolean {
    return this.context.isOpen;
  }

  /** Writes everything changed to the storage. */
  flush(): Promise<void> {
    return this.run(() => this.context.flush());
  }
  /** As `flush`, without waiting. */
  flushSync(): void {
    this.runSync(() => this.context.flush());
  }

  /** Flushes and closes the file; handles of its objects are of no use then. A second call does nothing. */
  async close(): Promise<void> {
    if (this.isOpen) {
      await this.run(() => this.context.close());
    }
  }
  /** As `close`, without waiting. */
  closeSync(): void {
    if (this.isOpen) {
      this.runSync(() => this.context.close());
    }
  }

  /** Closes the file at the end of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Closes the file at the end of `using`. */
  [Symbol.dispose](): void {
    this.closeSync();
  }

  /**
   * What a reference points to: an object, the dataset that a region is part of, or an attribute with its object.
   *
   * References of HDF5 1.12 may lead into other files, which are opened for reading and closed with this one.
   *
   * @throws HdfiveError `NOT_FOUND` for a null reference, and where the other file or the attribute is missing.
   */
  dereference(reference: RegionReference): Promise<Dataset>;
  /** As above, for an attribute. */
  dereference(reference: AttributeReference): Promise<ReferencedAttribute>;
  /** As above, for an object. */
  dereference(reference: ObjectReference): Promise<HdfObject>;
  dereference(reference: AnyReference): Promise<HdfObject | ReferencedAttribute>;
  dereference(reference: AnyReference): Promise<HdfObject | ReferencedAttribute> {
    return this.run(() => dereference(this.context, reference));
  }
  /** As `dereference`, without waiting. */
  dereferenceSync(reference: RegionReference): Dataset;
  /** As above, for an attribute. */
  dereferenceSync(reference: AttributeReference): ReferencedAttribute;
  /** As above, for an object. */
  dereferenceSync(reference: ObjectReference): HdfObject;
  dereferenceSync(reference: AnyReference): HdfObject | ReferencedAttribute;
  dereferenceSync(reference: AnyReference): HdfObject | ReferencedAttribute {
    return this.runSync(() => dereference(this.context, reference));
  }

  /** Reads the part of a dataset that a region reference points to: `dereference` and `read` in one. */
  async readRegion<T extends DtypeLike = DtypeLike>(
    reference: RegionReference,
    options: ReadOptions<T> = {},
  ): Promise<NdArray<T>> {
    const dataset = await this.run(() => regionDataset(this.context, reference), options.signal);
    return dataset.read<T>(reference, options);
  }
  /** As `readRegion`, without waiting. */
  readRegionSync<T extends DtypeLike = DtypeLike>(
    reference: RegionReference,
    options: ReadOptions<T> = {},
  ): NdArray<T> {
    return this.runSync(() => regionDataset(this.context, reference)).readSync<T>(reference, options);
  }

  /** What is stored about the file. */
  override info(): Promise<FileInfo> {
    return super.info().then((group) => fileInfo(this.context.state, group));
  }
  /** As `info`, without waiting. */
  override infoSync(): FileInfo {
    return fileInfo(this.context.state, super.infoSync());
  }
}
