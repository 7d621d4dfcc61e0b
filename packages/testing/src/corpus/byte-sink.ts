import type { Hasher } from "./corpus-host.js";

const BUFFER_BYTES = 1 << 16;
const LARGEST_FIELD = 64;

/** Takes encoded values piece by piece and hands them to a digest in large blocks. Numbers are little-endian. */
export class ByteSink {
  readonly #hasher: Hasher;
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  readonly #view = new DataView(this.#buffer.buffer);
  #length = 0;

  constructor(hasher: Hasher) {
    this.#hasher = hasher;
  }

  /** An unsigned number of 4 bytes. */
  u32(value: number): void {
    this.#view.setUint32(this.#room(4), value, true);
  }

  /** Two's complement of so many bytes; what does not fit is cut off. */
  integer(value: number | bigint, byteLength: number): void {
    const at = this.#room(Math.min(byteLength, LARGEST_FIELD));
    switch (byteLength) {
      case 1:
        this.#view.setUint8(at, Number(value));
        return;
      case 2:
        this.#view.setUint16(at, Number(value), true);
        return;
      case 4:
        this.#view.setUint32(at, Number(value), true);
        return;
      default: {
        let rest = BigInt(value);
        for (let i = 0; i < byteLength; i++) {
          this.#view.setUint8(at + i, Number(rest & 0xffn));
          rest >>= 8n;
        }
      }
    }
  }

  /** IEEE binary32; every NaN is the quiet one. */
  float32(value: number): void {
    const at = this.#room(4);
    if (Number.isNaN(value)) {
      this.#view.setUint32(at, 0x7fc00000, true);
    } else {
      this.#view.setFloat32(at, value, true);
    }
  }

  /** IEEE binary64; every NaN is the quiet one. */
  float64(value: number): void {
    const at = this.#room(8);
    if (Number.isNaN(value)) {
      this.#view.setUint32(at, 0, true);
      this.#view.setUint32(at + 4, 0x7ff80000, true);
    } else {
      this.#view.setFloat64(at, value, true);
    }
  }

  /** Bytes as they are. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length > BUFFER_BYTES) {
      this.#flush();
      this.#hasher.update(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#room(bytes.length));
  }

  /** The digest of everything, which ends the sink. */
  hex(): string {
    this.#flush();
    return this.#hasher.hex();
  }

  #room(byteLength: number): number {
    if (this.#length + byteLength > BUFFER_BYTES) {
      this.#flush();
    }
    const at = this.#length;
    this.#length += byteLength;
    return at;
  }

  #flush(): void {
    if (this.#length > 0) {
      this.#hasher.update(this.#buffer.slice(0, this.#length));
      this.#length = 0;
    }
  }
}
