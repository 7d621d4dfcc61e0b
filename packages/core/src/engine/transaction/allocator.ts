/** Free extents looked at in one size class before the next larger class is tried. */
const SEARCH_LIMIT = 32;

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
  readonly #sizeByStart = new Map<number, number>();
  readonly #startByEnd = new Map<number, number>();
  readonly #classes: Set<number>[] = [];
  readonly #heldBack: FreedSpace[] = [];
  #retired: FreedSpace[] = [];
  #retiredBytes = 0;
  #holds = 0;
  #freeBytes = 0;

  constructor(endOfFile: number) {
    this.#endOfFile = endOfFile;
  }

  /** First byte after everything in use. */
  get endOfFile(): number {
    return this.#endOfFile;
  }

  /** Bytes free inside the file. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Bytes that hold something: neither free, nor given back and not free yet. */
  get usedBytes(): number {
    const heldBack = this.#heldBack.reduce((sum, { size }) => sum + size, 0);
    return this.#endOfFile - this.#freeBytes - this.#retiredBytes - heldBack;
  }

  /** Takes `size` bytes. Blocks are packed without alignment, as libhdf5 packs them by default. */
  take(size: number): number {
    return this.#takeFree(size) ?? this.#takeEnd(size);
  }

  /** Gives `size` bytes at `address` back. Space at the end of the file shortens it. */
  give(address: number, size: number): void {
    if (this.#holds > 0) {
      this.#heldBack.push({ address, size });
      return;
    }
    this.#free(address, size);
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
    this.#free(address, size);
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
  #free(address: number, size: number): void {
    const end = address + size;
    const isTaken = !this.#sizeByStart.has(address) && !this.#startByEnd.has(end);
    if (size > 0 && end <= this.#endOfFile && isTaken) {
      this.#insert(address, end);
    }
  }

  #takeEnd(size: number): number {
    const address = this.#endOfFile;
    this.#endOfFile = address + size;
    return address;
  }

  #takeFree(size: number): number | null {
    for (let index = sizeClass(size); index < this.#classes.length; index++) {
      let looked = 0;
      for (const start of this.#classes[index] ?? []) {
        const available = this.#sizeByStart.get(start) as number;
        if (available >= size) {
          this.#remove(start);
          if (available > size) {
            this.#add(start + size, available - size);
          }
          return start;
        }
        if (++looked === SEARCH_LIMIT) {
          break;
        }
      }
    }
    return null;
  }

  #insert(from: number, to: number): void {
    let start = from;
    let end = to;
    const before = this.#startByEnd.get(start);
    if (before !== undefined) {
      this.#remove(before);
      start = before;
    }
    const after = this.#sizeByStart.get(end);
    if (after !== undefined) {
      this.#remove(end);
      end += after;
    }
    if (end === this.#endOfFile) {
      this.#endOfFile = start;
    } else {
      this.#add(start, end - start);
    }
  }

  #add(start: number, size: number): void {
    this.#sizeByStart.set(start, size);
    this.#startByEnd.set(start + size, start);
    const index = sizeClass(size);
    while (this.#classes.length <= index) {
      this.#classes.push(new Set());
    }
    this.#classes[index]?.add(start);
    this.#freeBytes += size;
  }

  #remove(start: number): void {
    const size = this.#sizeByStart.get(start) as number;
    this.#sizeByStart.delete(start);
    this.#startByEnd.delete(start + size);
    this.#classes[sizeClass(size)]?.delete(start);
    this.#freeBytes -= size;
  }
}

function sizeClass(size: number): number {
  return Math.floor(Math.log2(Math.max(size, 1)));
}
