import { HdfiveError } from "@hdfive/format";
import type { DtypeLike } from "../array/index.js";
import { loadDataset } from "../engine/datasets/dataset-header.js";
import type { Task } from "../task.js";
import { storedType } from "./committed-type.js";
import { copyObject } from "./copy.js";
import type { CopyOptions } from "./copy-options.js";
import type { DatasetOptions, RequireDatasetOptions } from "./create-dataset.js";
import { Dataset } from "./dataset.js";
import { optionsLike } from "./dataset-like.js";
import {
  addDataset,
  addDatatype,
  addExternalLink,
  addHardLink,
  addSoftLink,
  checkRequired,
  moveLink,
} from "./group-edit.js";
import { leadsToObject, loadAt } from "./group-read.js";
import { NamedDatatype } from "./named-datatype.js";
import { joinPath, ObjectHandle } from "./object-handle.js";

/** What is made in a group besides groups: datasets, committed datatypes, links, copies. */
export abstract class GroupContents extends ObjectHandle {
  /**
   * Makes a dataset at a path, and the groups on the way.
   *
   * @throws HdfiveError `ALREADY_EXISTS`, `INVALID_ARGUMENT` for options that make no sense, `OUT_OF_RANGE` for data that
   *   does not fit the dtype, `READ_ONLY`. Nothing is left behind when it fails.
   */
  createDataset<D extends DtypeLike = DtypeLike>(path: string, options: DatasetOptions<D>): Promise<Dataset<D>> {
    return this.run(() => this.#createDataset<D>(path, options), undefined, path);
  }
  /** As `createDataset`, without waiting. */
  createDatasetSync<D extends DtypeLike = DtypeLike>(path: string, options: DatasetOptions<D>): Dataset<D> {
    return this.runSync(() => this.#createDataset<D>(path, options), path);
  }

  /**
   * Makes an empty dataset at a path with the shape, datatype, chunks, filters and fill value of another one, of any file,
   * where the options do not say otherwise.
   */
  createDatasetLike(path: string, other: Dataset, options: DatasetOptions = {}): Promise<Dataset> {
    return this.run(() => this.#createLike(path, other, options), undefined, path);
  }
  /** As `createDatasetLike`, without waiting. */
  createDatasetLikeSync(path: string, other: Dataset, options: DatasetOptions = {}): Dataset {
    return this.runSync(() => this.#createLike(path, other, options), path);
  }

  /** The dataset at a path, which must have this shape and a dtype these values can be cast to; made if it is not there. */
  requireDataset<D extends DtypeLike = DtypeLike>(
    path: string,
    options: RequireDatasetOptions<D>,
  ): Promise<Dataset<D>> {
    return this.run(() => this.#requireDataset<D>(path, options), undefined, path);
  }
  /** As `requireDataset`, without waiting. */
  requireDatasetSync<D extends DtypeLike = DtypeLike>(path: string, options: RequireDatasetOptions<D>): Dataset<D> {
    return this.runSync(() => this.#requireDataset<D>(path, options), path);
  }

  /**
   * Makes a datatype that is an object of its own at a path, and the groups on the way: h5py's `f["t"] = np.dtype(…)`.
   * Datasets and attributes that are given it as their `dtype` share it; it goes with its last link and its last user.
   *
   * @throws HdfiveError `ALREADY_EXISTS`, `INVALID_ARGUMENT` for what is no dtype, `READ_ONLY`.
   */
  createDatatype(path: string, dtype: DtypeLike): Promise<NamedDatatype> {
    return this.run(() => this.#createDatatype(path, dtype), undefined, path);
  }
  /** As `createDatatype`, without waiting. */
  createDatatypeSync(path: string, dtype: DtypeLike): NamedDatatype {
    return this.runSync(() => this.#createDatatype(path, dtype), path);
  }

  /** Makes a soft link at a path: a name for another path, which need not lead anywhere yet. */
  createSoftLink(path: string, target: string): Promise<void> {
    return this.run(() => addSoftLink(this.context, this.address, path, target), undefined, path);
  }
  /** As `createSoftLink`, without waiting. */
  createSoftLinkSync(path: string, target: string): void {
    this.runSync(() => addSoftLink(this.context, this.address, path, target), path);
  }

  /**
   * Makes a link at a path to an object of another file, which need not be there yet. `file` is found from the folder of
   * this one, `target` is a path in it. An old-style group becomes a new-style one.
   */
  createExternalLink(path: string, file: string, target: string): Promise<void> {
    return this.run(() => addExternalLink(this.context, this.address, path, { file, target }), undefined, path);
  }
  /** As `createExternalLink`, without waiting. */
  createExternalLinkSync(path: string, file: string, target: string): void {
    this.runSync(() => addExternalLink(this.context, this.address, path, { file, target }), path);
  }

  /**
   * Moves the link at one path to another, and makes the groups on the way; the object itself stays what it is. Where the
   * order of creation is kept, the link is the last one of its group then.
   *
   * @throws HdfiveError `NOT_FOUND`, `ALREADY_EXISTS`, `READ_ONLY`.
   */
  move(from: string, to: string): Promise<void> {
    return this.run(() => moveLink(this.context, this.address, from, to), undefined, from);
  }
  /** As `move`, without waiting. */
  moveSync(from: string, to: string): void {
    this.runSync(() => moveLink(this.context, this.address, from, to), from);
  }

  /** Makes one more hard link to an object of this file, at a path. */
  createHardLink(path: string, object: ObjectHandle): Promise<void> {
    return this.run(() => addHardLink(this.context, this.address, path, object), undefined, path);
  }
  /** As `createHardLink`, without waiting. */
  createHardLinkSync(path: string, object: ObjectHandle): void {
    this.runSync(() => addHardLink(this.context, this.address, path, object), path);
  }

  /**
   * Copies an object, with all that is in it, to a path of this file or into a group of any file that is open for writing;
   * a group gets it under `name`, or the name that it has. Chunks are copied as they are stored. Soft and external links
   * are copied as links, references within the file stay as they are, and in another file they are null, unless the options
   * say otherwise.
   *
   * @param source an object of any open file, or a path from this group on
   * @throws HdfiveError `NOT_FOUND`, `ALREADY_EXISTS`, `READ_ONLY`, `UNSUPPORTED` for what is not read. Nothing is left of a
   *   copy that fails.
   */
  copy(source: string | ObjectHandle, destination: string | ObjectHandle, options: CopyOptions = {}): Promise<void> {
    return this.run(() => copyObject(this, source, destination, options), options.signal);
  }
  /** As `copy`, without waiting. */
  copySync(source: string | ObjectHandle, destination: string | ObjectHandle, options: CopyOptions = {}): void {
    this.runSync(() => copyObject(this, source, destination, options));
  }

  *#createDataset<D extends DtypeLike>(path: string, options: DatasetOptions<D>): Task<Dataset<D>> {
    const header = yield* addDataset(this.context, this.address, path, options);
    return new Dataset<D>(this.context, header, joinPath(this.path, path));
  }

  *#createLike(path: string, other: Dataset, options: DatasetOptions): Task<Dataset> {
    other.requireAlive();
    const header = yield* other.context.transact((tx) => loadDataset(tx, other.address));
    return yield* this.#createDataset(path, yield* optionsLike(other.context, header, options));
  }

  *#createDatatype(path: string, dtype: DtypeLike): Task<NamedDatatype> {
    const type = storedType(this.context, dtype);
    const address = yield* addDatatype(this.context, this.address, path, type);
    return new NamedDatatype(this.context, address, joinPath(this.path, path), type.datatype);
  }

  *#requireDataset<D extends DtypeLike>(path: string, options: RequireDatasetOptions<D>): Task<Dataset<D>> {
    if (!(yield* leadsToObject(this.context, this.address, path))) {
      return yield* this.#createDataset<D>(path, options);
    }
    const { context, loaded, path: elsewhere } = yield* loadAt(this.context, this.address, path);
    const found = elsewhere ?? joinPath(this.path, path);
    if (loaded.kind !== "dataset") {
      throw new HdfiveError("WRONG_KIND", `Incompatible object: ${found} is a ${loaded.kind}, not a Dataset`, {
        path: found,
      });
    }
    checkRequired(context, loaded.header, options, options.exact === true);
    return new Dataset<D>(context, loaded.header, found);
  }
}
