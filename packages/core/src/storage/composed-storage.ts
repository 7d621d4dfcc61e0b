import type { Storage, StorageDistance } from "./storage.js";

/** A storage that holds a part of another. */
export interface StoragePart {
  readonly storage: Storage;
  /** Where its first byte goes. */
  readonly start: number;
  /** Bytes that are taken from it; past its end they are zeros. */
  readonly length: number;
}

interface Piece {
  readonly storage: Storage;
  readonly offset: number;
  readonly into: Uint8Array<ArrayBuffer>;
}

/** Several storages as one, each with a part of the bytes; what none of them has is zeros. It is only read. */
export class ComposedStorage implements Storage {
  readonly size: number;
  readonly distance: StorageDistance;
  readonly name?: string;
  readonly identity?: string;
  readonly readSync?: NonNullable<Storage["readSync"]>;
  readonly sibling?: NonNullable<Storage["sibling"]>;
  readonly siblingSync?: NonNullable<Storage["siblingSync"]>;
  readonly closeSync?: NonNullable<Storage["closeSync"]>;
  readonly #parts: readonly StoragePart[];
  readonly #first: Storage;

  /**
   * @param first the storage whose name and surroundings this one has, and which is closed with it
   * @param parts in the order of their starts, without overlap
   */
  constructor(first: Storage, parts: readonly StoragePart[]) {
    this.#first = first;
    this.#parts = parts;
    this.size = parts.reduce((end, { start, length }) => Math.max(end, start + length), 0);
    this.distance = parts.some(({ storage }) => storage.distance === "remote") ? "remote" : "local";
    if (first.name !== undefined) {
      this.name = first.name;
    }
    if (first.identity !== undefined) {
      this.identity = first.identity;
    }
    if (parts.every(({ storage }) => storage.readSync !== undefined)) {
      this.readSync = (offset, into) => {
        for (const piece of this.#pieces(offset, into)) {
          piece.into.fill(0, piece.storage.readSync?.(piece.offset, piece.into));
        }
        return this.#available(offset, into);
      };
    }
    if (first.sibling !== undefined) {
      this.sibling = async (name) => (await first.sibling?.(name)) ?? null;
    }
    if (first.siblingSync !== undefined) {
      this.siblingSync = (name) => first.siblingSync?.(name) ?? null;
    }
    if (first.closeSync !== undefined) {
      this.closeSync = () => first.closeSync?.();
    }
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    await Promise.all(
      this.#pieces(offset, into).map(async (piece) => {
        piece.into.fill(0, await piece.storage.read(piece.offset, piece.into, signal));
      }),
    );
    return this.#available(offset, into);
  }

  async close(): Promise<void> {
    await this.#first.close();
  }

  #available(offset: number, into: Uint8Array): number {
    return Math.max(0, Math.min(into.length, this.size - offset));
  }

  /** Where the bytes come from; those that come from nowhere are made zeros here. */
  #pieces(offset: number, into: Uint8Array<ArrayBuffer>): Piece[] {
    const pieces: Piece[] = [];
    const end = offset + into.length;
    let filled = offset;
    for (const { storage, start, length } of this.#parts) {
      const from = Math.max(start, offset);
      const to = Math.min(start + length, end);
      if (from < to) {
        into.fill(0, filled - offset, from - offset);
        pieces.push({ storage, offset: from - start, into: into.subarray(from - offset, to - offset) });
        filled = to;
      }
    }
    into.fill(0, filled - offset);
    return pieces;
  }
}
