import { FreeExtents, type SpaceKind } from "./free-extents.js";
import { PagedSpace } from "./paged-space.js";

/** Space given back. */
interface FreedSpace {
  readonly address: number;
  readonly size: number;
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
  readonly #free = new FreeExtents();
  readonly #pages: PagedSpace | null;
  readonly #heldBack: FreedSpace[] = [];
  #retired: FreedSpace[] = [];
  #retiredBytes = 0;
  #holds = 0;

  /** @param pageSize bytes of a page in a file that is organised in pages; `null` in all others */
  constructor(endOfFile: number, pageSize: number | null = null) {
    this.#endOfFile = endOfFile;
    this.#pages = pageSize === null ? null : new PagedSpace(endOfFile, pageSize);
  }

  /** First byte after everything in use. */
  get endOfFile(): number {
    return this.#pages?.endOfFile ?? this.#endOfFile;
  }

  /** Bytes free inside the file. */
  get freeBytes(): number {
    return this.#pages?.freeBytes ?? this.#free.byteLength;
  }

  /** Bytes that hold something: neither free, nor given back and not free yet. */
  get usedBytes(): number {
    const heldBack = this.#heldBack.reduce((sum, { size }) => sum + size, 0);
    return this.endOfFile - this.freeBytes - this.#retiredBytes - heldBack;
  }

  /** Takes `size` bytes. Blocks are packed without alignment, as libhdf5 packs them by default. */
  take(size: number, kind: SpaceKind = "metadata"): number {
    return this.#pages?.take(size, kind) ?? this.#free.take(size) ?? this.#takeEnd(size);
  }

  /** Gives `size` bytes at `address` back. Space at the end of the file shortens it. */
  give(address: number, size: number): void {
    if (this.#holds > 0) {
      this.#heldBack.push({ address, size });
      return;
    }
    this.#release(address, size);
  }

  /** Gives back space that the file as last flushed still uses: free once `release` has it after the next flush. */
  retire(address: number, size: number): void {
    this.#retired.push({ address, size });
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
    for (const { address, size } of retired) {
      this.give(address, size);
    }
  }

  /** Takes a `take` back whose space nobody ever saw: at once, whoever holds. */
  undo(address: number, size: number): void {
    this.#release(address, size);
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
      for (const { address, size } of this.#heldBack.splice(0)) {
        this.give(address, size);
      }
    }
  }

  /** Damaged files give back what was never theirs, or the same twice: that is left alone rather than given to two. */
  #release(address: number, size: number): void {
    if (this.#pages !== null) {
      this.#pages.give(address, size);
      return;
    }
    const to = address + size;
    if (size <= 0 || to > this.#endOfFile || this.#free.touches(address, to)) {
      return;
    }
    const { start, end } = this.#free.merged(address, to);
    if (end === this.#endOfFile) {
      this.#endOfFile = start;
    } else {
      this.#free.add(start, end);
    }
  }

  #takeEnd(size: number): number {
    const address = this.#endOfFile;
    this.#endOfFile = address + size;
    return address;
  }
}
