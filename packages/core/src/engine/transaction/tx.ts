import { type FormatContext, FormatError, HdfiveError, type NodeCodec, Reader, type Superblock } from "@hdfive/format";
import type { ByteRange } from "../../storage/ranges.js";
import { FAULT } from "./fault.js";
import type { FileState, HeapCursor } from "./file-state.js";
import type { SpaceKind } from "./free-extents.js";
import { type Extent, StagedChanges } from "./staged-changes.js";

export type { Extent } from "./staged-changes.js";

/**
 * One attempt at one engine operation.
 *
 * Reads see the file as it was, then the changes since the last flush, then this transaction's own. Changes are staged:
 * they reach the file's state all together in `apply`, or not at all. A read of a block that is not resident throws the
 * fault, after which the operation is run again from its beginning with a fresh transaction.
 *
 * Decoded values are immutable and shared; a change is a new value given to `put`.
 */
export class Tx {
  readonly #state: FileState;
  readonly #pins: Set<number>;
  #staged: StagedChanges | null = null;
  #heapCursor: HeapCursor;
  #superblock: Superblock | null = null;
  #work = 0;
  /** What the operation waits for when it has thrown the fault; absolute in the storage. */
  wanted: readonly ByteRange[] = [];

  constructor(state: FileState, pins: Set<number>) {
    this.#state = state;
    this.#pins = pins;
    this.#heapCursor = state.heapCursor;
  }

  /** Sizes, base address and K values of the file. */
  get context(): FormatContext {
    return this.#state.context;
  }

  /** The open file, for facts that do not change within an operation. */
  get state(): Readonly<FileState> {
    return this.#state;
  }

  /** The global heap collection that is being filled; a change is staged like any other. */
  get heapCursor(): HeapCursor {
    return this.#heapCursor;
  }

  set heapCursor(cursor: HeapCursor) {
    this.requireWritable();
    this.#heapCursor = cursor;
  }

  /** The superblock; a change is staged like any other. */
  get superblock(): Superblock {
    return this.#superblock ?? this.#state.superblock;
  }

  set superblock(superblock: Superblock) {
    this.requireWritable();
    this.#superblock = superblock;
  }

  /** Counts one unit of work; throws `LIMIT` when the operation has done too many. */
  work(structure: string): void {
    if (++this.#work > this.#state.limits.work) {
      throw new HdfiveError(
        "LIMIT",
        `${structure}: the operation looked at more than ${this.#state.limits.work} structures`,
      );
    }
  }

  /** The structure at an address, decoded. Do not change it. */
  node<T>(codec: NodeCodec<T>, address: number): T {
    this.work(codec.name);
    const changed = this.#changed(codec, address);
    if (changed !== undefined) {
      return changed;
    }
    const cached = this.#state.nodes.get(codec, address);
    if (cached !== undefined) {
      return cached;
    }
    const { context } = this;
    // A prefix may be longer than a small structure at the end of the file: what is there is enough to size it.
    const prefix = this.peek(address, codec.prefixSize(context));
    const size = codec.totalSize(new Reader(prefix, codec.name, address), context);
    const bytes = size <= prefix.length ? prefix.subarray(0, size) : this.bytes(address, size, codec.name);
    // Blocks change when the file is written: a value that keeps views on the bytes it was decoded from gets its own.
    const own = codec.keepsNoBytes === true ? bytes : bytes.slice();
    const value = codec.decode(new Reader(own, codec.name, address), context);
    this.#state.nodes.set(codec, address, value, codec.memorySize ?? size);
    return value;
  }

  #changed<T>(codec: NodeCodec<T>, address: number): T | undefined {
    const dirty = this.#staged?.nodes.get(address) ?? this.#state.dirtyNodes.get(address);
    if (dirty === undefined) {
      return undefined;
    }
    if (dirty.codec.name !== codec.name) {
      throw new FormatError(codec.name, `the bytes there belong to a ${dirty.codec.name}`, { address });
    }
    return dirty.value as T;
  }

  /**
   * Up to `length` bytes at an address: fewer where the file ends before. Do not change or keep them past the operation.
   */
  peek(address: number, length: number): Uint8Array {
    const { blocks, context } = this.#state;
    const offset = context.baseAddress + address;
    // Lengths may come from the file: what lies past its end must not cost blocks.
    const available = Math.min(length, this.#state.storage.size - offset);
    if (!(available > 0)) {
      return new Uint8Array(0);
    }
    const resident = blocks.peek(offset, available);
    if (resident !== null) {
      return resident;
    }
    this.#require([{ start: offset, end: offset + available }]);
    return blocks.peek(offset, available) ?? new Uint8Array(0);
  }

  /** Exactly `length` bytes at an address; a `FormatError` when the file ends before. As for `peek`, do not keep them. */
  bytes(address: number, length: number, structure: string): Uint8Array {
    const end = this.#state.context.baseAddress + address + length;
    if (!Number.isSafeInteger(end) || end > this.#state.storage.size) {
      throw new FormatError(structure, `its ${length} bytes run past the end of the file`, { address });
    }
    return this.peek(address, length);
  }

  /** Makes the blocks of all these extents resident at once: a traversal misses by depth and not by leaf. */
  want(extents: readonly Extent[]): void {
    const { baseAddress } = this.#state.context;
    const size = this.#state.storage.size;
    const ranges: ByteRange[] = [];
    for (const { address, length } of extents) {
      const start = baseAddress + address;
      if (start < size) {
        ranges.push({ start, end: Math.min(start + length, size) });
      }
    }
    if (ranges.some((range) => !this.#state.blocks.holds(range))) {
      this.#require(ranges);
    }
  }

  /** As `want`, for structures of one kind: those already decoded cost nothing. */
  wantNodes<T>(codec: NodeCodec<T>, addresses: readonly number[]): void {
    if (addresses.length < 2) {
      return;
    }
    const length = codec.prefixSize(this.context);
    const absent = addresses.filter((address) => !this.#isDecoded(codec, address));
    this.want(absent.map((address) => ({ address, length })));
  }

  /** As `wantNodes`, for structures that differ in kind or in size. */
  wantEach(nodes: readonly { readonly codec: NodeCodec<unknown>; readonly address: number }[]): void {
    if (nodes.length < 2) {
      return;
    }
    const absent = nodes.filter(({ codec, address }) => !this.#isDecoded(codec, address));
    this.want(absent.map(({ codec, address }) => ({ address, length: codec.prefixSize(this.context) })));
  }

  #isDecoded<T>(codec: NodeCodec<T>, address: number): boolean {
    return (
      this.#staged?.nodes.has(address) === true ||
      this.#state.dirtyNodes.has(address) ||
      this.#state.nodes.get(codec, address) !== undefined
    );
  }

  #require(ranges: readonly ByteRange[]): void {
    const { blocks } = this.#state;
    if (blocks.isSync) {
      blocks.loadSync(ranges, this.#pins);
      return;
    }
    this.wanted = ranges;
    throw FAULT;
  }

  /** Throws `READ_ONLY` unless the file can be written. */
  requireWritable(): void {
    const { writable, readOnlyReason, storage } = this.#state;
    if (!writable || readOnlyReason !== null) {
      const why = readOnlyReason ?? "no write intent on file: it was opened for reading; open it with mode 'r+' or 'a'";
      throw new HdfiveError("READ_ONLY", `Cannot write (${why})`, { path: storage.name });
    }
  }

  /** Where changes are noted, which needs a file that can be written. */
  #changes(): StagedChanges {
    this.requireWritable();
    this.#staged ??= new StagedChanges();
    return this.#staged;
  }

  /** Stages a structure, new or changed. */
  put<T>(codec: NodeCodec<T>, address: number, value: T): void {
    this.#changes().nodes.set(address, { codec: codec as NodeCodec<unknown>, value });
  }

  /** The bytes of a block that no codec covers, changes included. Do not change them. */
  block(address: number, length: number, structure: string): Uint8Array {
    const base =
      this.#staged?.newBlocks.get(address) ??
      this.#state.dirtyBlocks.get(address) ??
      this.#cleanBlock(address, length, structure);
    const patches = this.#staged?.patches.get(address);
    if (patches === undefined) {
      return base;
    }
    const patched = base.slice();
    for (const { offset, bytes } of patches) {
      patched.set(bytes, offset);
    }
    return patched;
  }

  /** A block as the file has it; a long one is kept in one piece, since putting it together costs its length each time. */
  #cleanBlock(address: number, length: number, structure: string): Uint8Array {
    if (length <= this.#state.blocks.profile.blockSize) {
      return this.bytes(address, length, structure);
    }
    const cached = this.#state.nodes.block(address, length);
    if (cached !== undefined) {
      return cached;
    }
    const bytes = this.bytes(address, length, structure).slice();
    this.#state.nodes.setBlock(address, bytes);
    return bytes;
  }

  /** Stages the bytes of a block that no codec covers. */
  putBlock(address: number, bytes: Uint8Array<ArrayBuffer>): void {
    const { newBlocks, patches } = this.#changes();
    newBlocks.set(address, bytes);
    patches.delete(address);
  }

  /** Stages a change of some bytes of a block of `length` bytes. */
  patchBlock(address: number, length: number, offset: number, bytes: Uint8Array, structure: string): void {
    const changes = this.#changes();
    if (!changes.newBlocks.has(address) && !this.#state.dirtyBlocks.has(address)) {
      // The whole block becomes dirty in `apply`, which must not fault.
      changes.newBlocks.set(address, this.bytes(address, length, structure).slice());
    }
    changes.patch(address, { offset, bytes });
  }

  /** Takes space for a new structure, or for payload of the user (`raw`); it is given back when the operation fails. */
  alloc(length: number, kind: SpaceKind = "metadata"): number {
    const { taken } = this.#changes();
    const address = this.#state.allocator.take(length, kind);
    taken.push({ address, length, kind });
    return address;
  }

  /** Takes an `alloc` of this operation back: the space is free at once. */
  undoAlloc(address: number): void {
    const taken = this.#staged?.taken ?? [];
    const index = taken.findLastIndex((extent) => extent.address === address);
    for (const { length, kind } of index < 0 ? [] : taken.splice(index, 1)) {
      this.#state.allocator.undo(address, length, kind);
    }
  }

  /** Gives space back once the operation has succeeded, and forgets the structure there. */
  free(address: number, length: number, kind: SpaceKind = "metadata"): void {
    this.#changes().freed.push({ address, length, kind });
  }

  /** Makes the changes part of the file's state. Nothing here can fail. */
  apply(): void {
    this.#state.heapCursor = this.#heapCursor;
    if (this.#superblock !== null) {
      this.#state.superblock = this.#superblock;
      this.#state.superblockDirty = true;
    }
    this.#staged?.apply(this.#state);
  }

  /** Drops the changes and gives back what was taken. */
  discard(): void {
    this.#staged?.discard(this.#state);
  }
}
