import { FreeExtents, type FreeList, type SpaceKind } from "./free-extents.js";
import { PagedSpace } from "./paged-space.js";

/** Space given back. */
interface FreedSpace {
  readonly address: number;
  readonly size: number;
  readonly kind: SpaceKind;
}

/**
 * Space in the file: grows it at the end and reuses, within the session, what was freed.
 *
 * Free extents are kept by size class (powers of two) and merged with their neighbours. Addresses are relative to the
 * base address. Space that readers may still be fetching from is held back until they are done; space that the file on
 * the disk still points to is retired, and free only once a flush has made it forgotten.
 */
export class Allocator {
  #endOfFile: number;
  /** One for both kinds, unless the file keeps lists of them. */
  readonly #free: Readonly<Record<SpaceKind, FreeExtents>>;
  readonly #pages: PagedSpace | null;
  readonly #heldBack: FreedSpace[] = [];
  #retired: FreedSpace[] = [];
  #retiredBytes = 0;
  #holds = 0;

  /**
   * @param pageSize bytes of a page in a file that is organised in pages; `null` in all others
   * @param areKindsApart whether free space of metadata and of data is kept apart, for the lists that the file keeps
   */
  constructor(endOfFile: number, pageSize: number | null = null, areKindsApart = false) {
    this.#endOfFile = endOfFile;
    const metadata = new FreeExtents();
    this.#free = { metadata, raw: areKindsApart ? new FreeExtents() : metadata };
    this.#pages = pageSize === null ? null : new PagedSpace(endOfFile, pageSize);
  }

  /** First byte after everything in use. */
  get endOfFile(): number {
    return this.#pages?.endOfFile ?? this.#endOfFile;
  }

  /** Bytes free inside the file. */
  get freeBytes(): number {
    return this.#pages?.freeBytes ?? this.#pools().reduce((sum, pool) => sum + pool.byteLength, 0);
  }

  /** Bytes that hold something: neither free, nor given back and not free yet. */
  get usedBytes(): number {
    const heldBack = this.#heldBack.reduce((sum, { size }) => sum + size, 0);
    return this.endOfFile - this.freeBytes - this.#retiredBytes - heldBack;
  }

  /** Takes `size` bytes. Blocks are packed without alignment, as libhdf5 packs them by default. */
  take(size: number, kind: SpaceKind = "metadata"): number {
    if (this.#pages !== null) {
      return this.#pages.take(size, kind);
    }
    const { metadata, raw } = this.#free;
    const [first, second] = kind === "raw" ? [raw, metadata] : [metadata, raw];
    return first.take(size) ?? (first === second ? null : second.take(size)) ?? this.#takeEnd(size);
  }

  /** Gives `size` bytes at `address` back. Space at the end of the file shortens it. */
  give(address: number, size: number, kind: SpaceKind = "metadata"): void {
    if (this.#holds > 0) {
      this.#heldBack.push({ address, size, kind });
      return;
    }
    this.#release(address, size, kind);
  }

  /** Gives back space that the file as last flushed still uses: free once `release` has it after the next flush. */
  retire(address: number, size: number, kind: SpaceKind = "metadata"): void {
    this.#retired.push({ address, size, kind });
    this.#retiredBytes += size;
  }

  /** Bytes retired and not yet released. */
  get retiredBytes(): number {
    return this.#retiredBytes;
  }

  /** What is retired now: a flush that begins takes it along and gives it to `release` or back to `retire`. */
  takeRetired(): readonly FreedSpace[] {
    const retired = this.#retired;
    this.#retired = [];
    this.#retiredBytes = 0;
    return retired;
  }

  /** Frees what was retired: a flush is done, and nothing on the disk points there any more. */
  release(retired: readonly FreedSpace[]): void {
    for (const { address, size, kind } of retired) {
      this.give(address, size, kind);
    }
  }

  /** Takes a `take` back whose space nobody ever saw: at once, whoever holds. */
  undo(address: number, size: number, kind: SpaceKind = "metadata"): void {
    this.#release(address, size, kind);
  }

  /** Takes over what a list of the file has as free, and nothing points to any more. */
  adopt(list: FreeList): void {
    if (this.#pages !== null) {
      this.#pages.adopt(list);
      return;
    }
    for (const { start, end } of list.stretches) {
      this.#release(start, end - start, list.kind === "large" ? "metadata" : list.kind);
    }
  }

  /** Everything that is free, as the lists of a file have it. */
  freeLists(): readonly FreeList[] {
    const { metadata, raw } = this.#free;
    return (
      this.#pages?.lists() ?? [
        { kind: "metadata", stretches: metadata.stretches() },
        { kind: "raw", stretches: raw === metadata ? [] : raw.stretches() },
      ]
    );
  }

  #pools(): readonly FreeExtents[] {
    const { metadata, raw } = this.#free;
    return metadata === raw ? [metadata] : [metadata, raw];
  }

  /** How many use payload by addresses planned before: while others read, what lies there must stay as it is. */
  get holds(): number {
    return this.#holds;
  }

  /** Keeps freed space from being reused until `unhold`: somebody reads payload by addresses planned before. */
  hold(): void {
    this.#holds++;
  }

  /** Ends one `hold`. */
  unhold(): void {
    this.#holds--;
    if (this.#holds === 0) {
      for (const { address, size, kind } of this.#heldBack.splice(0)) {
        this.give(address, size, kind);
      }
    }
  }

  /** Damaged files give back what was never theirs, or the same twice: that is left alone rather than given to two. */
  #release(address: number, size: number, kind: SpaceKind): void {
    if (this.#pages !== null) {
      this.#pages.give(address, size, kind);
      return;
    }
    const to = address + size;
    if (size <= 0 || to > this.#endOfFile || this.#pools().some((pool) => pool.touches(address, to))) {
      return;
    }
    const pool = this.#free[kind];
    const { start, end } = pool.merged(address, to);
    if (end < this.#endOfFile) {
      pool.add(start, end);
      return;
    }
    this.#endOfFile = start;
    for (const other of [...this.#pools(), ...this.#pools()]) {
      this.#endOfFile = other.takeEndingAt(this.#endOfFile) ?? this.#endOfFile;
    }
  }

  #takeEnd(size: number): number {
    const address = this.#endOfFile;
    this.#endOfFile = address + size;
    return address;
  }
}
