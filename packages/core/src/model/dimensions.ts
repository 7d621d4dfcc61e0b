import { HdfiveError } from "@hdfive/format";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import type { Tx } from "../engine/transaction/tx.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { loadAddress } from "./group-read.js";
import { pathsNear } from "./paths-near.js";
import { attachedScales, axisLabel, isScale, scaleName } from "./scale-attributes.js";
import { attachScale, detachScale, setLabel } from "./scale-edit.js";

/** A dimension scale that is attached to an axis. */
export interface AttachedScale<S> {
  /** The name that the scale was given (attribute NAME); empty when it has none. */
  readonly name: string;
  /** The dataset with the coordinates along the axis. Its path is known when it stands beside or above what it is for. */
  readonly dataset: S;
}

/** What dimensions need of the dataset that has them. */
export interface DimensionOwner {
  readonly context: FileContext;
  readonly address: number;
  readonly path: string;
  readonly name: string;
  readonly shape: readonly number[];
  readonly maxShape: readonly (number | null)[];
  run<T>(task: () => Task<T>): Promise<T>;
  runSync<T>(task: () => Task<T>): T;
}

/** A dataset to attach to an axis as a scale. */
export interface ScaleToAttach {
  readonly kind: "dataset";
  /** @internal */
  readonly context: FileContext;
  /** @internal */
  readonly address: number;
  /** @internal */
  requireAlive(): void;
}

/** Makes the handle of a dataset. */
export type OpenDataset<S> = (context: FileContext, header: DatasetHeader, path: string) => S;

/** An axis of a dataset, with its label and the dimension scales attached to it. Every method has a `Sync` twin. */
export class Dimension<S> {
  /** Which axis, from 0 on. */
  readonly axis: number;
  readonly #owner: DimensionOwner;
  readonly #open: OpenDataset<S>;

  /** @internal */
  constructor(owner: DimensionOwner, axis: number, open: OpenDataset<S>) {
    this.#owner = owner;
    this.axis = axis;
    this.#open = open;
  }

  /** Number of elements along the axis. */
  get size(): number {
    return this.#owner.shape[this.axis] as number;
  }

  /** Whether the axis grows without a limit. */
  get isUnlimited(): boolean {
    return this.#owner.maxShape[this.axis] === null;
  }

  /** The label of the axis; empty when it has none. */
  label(): Promise<string> {
    return this.#owner.run(() => this.#label());
  }
  /** As `label`, without waiting. */
  labelSync(): string {
    return this.#owner.runSync(() => this.#label());
  }

  /** The scales attached to the axis, in the order in which they were attached. */
  scales(): Promise<AttachedScale<S>[]> {
    return this.#owner.run(() => this.#scales());
  }
  /** As `scales`, without waiting. */
  scalesSync(): AttachedScale<S>[] {
    return this.#owner.runSync(() => this.#scales());
  }

  /**
   * The name of the dimension as netCDF-4 and xarray have it, where it has one: that of the dataset which is its first
   * scale, and that of the dataset itself for the first axis of a scale. Else `null`.
   */
  name(): Promise<string | null> {
    return this.#owner.run(() => this.#name());
  }
  /** As `name`, without waiting. */
  nameSync(): string | null {
    return this.#owner.runSync(() => this.#name());
  }

  /** Sets the label of the axis. */
  setLabel(label: string): Promise<void> {
    return this.#owner.run(() => this.#change((tx) => setLabel(tx, this.#owner.address, this.axis, label)));
  }
  /** As `setLabel`, without waiting. */
  setLabelSync(label: string): void {
    this.#owner.runSync(() => this.#change((tx) => setLabel(tx, this.#owner.address, this.axis, label)));
  }

  /**
   * Attaches a dimension scale to the axis, after those that are there; a dataset that is no scale yet becomes one.
   *
   * @throws HdfiveError `WRONG_KIND` when this dataset is a scale, or the scale has scales; `INVALID_ARGUMENT` for a dataset
   *   of another file.
   */
  attachScale(scale: ScaleToAttach): Promise<void> {
    return this.#owner.run(() => this.#attach(scale));
  }
  /** As `attachScale`, without waiting. */
  attachScaleSync(scale: ScaleToAttach): void {
    this.#owner.runSync(() => this.#attach(scale));
  }

  /** Takes a dimension scale from the axis; `NOT_FOUND` when it is not attached to it. */
  detachScale(scale: ScaleToAttach): Promise<void> {
    return this.#owner.run(() => this.#detach(scale));
  }
  /** As `detachScale`, without waiting. */
  detachScaleSync(scale: ScaleToAttach): void {
    this.#owner.runSync(() => this.#detach(scale));
  }

  #attach(scale: ScaleToAttach): Task<void> {
    this.#requireHere(scale);
    return this.#change((tx) => attachScale(tx, this.#owner.address, this.axis, scale.address));
  }

  #detach(scale: ScaleToAttach): Task<void> {
    this.#requireHere(scale);
    return this.#change((tx) => detachScale(tx, this.#owner.address, this.axis, scale.address));
  }

  *#change(operation: (tx: Tx) => void): Task<void> {
    yield* this.#owner.context.change(operation);
  }

  #requireHere(scale: ScaleToAttach): void {
    scale.requireAlive();
    if (scale.context !== this.#owner.context) {
      throw new HdfiveError("INVALID_ARGUMENT", "A dimension scale is a dataset of the same open file");
    }
  }

  *#label(): Task<string> {
    const { context, address } = this.#owner;
    return yield* context.transact((tx) => axisLabel(tx, address, this.axis));
  }

  *#scales(): Task<AttachedScale<S>[]> {
    const { context, address, path } = this.#owner;
    const references = yield* context.transact((tx) => attachedScales(tx, address, this.axis));
    const here = references.filter(({ fileName }) => fileName === null).map((reference) => reference.address);
    const paths = yield* pathsNear(context, here, path);
    const scales: AttachedScale<S>[] = [];
    for (const { address: at, fileName } of references) {
      const file = fileName === null ? context : yield* context.openOther(fileName, "reference");
      const loaded = yield* loadAddress(file, at);
      if (loaded.kind !== "dataset") {
        throw new HdfiveError("WRONG_KIND", `The scale of axis ${this.axis} is a ${loaded.kind}`, { address: at });
      }
      const name = yield* file.transact((tx) => scaleName(tx, at));
      const found = fileName === null ? paths.get(at) : undefined;
      scales.push({ name, dataset: this.#open(file, loaded.header, found ?? `#${at}`) });
    }
    return scales;
  }

  *#name(): Task<string | null> {
    const { context, address, path, name } = this.#owner;
    const { first, isOwn } = yield* context.transact((tx) => ({
      first: attachedScales(tx, address, this.axis)[0],
      isOwn: this.axis === 0 && isScale(tx, address),
    }));
    if (first === undefined) {
      return isOwn ? name : null;
    }
    const found = (yield* pathsNear(context, [first.address], path)).get(first.address);
    if (found !== undefined && first.fileName === null) {
      return found.slice(found.lastIndexOf("/") + 1);
    }
    const file = first.fileName === null ? context : yield* context.openOther(first.fileName, "reference");
    const given = yield* file.transact((tx) => scaleName(tx, first.address));
    return given === "" ? null : given;
  }
}
