import { HdfiveError } from "@hdfive/format";
import { type ByteRange, mergeRanges } from "./ranges.js";
import { READ_AHEAD, type ReadAheadProfile, widen } from "./read-ahead.js";
import { type Storage, syncUnavailable } from "./storage.js";
import { untilAborted } from "./until-aborted.js";

interface Block {
  readonly bytes: Uint8Array;
  /** Bytes that the storage held when the block was read. */
  length: number;
  pins: number;
  /** Whether it was asked for since it came or since `trim` last passed it by. */
  used: boolean;
}

/** Counts of what a cache asked of its storage. */
export interface BlockCacheCounts {
  readonly requests: number;
  readonly bytes: number;
}

/**
 * The metadata of a storage, in blocks, within a budget of bytes.
 *
 * Blocks pinned for an operation stay until it ends; everything past the budget goes when `trim` is called. Loads in
 * flight are shared. Offsets are absolute in the storage.
 */
export class BlockCache {
  readonly storage: Storage;
  readonly profile: ReadAheadProfile;
  readonly #budget: number;
  readonly #blocks = new Map<number, Block>();
  readonly #loading = new Map<number, Promise<void>>();
  /** Blocks written while a load of them was on its way: what it brings may be old. */
  readonly #overtaken = new Set<number>();
  #previous: ByteRange | null = null;
  #requests = 0;
  #bytes = 0;

  constructor(
    storage: Storage,
    byteBudget: number,
    profile: ReadAheadProfile = READ_AHEAD[storage.distance ?? "local"],
  ) {
    this.storage = storage;
    this.profile = profile;
    this.#budget = byteBudget;
  }

  /** Requests made and bytes fetched so far. */
  get counts(): BlockCacheCounts {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  /** Whether the storage can answer without waiting. */
  get isSync(): boolean {
    return this.storage.readSync !== undefined;
  }

  /**
   * The bytes from `offset` on when all their blocks are here, else `null`. A view when one block holds them, else a
   * copy; bytes past the end of the storage are missing from it.
   */
  peek(offset: number, length: number): Uint8Array | null {
    const { blockSize } = this.profile;
    const first = Math.floor(offset / blockSize);
    const last = Math.floor((offset + Math.max(length, 1) - 1) / blockSize);
    if (first === last) {
      const block = this.#touch(first);
      if (block === null) {
        return null;
      }
      const start = offset - first * blockSize;
      return block.bytes.subarray(start, Math.max(start, Math.min(start + length, block.length)));
    }
    if (!this.holds({ start: offset, end: offset + length })) {
      return null;
    }
    const copy = new Uint8Array(length);
    let filled = 0;
    for (let index = first; index <= last; index++) {
      const block = this.#touch(index) as Block;
      const start = index === first ? offset - first * blockSize : 0;
      const end = Math.min(block.length, offset + length - index * blockSize);
      if (end > start) {
        copy.set(block.bytes.subarray(start, end), filled);
        filled += end - start;
      }
      if (block.length < blockSize) {
        break;
      }
    }
    return copy.subarray(0, filled);
  }

  /** Whether the blocks that a range needs are here. */
  holds({ start, end }: ByteRange): boolean {
    const { blockSize } = this.profile;
    const last = Math.floor((Math.max(end, start + 1) - 1) / blockSize);
    for (let index = Math.floor(start / blockSize); index <= last; index++) {
      if (!this.#blocks.has(index)) {
        return false;
      }
    }
    return true;
  }

  /** Indexes of the blocks that `ranges` need and that are not here. */
  missing(ranges: readonly ByteRange[]): number[] {
    const { blockSize } = this.profile;
    const missing = new Set<number>();
    for (const { start, end } of ranges) {
      const last = Math.floor((Math.max(end, start + 1) - 1) / blockSize);
      for (let index = Math.floor(start / blockSize); index <= last; index++) {
        if (!this.#blocks.has(index)) {
          missing.add(index);
        }
      }
    }
    return [...missing];
  }

  /** Fetches what `ranges` need, and pins it when `pins` is given, until `release(pins)`. */
  async load(ranges: readonly ByteRange[], pins: Set<number>, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.#pin(ranges, pins);
    const waits = new Set<Promise<void>>();
    const wanted: number[] = [];
    for (const index of this.missing(ranges)) {
      const loading = this.#loading.get(index);
      if (loading === undefined) {
        wanted.push(index);
      } else {
        waits.add(loading);
      }
    }
    for (const request of this.#requestsFor(wanted)) {
      // A shared load must not die with the signal of the one who asked first: it is not handed on.
      const done = this.#fetch(request);
      for (const index of this.#indexes(request)) {
        this.#loading.set(index, done);
      }
      waits.add(done);
    }
    await untilAborted(Promise.all(waits), signal);
    signal?.throwIfAborted();
    this.#pin(ranges, pins);
  }

  /** As `load`, without waiting. */
  loadSync(ranges: readonly ByteRange[], pins: Set<number>): void {
    const { storage } = this;
    if (storage.readSync === undefined) {
      throw syncUnavailable(storage, "read");
    }
    for (const request of this.#requestsFor(this.missing(ranges))) {
      const bytes = new Uint8Array(this.#roundUp(request.end - request.start));
      const length = storage.readSync(request.start, bytes.subarray(0, request.end - request.start));
      this.#accept(request, bytes, length);
    }
    this.#pin(ranges, pins);
  }

  /** Lets go of what an operation pinned. */
  release(pins: Set<number>): void {
    for (const index of pins) {
      const block = this.#blocks.get(index);
      if (block !== undefined) {
        block.pins--;
      }
    }
    pins.clear();
  }

  /** Drops the oldest blocks until the rest fits the budget; those in use get a second round, which costs them nothing. */
  trim(): void {
    let excess = this.#blocks.size * this.profile.blockSize - this.#budget;
    for (const [index, block] of this.#blocks) {
      if (excess <= 0) {
        return;
      }
      if (block.pins > 0) {
        continue;
      }
      this.#blocks.delete(index);
      if (block.used) {
        block.used = false;
        this.#blocks.set(index, block);
      } else {
        excess -= this.profile.blockSize;
      }
    }
  }

  /** Counts a request that went to the storage past the blocks. */
  count(byteLength: number): void {
    this.#requests++;
    this.#bytes += byteLength;
  }

  /** Keeps the blocks true when `bytes` are written to the storage at `offset`. */
  written(offset: number, bytes: Uint8Array): void {
    const { blockSize } = this.profile;
    const end = offset + bytes.length;
    for (let index = Math.floor(offset / blockSize); index * blockSize < end; index++) {
      const block = this.#blocks.get(index);
      if (this.#loading.has(index)) {
        this.#overtaken.add(index);
      }
      if (block !== undefined) {
        const from = Math.max(offset, index * blockSize);
        const to = Math.min(end, (index + 1) * blockSize);
        block.bytes.set(bytes.subarray(from - offset, to - offset), from - index * blockSize);
        block.length = Math.max(block.length, to - index * blockSize);
      }
    }
  }

  /** Forgets the blocks from `size` on: the storage ends there now. */
  truncated(size: number): void {
    for (const index of [...this.#blocks.keys()]) {
      if ((index + 1) * this.profile.blockSize > size) {
        this.#blocks.delete(index);
      }
    }
  }

  #touch(index: number): Block | null {
    const block = this.#blocks.get(index) ?? null;
    if (block !== null) {
      block.used = true;
    }
    return block;
  }

  #pin(ranges: readonly ByteRange[], pins: Set<number>): void {
    for (const range of ranges) {
      for (const index of this.#indexes(range)) {
        const block = this.#blocks.get(index);
        if (block !== undefined && !pins.has(index)) {
          pins.add(index);
          block.pins++;
        }
      }
    }
  }

  *#indexes({ start, end }: ByteRange): Generator<number> {
    const { blockSize } = this.profile;
    for (let index = Math.floor(start / blockSize); index * blockSize < Math.max(end, start + 1); index++) {
      yield index;
    }
  }

  #requestsFor(missing: readonly number[]): ByteRange[] {
    const { blockSize, maxGap, maxRequest } = this.profile;
    const ranges = missing.map((index) => ({ start: index * blockSize, end: (index + 1) * blockSize }));
    return mergeRanges(ranges, maxGap, maxRequest).map((range) => {
      const wide = widen(range, this.#previous, Math.max(this.storage.size, range.start), this.profile);
      this.#previous = wide;
      return { start: wide.start, end: Math.max(wide.end, wide.start) };
    });
  }

  async #fetch(request: ByteRange): Promise<void> {
    try {
      const bytes = new Uint8Array(this.#roundUp(request.end - request.start));
      const length = await this.storage.read(request.start, bytes.subarray(0, request.end - request.start));
      this.#accept(request, bytes, length);
    } finally {
      for (const index of this.#indexes(request)) {
        this.#loading.delete(index);
        this.#overtaken.delete(index);
      }
    }
  }

  #roundUp(length: number): number {
    return Math.max(1, Math.ceil(length / this.profile.blockSize)) * this.profile.blockSize;
  }

  #accept(request: ByteRange, bytes: Uint8Array<ArrayBuffer>, length: number): void {
    const { blockSize } = this.profile;
    if (length < 0 || length > request.end - request.start) {
      throw new HdfiveError(
        "IO",
        `${this.storage.name ?? "The storage"} returned ${length} bytes of ${request.end - request.start}`,
      );
    }
    this.count(length);
    for (let at = 0; at < bytes.length; at += blockSize) {
      const index = request.start / blockSize + at / blockSize;
      if (!this.#blocks.has(index) && !this.#overtaken.has(index)) {
        const block = bytes.subarray(at, at + blockSize);
        const filled = Math.min(blockSize, Math.max(0, length - at));
        this.#blocks.set(index, { bytes: block, length: filled, pins: 0, used: false });
      }
    }
  }
}
