import { FormatError } from "@hdfive/format";

/** Bits of a bzip2 stream, the highest of each byte first. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #word = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next `count` bits, 24 at most. */
  read(count: number): number {
    this.#fill(count);
    if (this.#count < count) {
      throw new FormatError("bzip2 stream", `it ends at byte ${this.#bytes.length}, before it is complete`);
    }
    this.#count -= count;
    return (this.#word >>> this.#count) & ((1 << count) - 1);
  }

  /** The next `count` bits without taking them; zeros behind the end. */
  peek(count: number): number {
    this.#fill(count);
    const missing = count - this.#count;
    const bits = missing > 0 ? this.#word << missing : this.#word >>> -missing;
    return bits & ((1 << count) - 1);
  }

  /** The next 32 bits. */
  readWord(): number {
    return this.read(16) * 65536 + this.read(16);
  }

  #fill(count: number): void {
    while (this.#count < count && this.#at < this.#bytes.length) {
      // What is above the bits that count falls out at the top.
      this.#word = (this.#word << 8) | (this.#bytes[this.#at++] as number);
      this.#count += 8;
    }
  }
}
