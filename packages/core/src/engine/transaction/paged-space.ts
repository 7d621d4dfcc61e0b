import { FreeExtents, type SpaceKind as Kind } from "./free-extents.js";

/**
 * Space of a file that is organised in pages: what is smaller than a page lies in one, beside what is of the same kind, and
 * what is not begins with a page of its own. File Format Specification, section IV.A.2.x, strategy "page".
 *
 * Only pages begun since the file was opened are filled further: of the others nobody knows what in them is free.
 */
export class PagedSpace {
  readonly #pageSize: number;
  readonly #small: Readonly<Record<Kind, FreeExtents>>;
  /** Whole pages that are free. */
  readonly #whole = new FreeExtents();
  /** Kinds of the pages that were begun, by their number. */
  readonly #kinds = new Map<number, Kind>();
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
      return this.#takePages(this.#roundUp(size));
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
  give(address: number, size: number): void {
    const to = address + size;
    if (size <= 0 || to > this.#endOfFile) {
      return;
    }
    if (size >= this.#pageSize) {
      this.#givePages(address, address + this.#roundUp(size));
      return;
    }
    const page = Math.floor(address / this.#pageSize);
    const kind = this.#kinds.get(page);
    const small = kind === undefined ? null : this.#small[kind];
    if (small === null || small.touches(address, to)) {
      return;
    }
    const { start, end } = small.merged(address, to);
    if (end - start === this.#pageSize) {
      this.#kinds.delete(page);
      this.#givePages(start, end);
    } else {
      small.add(start, end);
    }
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
    if (from % this.#pageSize !== 0 || to > this.#endOfFile || this.#whole.touches(from, to)) {
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
