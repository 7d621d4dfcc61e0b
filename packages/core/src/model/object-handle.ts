import { HdfiveError } from "@hdfive/format";
import { ObjectReference } from "../array/index.js";
import { loadHeader } from "../engine/object-header/object-header.js";
import { runAsync, runSync, type Task } from "../task.js";
import { Attributes } from "./attributes.js";
import type { FileContext } from "./file-context.js";
import { type ObjectInfo, objectInfo } from "./object-info.js";

/** Components that mean nothing: empty ones and ".". */
const IDLE_COMPONENT = /(?:^|\/)\.?(?:\/|$)/;

/** An object of an open file: a group, a dataset or a named datatype. */
export abstract class ObjectHandle {
  /** What the object is. */
  abstract readonly kind: "group" | "dataset" | "datatype";
  /** Path from the root group by which the object was reached. */
  readonly path: string;
  /** Attributes of the object. */
  readonly attrs: Attributes;
  /** @internal */
  readonly context: FileContext;
  /** @internal Address of the object header. */
  readonly address: number;
  readonly #since: number;

  /** @internal */
  constructor(context: FileContext, address: number, path: string) {
    this.context = context;
    this.address = address;
    this.path = path;
    this.#since = context.now;
    this.attrs = new Attributes(this);
  }

  /** Name of the file that the object is in: another than the one opened when an external link led there. */
  get filename(): string {
    return this.context.filename;
  }

  /** Last component of the path; "/" for the root group. */
  get name(): string {
    return this.path === "/" ? "/" : this.path.slice(this.path.lastIndexOf("/") + 1);
  }

  /** A reference to the object, to be stored in datasets and attributes of its file: h5py's `ref`. */
  get ref(): ObjectReference {
    this.requireAlive();
    return new ObjectReference(this.address);
  }

  /** Whether two handles are of the same object of the same open file. */
  equals(other: ObjectHandle): boolean {
    return this.context === other.context && this.address === other.address;
  }

  /** @internal Runs a task of this object; errors that do not know where they happened get its path, or that of a member. */
  async run<T>(task: () => Task<T>, signal?: AbortSignal, member = ""): Promise<T> {
    try {
      return await runAsync(this.#guarded(task), signal);
    } catch (error) {
      throw this.#located(error, signal, member);
    }
  }

  /** @internal As `run`, without waiting. */
  runSync<T>(task: () => Task<T>, member = ""): T {
    try {
      return runSync(this.#guarded(task));
    } catch (error) {
      throw this.#located(error, undefined, member);
    }
  }

  /** @internal What every object can say of itself. */
  *loadInfo(): Task<ObjectInfo> {
    return yield* this.context.transact((tx) => objectInfo(tx, loadHeader(tx, this.address)));
  }

  /** @internal Throws when the file is closed or the object deleted. */
  requireAlive(): void {
    this.context.requireAlive(this.address, this.#since, this.path);
  }

  *#guarded<T>(task: () => Task<T>): Task<T> {
    this.requireAlive();
    return yield* task();
  }

  #located(error: unknown, signal: AbortSignal | undefined, member: string): unknown {
    if (error instanceof HdfiveError) {
      error.path ??= member === "" ? this.path : joinPath(this.path, member);
      return error;
    }
    if (signal?.aborted === true) {
      return new HdfiveError("ABORTED", `The operation on ${this.path} was aborted`, { path: this.path, cause: error });
    }
    return error;
  }
}

/** The path of a member of a group, whose own path is without components that mean nothing. */
export function joinPath(parent: string, relative: string): string {
  if (!IDLE_COMPONENT.test(relative)) {
    return parent === "/" ? `/${relative}` : `${parent}/${relative}`;
  }
  const parts = [...(relative.startsWith("/") ? [] : parent.split("/")), ...relative.split("/")];
  return `/${parts.filter((part) => part !== "" && part !== ".").join("/")}`;
}
