import type { Storage } from "@hdfive/core";

/** One call of a storage, before it is made. */
export interface StorageCall {
  readonly kind: "read" | "write" | "truncate" | "flush";
  /** First byte read or written; the new size for `truncate`. */
  readonly offset: number;
  /** Bytes asked for or written. */
  readonly byteLength: number;
  /** Whether the caller does not wait. */
  readonly sync: boolean;
}

/**
 * A storage in front of another: every call is shown to `before`, which may throw, and is then made as it is.
 *
 * It can exactly what the other can: members that the other storage lacks are missing here as well.
 */
export class WrappedStorage implements Storage {
  readonly name: string;
  readonly distance: NonNullable<Storage["distance"]>;
  readonly readSync?: NonNullable<Storage["readSync"]>;
  readonly write?: NonNullable<Storage["write"]>;
  readonly writeSync?: NonNullable<Storage["writeSync"]>;
  readonly truncate?: NonNullable<Storage["truncate"]>;
  readonly truncateSync?: NonNullable<Storage["truncateSync"]>;
  readonly flush?: NonNullable<Storage["flush"]>;
  readonly flushSync?: NonNullable<Storage["flushSync"]>;
  readonly identity?: string;
  readonly sibling?: NonNullable<Storage["sibling"]>;
  readonly siblingSync?: NonNullable<Storage["siblingSync"]>;
  readonly closeSync?: NonNullable<Storage["closeSync"]>;
  readonly #inner: Storage;
  readonly #before: (call: StorageCall) => void;

  constructor(inner: Storage, before: (call: StorageCall) => void) {
    this.#inner = inner;
    this.#before = before;
    this.name = inner.name ?? "storage";
    this.distance = inner.distance ?? "local";
    if (inner.readSync !== undefined) {
      this.readSync = (offset, into) => {
        before({ kind: "read", offset, byteLength: into.length, sync: true });
        return inner.readSync?.(offset, into) ?? 0;
      };
    }
    if (inner.write !== undefined) {
      this.write = async (offset, bytes) => {
        before({ kind: "write", offset, byteLength: bytes.length, sync: false });
        await inner.write?.(offset, bytes);
      };
    }
    if (inner.writeSync !== undefined) {
      this.writeSync = (offset, bytes) => {
        before({ kind: "write", offset, byteLength: bytes.length, sync: true });
        inner.writeSync?.(offset, bytes);
      };
    }
    if (inner.truncate !== undefined) {
      this.truncate = async (size) => {
        before({ kind: "truncate", offset: size, byteLength: 0, sync: false });
        await inner.truncate?.(size);
      };
    }
    if (inner.truncateSync !== undefined) {
      this.truncateSync = (size) => {
        before({ kind: "truncate", offset: size, byteLength: 0, sync: true });
        inner.truncateSync?.(size);
      };
    }
    if (inner.flush !== undefined) {
      this.flush = async () => {
        before({ kind: "flush", offset: 0, byteLength: 0, sync: false });
        await inner.flush?.();
      };
    }
    if (inner.flushSync !== undefined) {
      this.flushSync = () => {
        before({ kind: "flush", offset: 0, byteLength: 0, sync: true });
        inner.flushSync?.();
      };
    }
    if (inner.sibling !== undefined) {
      this.sibling = async (name) => (await inner.sibling?.(name)) ?? null;
    }
    if (inner.siblingSync !== undefined) {
      this.siblingSync = (name) => inner.siblingSync?.(name) ?? null;
    }
    if (inner.identity !== undefined) {
      this.identity = inner.identity;
    }
    if (inner.closeSync !== undefined) {
      this.closeSync = () => inner.closeSync?.();
    }
  }

  get size(): number {
    return this.#inner.size;
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    this.#before({ kind: "read", offset, byteLength: into.length, sync: false });
    return this.#inner.read(offset, into, signal);
  }

  async close(): Promise<void> {
    await this.#inner.close();
  }
}
