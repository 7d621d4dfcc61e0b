import { FormatError } from "@hdfive/format";

/** Bits of a zfp stream, the lowest of each byte first. */
export class ZfpBits {
  readonly #bytes: Uint8Array;
  #at = 0;
  #bit = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The next bit. */
  readBit(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) {
      throw this.#tooShort();
    }
    const bit = (byte >>> this.#bit) & 1;
    if (this.#bit === 7) {
      this.#bit = 0;
      this.#at++;
    } else {
      this.#bit++;
    }
    return bit;
  }

  /** The next `count` bits, 30 at most, the first one lowest. */
  read(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      value |= this.readBit() << i;
    }
    return value;
  }

  /** Leaves `count` bits out. */
  skip(count: number): void {
    const bit = this.#bit + count;
    this.#at += Math.floor(bit / 8);
    this.#bit = bit % 8;
    if (this.#at + Math.ceil(this.#bit / 8) > this.#bytes.length) {
      throw this.#tooShort();
    }
  }

  #tooShort(): FormatError {
    return new FormatError("ZFP stream", `it ends at byte ${this.#bytes.length}, before its last block`);
  }
}
