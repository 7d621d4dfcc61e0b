/** Bytes of zeros behind the stored bits, so that a word can be loaded anywhere before their end. */
const PADDING = 8;
/** Bits that one load of a word gives wherever they begin in a byte. */
const MOST_BITS = 25;

/**
 * Reads numbers from bits that are packed without gaps, the highest bit of each byte first.
 *
 * Reading past the end gives zeros; whoever reads asks `isPast` once per block or knows beforehand how many bits are needed.
 */
export class BitReader {
  readonly #view: DataView;
  readonly #end: number;
  /** The byte that the next bit is in. */
  #at = 0;
  /** How many bits of that byte have been read, 0 to 7. */
  #used = 0;

  constructor(bytes: Uint8Array) {
    const padded = new Uint8Array(bytes.length + PADDING);
    padded.set(bytes);
    this.#view = new DataView(padded.buffer);
    this.#end = bytes.length;
  }

  /** Whether more bits were read than there are. */
  get isPast(): boolean {
    return this.#at > this.#end || (this.#at === this.#end && this.#used > 0);
  }

  /** The next `count` bits, 0 to 32, as an unsigned number. */
  read(count: number): number {
    if (count <= MOST_BITS) {
      return this.#readFew(count);
    }
    const high = this.#readFew(count - 16);
    return ((high << 16) | this.#readFew(16)) >>> 0;
  }

  #readFew(count: number): number {
    if (count === 0 || this.#at >= this.#end) {
      this.#skip(count);
      return 0;
    }
    const bits = (this.#view.getInt32(this.#at) << this.#used) >>> (32 - count);
    this.#skip(count);
    return bits;
  }

  #skip(count: number): void {
    const used = this.#used + count;
    this.#at += used >>> 3;
    this.#used = used & 7;
  }

  /** Reads numbers of `width` bits, 1 to 32, into `into[from]` to `into[to - 1]`. */
  readInto(into: Uint32Array, from: number, to: number, width: number): void {
    if (width > MOST_BITS) {
      for (let i = from; i < to; i++) {
        into[i] = this.read(width);
      }
      return;
    }
    const view = this.#view;
    const end = this.#end;
    const shift = 32 - width;
    let at = this.#at;
    let used = this.#used;
    for (let i = from; i < to; i++) {
      into[i] = at < end ? (view.getInt32(at) << used) >>> shift : 0;
      used += width;
      at += used >>> 3;
      used &= 7;
    }
    this.#at = at;
    this.#used = used;
  }

  /** Puts `width` bits, 1 to 31, below each of the numbers `into[from]` to `into[to - 1]`. */
  appendTo(into: Uint32Array, from: number, to: number, width: number): void {
    if (width > MOST_BITS) {
      for (let i = from; i < to; i++) {
        into[i] = ((into[i] as number) << width) | this.read(width);
      }
      return;
    }
    const view = this.#view;
    const end = this.#end;
    const shift = 32 - width;
    let at = this.#at;
    let used = this.#used;
    for (let i = from; i < to; i++) {
      const low = at < end ? (view.getInt32(at) << used) >>> shift : 0;
      into[i] = ((into[i] as number) << width) | low;
      used += width;
      at += used >>> 3;
      used &= 7;
    }
    this.#at = at;
    this.#used = used;
  }

  /** Reads numbers that are stored as that many zeros and a one; past the end, the rest are left as they are. */
  readUnary(into: Uint32Array, from: number, to: number): void {
    const view = this.#view;
    const end = this.#end;
    let at = this.#at;
    if (at >= end) {
      this.#at = to > from ? end + 1 : at;
      return;
    }
    // Bits that are not read yet, at the top of a word; zeros follow them.
    let left = 32 - this.#used;
    let word = view.getInt32(at) << this.#used;
    for (let i = from; i < to; i++) {
      let zeros = 0;
      while (word === 0) {
        zeros += left;
        at += 4;
        if (at >= end) {
          this.#at = end + 1;
          return;
        }
        left = 32;
        word = view.getInt32(at);
      }
      const more = Math.clz32(word);
      into[i] = zeros + more;
      left -= more + 1;
      // In two steps: to shift by 32 would be to shift by 0.
      word = (word << more) << 1;
    }
    const used = 32 - left;
    this.#at = at + (used >>> 3);
    this.#used = used & 7;
  }
}
