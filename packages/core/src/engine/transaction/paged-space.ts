import { FreeExtents, type FreeList, type SpaceKind as Kind, type Stretch } from "./free-extents.js";

/**
 * Space of a file that is organised in pages: what is smaller than a page lies in one, beside what is of the same kind, and
 * what is not begins with a page of its own. File Format Specification, section IV.A.2.x, strategy "page".
 *
 * Pages begun since the file was opened are filled further, and those of which a list or a structure given back says what
 * in them is free: of the others nobody knows.
 */
export class PagedSpace {
  readonly #pageSize: number;
  readonly #small: Readonly<Record<Kind, FreeExtents>>;
  /** Whole pages that are free. */
  readonly #whole = new FreeExtents();
  /** Kinds of the pages that were begun, by their number. */
  readonly #kinds = new Map<number, Kind>();
  /** What is left of the last page of data that has pages of its own: where it begins, by the end of the page. */
  readonly #tails = new Map<number, number>();
  #endOfFile: number;

  /** @param endOfFile first byte after everything in use; the rest of its page is for metadata */
  constructor(endOfFile: number, pageSize: number) {
    this.#pageSize = pageSize;
    this.#small = { metadata: new FreeExtents(pageSize), raw: new FreeExtents(pageSize) };
    this.#endOfFile = this.#roundUp(endOfFile);
    if (endOfFile < this.#endOfFile) {
      this.#kinds.set(Math.floor(endOfFile / pageSize), "metadata");
      this.#small.metadata.add(endOfFile, this.#endOfFile);
    }
  }

  /** First byte after the last page. */
  get endOfFile(): number {
    return this.#endOfFile;
  }

  /** Bytes known to be free. */
  get freeBytes(): number {
    return this.#whole.byteLength + this.#small.metadata.byteLength + this.#small.raw.byteLength;
  }

  /** Takes `size` bytes for data of a kind. */
  take(size: number, kind: Kind): number {
    if (size >= this.#pageSize) {
      const address = this.#takePages(this.#roundUp(size));
      if (size % this.#pageSize !== 0) {
        this.#tails.set(address + this.#roundUp(size), address + size);
      }
      return address;
    }
    const small = this.#small[kind];
    const found = small.take(size);
    if (found !== null) {
      return found;
    }
    const page = this.#takePages(this.#pageSize);
    this.#kinds.set(page / this.#pageSize, kind);
    if (size > 0) {
      small.add(page + size, page + this.#pageSize);
    }
    return page;
  }

  /** Gives space back that was taken: to the kind of its page, or as whole pages. */
  give(address: number, size: number, freed: Kind = "metadata"): void {
    const to = address + size;
    if (size <= 0 || to > this.#endOfFile) {
      return;
    }
    if (size >= this.#pageSize) {
      this.#tails.delete(address + this.#roundUp(size));
      this.#givePages(address, address + this.#roundUp(size));
      return;
    }
    const page = Math.floor(address / this.#pageSize);
    if (to > (page + 1) * this.#pageSize) {
      return;
    }
    const kind = this.#kinds.get(page) ?? freed;
    const small = this.#small[kind];
    if (small.touches(address, to)) {
      return;
    }
    this.#kinds.set(page, kind);
    const { start, end } = small.merged(address, to);
    if (end - start === this.#pageSize) {
      this.#kinds.delete(page);
      this.#givePages(start, end);
    } else {
      small.add(start, end);
    }
  }

  /** Takes over what a list of the file has as free. */
  adopt({ kind, stretches }: FreeList): void {
    for (const { start, end } of stretches) {
      if (kind === "large") {
        this.#adoptLarge(start, end);
      } else {
        this.give(start, end - start, kind);
      }
    }
  }

  /** Everything that is free, by the kind of its pages. */
  lists(): FreeList[] {
    return [
      { kind: "metadata", stretches: this.#small.metadata.stretches() },
      { kind: "raw", stretches: this.#small.raw.stretches() },
      { kind: "large", stretches: this.#largeStretches() },
    ];
  }

  #adoptLarge(start: number, end: number): void {
    const first = this.#roundUp(start);
    if (end > this.#endOfFile || first > end) {
      return;
    }
    if (start < first) {
      this.#tails.set(first, start);
    }
    if (first < end) {
      this.#givePages(first, end - (end % this.#pageSize));
    }
  }

  /** Whole pages, with what is left of the page before them. */
  #largeStretches(): Stretch[] {
    const ends = new Map([...this.#tails].map(([end, start]) => [start, end]));
    for (const { start, end } of this.#whole.stretches()) {
      const tail = this.#tails.get(start);
      ends.set(tail ?? start, end);
    }
    return [...ends].map(([start, end]) => ({ start, end })).sort((a, b) => a.start - b.start);
  }

  #takePages(byteLength: number): number {
    const found = this.#whole.take(byteLength);
    if (found !== null) {
      return found;
    }
    const address = this.#endOfFile;
    this.#endOfFile += byteLength;
    return address;
  }

  #givePages(from: number, to: number): void {
    // Written by somebody who does not keep to pages: left alone.
    if (from % this.#pageSize !== 0 || to <= from || to > this.#endOfFile || this.#whole.touches(from, to)) {
      return;
    }
    const { start, end } = this.#whole.merged(from, to);
    if (end === this.#endOfFile) {
      this.#endOfFile = start;
    } else {
      this.#whole.add(start, end);
    }
  }

  #roundUp(size: number): number {
    return Math.ceil(size / this.#pageSize) * this.#pageSize;
  }
}
