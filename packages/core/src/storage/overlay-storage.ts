import type { Storage, StorageDistance } from "./storage.js";

/** Bytes that stand for those of a storage, from `offset` on. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A storage with some of its bytes replaced; where a later patch covers an earlier one, it counts. It is only read. */
export class OverlayStorage implements Storage {
  readonly distance: StorageDistance;
  readonly name?: string;
  readonly identity?: string;
  readonly readSync?: NonNullable<Storage["readSync"]>;
  readonly sibling?: NonNullable<Storage["sibling"]>;
  readonly siblingSync?: NonNullable<Storage["siblingSync"]>;
  readonly closeSync?: NonNullable<Storage["closeSync"]>;
  readonly #inner: Storage;
  readonly #patches: readonly Patch[];
  /** Bytes of the longest patch: those that reach a place begin no further before it. */
  readonly #longest: number;
  readonly #end: number;

  constructor(inner: Storage, patches: readonly Patch[]) {
    this.#inner = inner;
    this.#patches = [...patches].sort((a, b) => a.offset - b.offset);
    this.#longest = patches.reduce((most, { bytes }) => Math.max(most, bytes.length), 0);
    this.#end = patches.reduce((end, { offset, bytes }) => Math.max(end, offset + bytes.length), 0);
    this.distance = inner.distance ?? "local";
    if (inner.name !== undefined) {
      this.name = inner.name;
    }
    if (inner.identity !== undefined) {
      this.identity = inner.identity;
    }
    if (inner.readSync !== undefined) {
      this.readSync = (offset, into) => this.#cover(offset, into, inner.readSync?.(offset, into) ?? 0);
    }
    if (inner.sibling !== undefined) {
      this.sibling = async (name) => (await inner.sibling?.(name)) ?? null;
    }
    if (inner.siblingSync !== undefined) {
      this.siblingSync = (name) => inner.siblingSync?.(name) ?? null;
    }
    if (inner.closeSync !== undefined) {
      this.closeSync = () => inner.closeSync?.();
    }
  }

  get size(): number {
    return Math.max(this.#inner.size, this.#end);
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    return this.#cover(offset, into, await this.#inner.read(offset, into, signal));
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }

  #cover(offset: number, into: Uint8Array, read: number): number {
    into.fill(0, read);
    const end = offset + into.length;
    for (let i = this.#firstFrom(offset - this.#longest); i < this.#patches.length; i++) {
      const { offset: start, bytes } = this.#patches[i] as Patch;
      if (start >= end) {
        break;
      }
      const from = Math.max(start, offset);
      const to = Math.min(start + bytes.length, end);
      if (from < to) {
        into.set(bytes.subarray(from - start, to - start), from - offset);
      }
    }
    return Math.max(0, Math.min(into.length, this.size - offset));
  }

  /** The first patch that begins at `offset` or after it. */
  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.#patches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#patches[middle] as Patch).offset < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
