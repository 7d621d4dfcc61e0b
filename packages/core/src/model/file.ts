import type { FieldSize } from "@hdfive/format";
import { HdfiveError } from "@hdfive/format";
import type { ObjectReference } from "../array/index.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { Group, type HdfObject } from "./group.js";
import type { GroupInfo } from "./group-read.js";

/** What is stored about a whole file, and what has been asked of its storage. */
export interface FileInfo extends GroupInfo {
  readonly superblockVersion: 0 | 1 | 2 | 3;
  readonly offsetSize: FieldSize;
  readonly lengthSize: FieldSize;
  /** Bytes before the superblock. */
  readonly userblockSize: number;
  readonly groupLeafK: number;
  readonly groupInternalK: number;
  readonly chunkK: number;
  /** Bytes of the file, userblock included. */
  readonly fileSize: number;
  /** Bytes inside the file that were freed since it was opened. */
  readonly freeSpace: number;
  /** Requests made to the storage so far, and the bytes they brought. */
  readonly reads: { readonly requests: number; readonly bytes: number };
}

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

  /** The object that a reference points to. */
  dereference(reference: ObjectReference): Promise<HdfObject> {
    return this.run(() => this.#dereference(reference));
  }
  /** As `dereference`, without waiting. */
  dereferenceSync(reference: ObjectReference): HdfObject {
    return this.runSync(() => this.#dereference(reference));
  }

  /** What is stored about the file. */
  override info(): Promise<FileInfo> {
    return super.info().then((group) => this.#info(group));
  }
  /** As `info`, without waiting. */
  override infoSync(): FileInfo {
    return this.#info(super.infoSync());
  }

  *#dereference({ address, isNull }: ObjectReference): Task<HdfObject> {
    if (isNull) {
      throw new HdfiveError("NOT_FOUND", "Invalid HDF5 object reference: it points to nothing");
    }
    return yield* this.openAddress(address, address === this.address ? "/" : `#${address}`);
  }

  #info(group: GroupInfo): FileInfo {
    const { superblock, context, storage, allocator, blocks } = this.context.state;
    const { offsetSize, lengthSize, groupLeafK, groupInternalK, chunkK } = context;
    return {
      ...group,
      superblockVersion: superblock.version,
      offsetSize,
      lengthSize,
      groupLeafK,
      groupInternalK,
      chunkK,
      userblockSize: context.baseAddress,
      fileSize: storage.size,
      freeSpace: allocator.freeBytes,
      reads: blocks.counts,
    };
  }
}
