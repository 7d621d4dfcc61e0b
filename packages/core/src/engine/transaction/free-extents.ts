/** Free extents looked at in one size class before the next larger class is tried. */
const SEARCH_LIMIT = 32;

/** What space is taken for: in files that are organised in pages each page has one kind. */
export type SpaceKind = "metadata" | "raw";

/** A stretch of the file, from its first byte up to the one after its last. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Free space of one kind: "large" is what is left of the pages of data that has pages of its own, and whole pages. */
export interface FreeList {
  readonly kind: SpaceKind | "large";
  readonly stretches: readonly Stretch[];
}

/** Free space: extents by size class (powers of two), merged with their neighbours. */
export class FreeExtents {
  readonly #sizeByStart = new Map<number, number>();
  readonly #startByEnd = new Map<number, number>();
  readonly #classes: Set<number>[] = [];
  readonly #pageSize: number;
  #byteLength = 0;

  /** @param pageSize extents of two pages are never merged; infinite where there are no pages */
  constructor(pageSize: number = Number.POSITIVE_INFINITY) {
    this.#pageSize = pageSize;
  }

  /** Bytes that are free. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** Whether an extent begins at one of these bytes or ends at the other: such space is free already. */
  touches(start: number, end: number): boolean {
    return this.#sizeByStart.has(start) || this.#startByEnd.has(end);
  }

  /** Takes `size` bytes out of an extent; `null` when none has so many. */
  take(size: number): number | null {
    for (let index = sizeClass(size); index < this.#classes.length; index++) {
      let looked = 0;
      for (const start of this.#classes[index] ?? []) {
        const available = this.#sizeByStart.get(start) as number;
        if (available >= size) {
          this.#remove(start);
          if (available > size) {
            this.add(start + size, start + available);
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

  /** Every extent, in the order of their addresses. */
  stretches(): Stretch[] {
    const all = [...this.#sizeByStart].map(([start, size]) => ({ start, end: start + size }));
    return all.sort((a, b) => a.start - b.start);
  }

  /** Takes the extent out that ends at an address, and answers where it began; `null` when none ends there. */
  takeEndingAt(end: number): number | null {
    const start = this.#startByEnd.get(end);
    if (start === undefined) {
      return null;
    }
    this.#remove(start);
    return start;
  }

  /** Takes the neighbours of a stretch out, and answers the stretch with them. */
  merged(from: number, to: number): Stretch {
    let start = from;
    let end = to;
    const before = start % this.#pageSize === 0 ? undefined : this.#startByEnd.get(start);
    if (before !== undefined) {
      this.#remove(before);
      start = before;
    }
    const after = end % this.#pageSize === 0 ? undefined : this.#sizeByStart.get(end);
    if (after !== undefined) {
      this.#remove(end);
      end += after;
    }
    return { start, end };
  }

  /** Adds a stretch, which `merged` has put together. */
  add(start: number, end: number): void {
    const size = end - start;
    this.#sizeByStart.set(start, size);
    this.#startByEnd.set(end, start);
    const index = sizeClass(size);
    while (this.#classes.length <= index) {
      this.#classes.push(new Set());
    }
    this.#classes[index]?.add(start);
    this.#byteLength += size;
  }

  #remove(start: number): void {
    const size = this.#sizeByStart.get(start) as number;
    this.#sizeByStart.delete(start);
    this.#startByEnd.delete(start + size);
    this.#classes[sizeClass(size)]?.delete(start);
    this.#byteLength -= size;
  }
}

function sizeClass(size: number): number {
  return Math.floor(Math.log2(Math.max(size, 1)));
}
