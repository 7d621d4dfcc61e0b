import { type Dataspace, type Datatype, HdfiveError } from "@hdfive/format";
import { type DtypeLike, dtypeName, inferDatatype, type NdArray, userArray } from "../array/index.js";
import { type AttributeRecord, findAttribute } from "../engine/object-header/attributes.js";
import { renameAttribute } from "../engine/object-header/attributes-edit.js";
import type { Tx } from "../engine/transaction/tx.js";
import type { Task } from "../task.js";
import { type AttributeValue, attributeArray, attributeValue, sortedAttributes } from "./attribute-value.js";
import { type AttributeToStore, dropAttribute, storeAttribute } from "./attribute-write.js";
import { type CommittedType, storedType } from "./committed-type.js";
import { dataspaceOf } from "./dataspace.js";
import type { FileContext } from "./file-context.js";

const NULL_DATASPACE: Dataspace = { version: 2, type: "null", dimensions: [], maxDimensions: null };

/** How an attribute is stored, where it is not to be inferred from its value. */
export interface AttributeOptions {
  /** Datatype to store, also one that is an object of the file; inferred from the value by default. */
  readonly dtype?: DtypeLike | CommittedType | undefined;
  /** Shape to store; it must hold as many elements as the value. */
  readonly shape?: readonly number[] | undefined;
}

/** How values are given, where it is not as they are stored. */
export interface ConvertOptions {
  /** The dtype to convert to: another numeric one, or `"raw"` for the bytes as they are stored. */
  readonly as?: DtypeLike | undefined;
}

/** How the values of an attribute are given, where it is not as they are stored. */
export interface AttributeReadOptions extends ConvertOptions {
  /** The fields of a compound to give: a list of names, or one name for the plain array of that field. */
  readonly fields?: string | readonly string[] | undefined;
}

/** What is stored about an attribute. */
export interface AttributeInfo {
  readonly name: string;
  readonly datatype: Datatype;
  /** Name of the datatype, as numpy spells it. */
  readonly dtype: string;
  /** Extent of each axis, empty for a scalar, `null` for a null dataspace. */
  readonly shape: readonly number[] | null;
  /** Address of the committed datatype that it uses, or `null`. */
  readonly committedAddress: number | null;
  /** Creation order among the attributes of the object, where it is kept. */
  readonly creationOrder: number | null;
}

/** What attributes need of the object that has them. */
export interface AttributeOwner {
  readonly context: FileContext;
  readonly address: number;
  run<T>(task: () => Task<T>): Promise<T>;
  runSync<T>(task: () => Task<T>): T;
}

/** The attributes of an object. Every method has a twin that does not wait, with `Sync` at the end of its name. */
export class Attributes {
  readonly #owner: AttributeOwner;

  /** @internal */
  constructor(owner: AttributeOwner) {
    this.#owner = owner;
  }

  /** The value of an attribute: one JavaScript value for a scalar, an `NdArray` for others, `null` for a null dataspace. */
  get(name: string): Promise<AttributeValue> {
    return this.#owner.run(() => this.#get(name));
  }
  /** As `get`, without waiting. */
  getSync(name: string): AttributeValue {
    return this.#owner.runSync(() => this.#get(name));
  }

  /** The value of an attribute always as an array, of shape `[]` for a scalar; `null` for a null dataspace. */
  getArray(name: string, options: AttributeReadOptions = {}): Promise<NdArray | null> {
    return this.#owner.run(() => this.#getArray(name, options));
  }
  /** As `getArray`, without waiting. */
  getArraySync(name: string, options: AttributeReadOptions = {}): NdArray | null {
    return this.#owner.runSync(() => this.#getArray(name, options));
  }

  /** Datatype and shape of an attribute. */
  info(name: string): Promise<AttributeInfo> {
    return this.#owner.run(() => this.#info(name));
  }
  /** As `info`, without waiting. */
  infoSync(name: string): AttributeInfo {
    return this.#owner.runSync(() => this.#info(name));
  }

  /** Makes an attribute, or replaces the one of that name whatever its type. `null` with a dtype makes a null dataspace. */
  set(name: string, value: unknown, options: AttributeOptions = {}): Promise<void> {
    return this.#owner.run(() => this.#set(name, value, options));
  }
  /** As `set`, without waiting. */
  setSync(name: string, value: unknown, options: AttributeOptions = {}): void {
    this.#owner.runSync(() => this.#set(name, value, options));
  }

  /** As `set`: h5py's name for setting an attribute with a given shape or dtype. */
  create(name: string, value: unknown, options: AttributeOptions = {}): Promise<void> {
    return this.set(name, value, options);
  }
  /** As `create`, without waiting. */
  createSync(name: string, value: unknown, options: AttributeOptions = {}): void {
    this.setSync(name, value, options);
  }

  /** Changes the value of an attribute and keeps its datatype and shape; makes the attribute when there is none. */
  modify(name: string, value: unknown): Promise<void> {
    return this.#owner.run(() => this.#modify(name, value));
  }
  /** As `modify`, without waiting. */
  modifySync(name: string, value: unknown): void {
    this.#owner.runSync(() => this.#modify(name, value));
  }

  /**
   * Gives an attribute another name; it keeps its value and its place in the order of creation.
   *
   * @throws HdfiveError `NOT_FOUND`, `ALREADY_EXISTS`, `INVALID_ARGUMENT` for a name that no attribute can have,
   *   `READ_ONLY`.
   */
  rename(from: string, to: string): Promise<void> {
    return this.#owner.run(() => this.#rename(from, to));
  }
  /** As `rename`, without waiting. */
  renameSync(from: string, to: string): void {
    this.#owner.runSync(() => this.#rename(from, to));
  }

  /** Takes an attribute away. */
  delete(name: string): Promise<void> {
    return this.#owner.run(() => this.#delete(name));
  }
  /** As `delete`, without waiting. */
  deleteSync(name: string): void {
    this.#owner.runSync(() => this.#delete(name));
  }

  /** Whether there is an attribute of a name. */
  has(name: string): Promise<boolean> {
    return this.#owner.run(() => this.#has(name));
  }
  /** As `has`, without waiting. */
  hasSync(name: string): boolean {
    return this.#owner.runSync(() => this.#has(name));
  }

  /** Names of all attributes: in the order they were made where the object keeps it, else sorted. */
  keys(): Promise<string[]> {
    return this.#owner.run(() => this.#keys());
  }
  /** As `keys`, without waiting. */
  keysSync(): string[] {
    return this.#owner.runSync(() => this.#keys());
  }

  /** Names and values of all attributes, in the order of `keys`. */
  entries(): Promise<[string, AttributeValue][]> {
    return this.#owner.run(() => this.#entries());
  }
  /** As `entries`, without waiting. */
  entriesSync(): [string, AttributeValue][] {
    return this.#owner.runSync(() => this.#entries());
  }

  *#get(name: string): Task<AttributeValue> {
    return yield* this.#owner.context.transact((tx) => attributeValue(tx, this.#require(tx, name)));
  }

  *#getArray(name: string, { as, fields }: AttributeReadOptions): Task<NdArray | null> {
    return yield* this.#owner.context.transact((tx) => attributeArray(tx, this.#require(tx, name), as, fields));
  }

  *#info(name: string): Task<AttributeInfo> {
    return yield* this.#owner.context.transact((tx) => {
      const { datatype, dataspace, committedAddress, creationOrder } = this.#require(tx, name);
      const shape = dataspace.type === "null" ? null : dataspace.dimensions;
      return { name, datatype, dtype: dtypeName(datatype), shape, committedAddress, creationOrder };
    });
  }

  *#set(name: string, value: unknown, options: AttributeOptions): Task<void> {
    const stored = storedType(this.#owner.context, options.dtype ?? inferDatatype(value));
    if (value === null) {
      yield* this.#put({ name, ...stored, dataspace: NULL_DATASPACE, values: null });
      return;
    }
    const conflict = "Shape of new attribute conflicts with shape of data";
    const { data, shape } = userArray(value, stored.datatype, options.shape, conflict);
    yield* this.#put({ name, ...stored, dataspace: dataspaceOf(shape, null), values: data });
  }

  *#modify(name: string, value: unknown): Task<void> {
    const record = yield* this.#owner.context.transact((tx) => findAttribute(tx, this.#owner.address, name));
    if (record === null) {
      yield* this.#set(name, value, {});
      return;
    }
    const { datatype, committedAddress, dataspace } = record;
    if (dataspace.type === "null") {
      throw new HdfiveError("WRONG_KIND", "Empty attributes can't be modified");
    }
    const { dimensions } = dataspace;
    const { data } = userArray(value, datatype, dimensions, "Shape of data is incompatible with existing attribute");
    yield* this.#put({ name, datatype, committedAddress, dataspace, values: data, keepsOrder: true });
  }

  *#put(attribute: AttributeToStore): Task<void> {
    const { context, address } = this.#owner;
    context.forget(yield* context.change((tx) => storeAttribute(tx, address, attribute)));
  }

  *#rename(from: string, to: string): Task<void> {
    const { context, address } = this.#owner;
    yield* context.change((tx) => {
      tx.requireWritable();
      renameAttribute(tx, address, from, to);
    });
  }

  *#delete(name: string): Task<void> {
    const { context, address } = this.#owner;
    context.forget(yield* context.change((tx) => dropAttribute(tx, address, name)));
  }

  *#has(name: string): Task<boolean> {
    return yield* this.#owner.context.transact((tx) => findAttribute(tx, this.#owner.address, name) !== null);
  }

  *#keys(): Task<string[]> {
    return yield* this.#owner.context.transact((tx) =>
      sortedAttributes(tx, this.#owner.address).map(({ name }) => name),
    );
  }

  *#entries(): Task<[string, AttributeValue][]> {
    return yield* this.#owner.context.transact((tx) =>
      sortedAttributes(tx, this.#owner.address).map((record): [string, AttributeValue] => [
        record.name,
        attributeValue(tx, record),
      ]),
    );
  }

  #require(tx: Tx, name: string): AttributeRecord {
    const record = findAttribute(tx, this.#owner.address, name);
    if (record === null) {
      throw new HdfiveError("NOT_FOUND", `Unable to open attribute (can't locate attribute: '${name}')`);
    }
    return record;
  }
}
