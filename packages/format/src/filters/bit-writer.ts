/** Writes numbers as bits packed without gaps, the highest bit of each byte first: the mirror of `BitReader`. */
export class BitWriter {
  #bytes: Uint8Array;
  #at = 0;
  /** Bits that are not written yet, the lowest ones of this number, and how many they are: 0 to 7 between calls. */
  #pending = 0;
  #pendingCount = 0;

  /** @param capacity bytes that are expected; more are made room for */
  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Bits written so far. */
  get bitLength(): number {
    return this.#at * 8 + this.#pendingCount;
  }

  /** Writes the lowest `count` bits, 0 to 32, of a number. */
  write(value: number, count: number): void {
    if (count > 16) {
      this.#writeFew(value >>> 16, count - 16);
      this.#writeFew(value, 16);
    } else {
      this.#writeFew(value, count);
    }
  }

  /** Writes a number as that many zeros and a one. */
  writeUnary(zeros: number): void {
    let left = zeros;
    for (; left >= 16; left -= 16) {
      this.#writeFew(0, 16);
    }
    this.#writeFew(1, left + 1);
  }

  /** What was written, the last byte filled with zeros. */
  finish(): Uint8Array {
    if (this.#pendingCount > 0) {
      this.#writeFew(0, 8 - this.#pendingCount);
    }
    return this.#bytes.subarray(0, this.#at);
  }

  #writeFew(value: number, count: number): void {
    let pending = (this.#pending << count) | (value & ((1 << count) - 1));
    let pendingCount = this.#pendingCount + count;
    if (this.#at + 3 > this.#bytes.length) {
      this.#grow();
    }
    while (pendingCount >= 8) {
      pendingCount -= 8;
      this.#bytes[this.#at++] = pending >>> pendingCount;
    }
    pending &= 0xff;
    this.#pending = pending;
    this.#pendingCount = pendingCount;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2 + 16);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
