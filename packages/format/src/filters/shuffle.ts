import { FormatError, HdfiveError } from "../errors.js";

/**
 * The shuffle filter (filter 2), in the direction of writing: the first bytes of all elements, then the second bytes, and so
 * on. File Format Specification, section IV.A.2.l.
 *
 * Bytes after the last whole element stay at the end. `into` takes the result when given and may not overlap `bytes`. Throws a
 * `FormatError` for an element size that is not a positive whole number, which a damaged file can hold, and an
 * `INVALID_ARGUMENT` error for an `into` that is too short.
 */
export function shuffle(bytes: Uint8Array, elementSize: number, into?: Uint8Array): Uint8Array {
  const result = resultOf(bytes, elementSize, into);
  const count = Math.floor(bytes.length / elementSize);
  const wordCount = count - (count % 4);
  // One element or none stays as it is; without this, an absurd element size would cost as many rounds.
  if (elementSize === 1 || count < 2) {
    result.set(bytes);
    return result;
  }
  if (elementSize === 2) {
    splitPairs(viewOf(bytes), viewOf(result), count, wordCount);
    spread(bytes, result, elementSize, count, wordCount);
  } else if (elementSize % 4 === 0) {
    splitWords(viewOf(bytes), viewOf(result), elementSize, count, wordCount);
    spread(bytes, result, elementSize, count, wordCount);
  } else {
    spread(bytes, result, elementSize, count, 0);
  }
  copyTail(bytes, result, count * elementSize);
  return result;
}

/**
 * The shuffle filter (filter 2), in the direction of reading: bytes go back into their elements.
 * File Format Specification, section IV.A.2.l.
 *
 * `into` takes the result when given and may not overlap `bytes`. Throws a `FormatError` for an element size that is not a
 * positive whole number, and an `INVALID_ARGUMENT` error for an `into` that is too short.
 */
export function unshuffle(bytes: Uint8Array, elementSize: number, into?: Uint8Array): Uint8Array {
  const result = resultOf(bytes, elementSize, into);
  const count = Math.floor(bytes.length / elementSize);
  const wordCount = count - (count % 4);
  // One element or none stays as it is; without this, an absurd element size would cost as many rounds.
  if (elementSize === 1 || count < 2) {
    result.set(bytes);
    return result;
  }
  if (elementSize === 2) {
    joinPairs(viewOf(bytes), viewOf(result), count, wordCount);
    collect(bytes, result, elementSize, count, wordCount);
  } else if (elementSize % 4 === 0) {
    joinWords(viewOf(bytes), viewOf(result), elementSize, count, wordCount);
    collect(bytes, result, elementSize, count, wordCount);
  } else {
    collect(bytes, result, elementSize, count, 0);
  }
  copyTail(bytes, result, count * elementSize);
  return result;
}

/** Words are read and written through views, which take any alignment at the same speed. */
function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function resultOf(bytes: Uint8Array, elementSize: number, into: Uint8Array | undefined): Uint8Array {
  if (!Number.isSafeInteger(elementSize) || elementSize < 1) {
    throw new FormatError("shuffle filter", `element size ${elementSize}`);
  }
  if (into === undefined) {
    return new Uint8Array(bytes.length);
  }
  if (into.length < bytes.length) {
    throw new HdfiveError("INVALID_ARGUMENT", `${bytes.length} bytes to shuffle do not fit the ${into.length} given`);
  }
  return into.subarray(0, bytes.length);
}

/** Bytes after the last whole element stay where they are. */
function copyTail(bytes: Uint8Array, result: Uint8Array, from: number): void {
  if (from < bytes.length) {
    result.set(bytes.subarray(from), from);
  }
}

/** Any element size, from element `from` on: what the word loops leave, and sizes that have none. */
function spread(elements: Uint8Array, planes: Uint8Array, size: number, count: number, from: number): void {
  for (let byte = 0; byte < size; byte++) {
    const plane = byte * count;
    for (let i = from, at = from * size + byte; i < count; i++, at += size) {
      planes[plane + i] = elements[at] as number;
    }
  }
}

function collect(planes: Uint8Array, elements: Uint8Array, size: number, count: number, from: number): void {
  for (let byte = 0; byte < size; byte++) {
    const plane = byte * count;
    for (let i = from, at = from * size + byte; i < count; i++, at += size) {
      elements[at] = planes[plane + i] as number;
    }
  }
}

// The loops below move four elements at a time: bytes change places inside 32-bit registers. They are 4 times as fast as
// moving single bytes.

function joinPairs(planes: DataView, elements: DataView, count: number, wordCount: number): void {
  for (let i = 0; i < wordCount; i += 4) {
    const low = planes.getInt32(i, true);
    const high = planes.getInt32(count + i, true);
    const even = (low & 0x00ff00ff) | ((high & 0x00ff00ff) << 8);
    const odd = ((low >>> 8) & 0x00ff00ff) | (high & 0xff00ff00);
    elements.setInt32(2 * i, (even & 0xffff) | (odd << 16), true);
    elements.setInt32(2 * i + 4, (even >>> 16) | (odd & 0xffff0000), true);
  }
}

function splitPairs(elements: DataView, planes: DataView, count: number, wordCount: number): void {
  for (let i = 0; i < wordCount; i += 4) {
    const first = elements.getInt32(2 * i, true);
    const second = elements.getInt32(2 * i + 4, true);
    const even = (first & 0xffff) | (second << 16);
    const odd = (first >>> 16) | (second & 0xffff0000);
    planes.setInt32(i, (even & 0x00ff00ff) | ((odd & 0x00ff00ff) << 8), true);
    planes.setInt32(count + i, ((even >>> 8) & 0x00ff00ff) | (odd & 0xff00ff00), true);
  }
}

// The same loop three times: where the distances are constants, it is a quarter faster, and 4 and 8 bytes are nearly all data.

function joinWords(planes: DataView, elements: DataView, size: number, count: number, wordCount: number): void {
  if (size === 4) {
    for (let i = 0; i < wordCount; i += 4) {
      transpose(planes, i, count, elements, 4 * i, 4);
    }
  } else if (size === 8) {
    for (let i = 0; i < wordCount; i += 4) {
      transpose(planes, i, count, elements, 8 * i, 8);
      transpose(planes, 4 * count + i, count, elements, 8 * i + 4, 8);
    }
  } else {
    for (let i = 0; i < wordCount; i += 4) {
      for (let byte = 0; byte < size; byte += 4) {
        transpose(planes, byte * count + i, count, elements, size * i + byte, size);
      }
    }
  }
}

function splitWords(elements: DataView, planes: DataView, size: number, count: number, wordCount: number): void {
  if (size === 4) {
    for (let i = 0; i < wordCount; i += 4) {
      transpose(elements, 4 * i, 4, planes, i, count);
    }
  } else if (size === 8) {
    for (let i = 0; i < wordCount; i += 4) {
      transpose(elements, 8 * i, 8, planes, i, count);
      transpose(elements, 8 * i + 4, 8, planes, 4 * count + i, count);
    }
  } else {
    for (let i = 0; i < wordCount; i += 4) {
      for (let byte = 0; byte < size; byte += 4) {
        transpose(elements, size * i + byte, size, planes, byte * count + i, count);
      }
    }
  }
}

/**
 * Transposes four words of four bytes, which lie `sourceStep` and `targetStep` bytes apart: first within pairs of words, then
 * between the pairs. It is its own inverse, so it serves both directions.
 */
function transpose(
  source: DataView,
  from: number,
  sourceStep: number,
  target: DataView,
  to: number,
  targetStep: number,
): void {
  const a = source.getInt32(from, true);
  const b = source.getInt32(from + sourceStep, true);
  const c = source.getInt32(from + 2 * sourceStep, true);
  const d = source.getInt32(from + 3 * sourceStep, true);
  const evenAB = (a & 0x00ff00ff) | ((b & 0x00ff00ff) << 8);
  const oddAB = ((a >>> 8) & 0x00ff00ff) | (b & 0xff00ff00);
  const evenCD = (c & 0x00ff00ff) | ((d & 0x00ff00ff) << 8);
  const oddCD = ((c >>> 8) & 0x00ff00ff) | (d & 0xff00ff00);
  target.setInt32(to, (evenAB & 0xffff) | (evenCD << 16), true);
  target.setInt32(to + targetStep, (oddAB & 0xffff) | (oddCD << 16), true);
  target.setInt32(to + 2 * targetStep, (evenAB >>> 16) | (evenCD & 0xffff0000), true);
  target.setInt32(to + 3 * targetStep, (oddAB >>> 16) | (oddCD & 0xffff0000), true);
}
