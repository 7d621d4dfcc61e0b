import { FormatError } from "@hdfive/format";

/** Bytes that must follow a bit stream in memory, so that a word can be read at its last byte. */
export const BIT_STREAM_SLACK = 8;

/**
 * A bit stream of Zstandard, which is read from its end. RFC 8878, section 4.1.
 *
 * Its last byte ends with a 1 and zeros above it. `left` counts the bits that are not read yet; below 0 the stream was too
 * short, and its caller says so: checking at every read would cost a quarter of the time.
 */
export class BackwardBits {
  readonly view: DataView;
  /** Byte offset of the stream in the view. */
  readonly start: number;
  left: number;

  constructor(view: DataView, start: number, end: number) {
    const last = end > start ? view.getUint8(end - 1) : 0;
    if (last === 0) {
      throw new FormatError("Zstandard bit stream", "it has no end mark");
    }
    this.view = view;
    this.start = start;
    this.left = 8 * (end - start) - (Math.clz32(last) - 24) - 1;
  }

  /** The next `count` bits, 25 at most; zeros where the stream has no more. */
  read(count: number): number {
    this.left -= count;
    const { left } = this;
    if (left < 0) {
      // The missing bits are below the others.
      return left + count <= 0 ? 0 : (this.view.getUint32(this.start, true) & ((1 << (left + count)) - 1)) << -left;
    }
    return (this.view.getUint32(this.start + (left >>> 3), true) >>> (left & 7)) & ((1 << count) - 1);
  }
}
