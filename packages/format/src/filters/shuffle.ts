import { FormatError, HdfiveError } from "../errors.js";

/**
 * The shuffle filter (filter 2), in the direction of writing: the first bytes of all elements, then the second bytes, and so
 * on. File Format Specification, section IV.A.2.l.
 *
 * Bytes after the last whole element stay at the end. The result is new memory, also where nothing moves. Throws a
 * `FormatError` for an element size that is not a positive whole number, which a damaged file can hold.
 */
export function shuffle(bytes: Uint8Array, elementSize: number): Uint8Array {
  checkElementSize(elementSize);
  const into = new Uint8Array(bytes.length);
  const count = Math.floor(bytes.length / elementSize);
  const whole = count * elementSize;
  const planes = { view: viewOf(into), bytes: into };
  const elements = { view: viewOf(bytes), bytes };
  into.set(elementSize === 1 ? bytes : bytes.subarray(whole), elementSize === 1 ? 0 : whole);
  switch (elementSize) {
    case 1:
      break;
    case 2:
      shuffle2(elements, planes, count);
      break;
    case 4:
      shuffle4(elements, planes, count);
      break;
    case 8:
      shuffle8(elements, planes, count);
      break;
    default:
      spread(bytes, into, elementSize, count, 0);
  }
  return into;
}

/**
 * The shuffle filter (filter 2), in the direction of reading: bytes go back into their elements.
 * File Format Specification, section IV.A.2.l.
 *
 * `into` takes the result when given and may not overlap `bytes`. Throws a `FormatError` for an element size that is not a
 * positive whole number, and an `INVALID_ARGUMENT` error for an `into` that is too short.
 */
export function unshuffle(bytes: Uint8Array, elementSize: number, into?: Uint8Array): Uint8Array {
  checkElementSize(elementSize);
  const result = into === undefined ? new Uint8Array(bytes.length) : intoOf(into, bytes.length);
  const count = Math.floor(bytes.length / elementSize);
  const whole = count * elementSize;
  const planes = { view: viewOf(bytes), bytes };
  const elements = { view: viewOf(result), bytes: result };
  result.set(elementSize === 1 ? bytes : bytes.subarray(whole), elementSize === 1 ? 0 : whole);
  switch (elementSize) {
    case 1:
      break;
    case 2:
      unshuffle2(planes, elements, count);
      break;
    case 4:
      unshuffle4(planes, elements, count);
      break;
    case 8:
      unshuffle8(planes, elements, count);
      break;
    default:
      collect(bytes, result, elementSize, count, 0);
  }
  return result;
}

/** Bytes and a view of them: words are read and written through the view at any alignment. */
interface Memory {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function checkElementSize(elementSize: number): void {
  if (!Number.isSafeInteger(elementSize) || elementSize < 1) {
    throw new FormatError("shuffle filter", `element size ${elementSize}`);
  }
}

function intoOf(into: Uint8Array, byteLength: number): Uint8Array {
  if (into.length < byteLength) {
    throw new HdfiveError("INVALID_ARGUMENT", `${byteLength} unshuffled bytes do not fit the ${into.length} given`);
  }
  return into.subarray(0, byteLength);
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

// The loops below move four elements at a time: 4 x 4 bytes are transposed in 32-bit registers, first within pairs of rows,
// then between the pairs. They are 4 to 5 times as fast as moving single bytes.

function unshuffle2(planes: Memory, elements: Memory, count: number): void {
  const source = planes.view;
  const target = elements.view;
  const whole = count - (count % 4);
  for (let i = 0; i < whole; i += 4) {
    const low = source.getInt32(i, true);
    const high = source.getInt32(count + i, true);
    const even = (low & 0x00ff00ff) | ((high & 0x00ff00ff) << 8);
    const odd = ((low >>> 8) & 0x00ff00ff) | (high & 0xff00ff00);
    target.setInt32(2 * i, (even & 0xffff) | (odd << 16), true);
    target.setInt32(2 * i + 4, (even >>> 16) | (odd & 0xffff0000), true);
  }
  collect(planes.bytes, elements.bytes, 2, count, whole);
}

function shuffle2(elements: Memory, planes: Memory, count: number): void {
  const source = elements.view;
  const target = planes.view;
  const whole = count - (count % 4);
  for (let i = 0; i < whole; i += 4) {
    const first = source.getInt32(2 * i, true);
    const second = source.getInt32(2 * i + 4, true);
    const even = (first & 0xffff) | (second << 16);
    const odd = (first >>> 16) | (second & 0xffff0000);
    target.setInt32(i, (even & 0x00ff00ff) | ((odd & 0x00ff00ff) << 8), true);
    target.setInt32(count + i, ((even >>> 8) & 0x00ff00ff) | (odd & 0xff00ff00), true);
  }
  spread(elements.bytes, planes.bytes, 2, count, whole);
}

function unshuffle4(planes: Memory, elements: Memory, count: number): void {
  const whole = count - (count % 4);
  for (let i = 0; i < whole; i += 4) {
    transpose(planes.view, i, count, elements.view, 4 * i, 4);
  }
  collect(planes.bytes, elements.bytes, 4, count, whole);
}

function shuffle4(elements: Memory, planes: Memory, count: number): void {
  const whole = count - (count % 4);
  for (let i = 0; i < whole; i += 4) {
    transpose(elements.view, 4 * i, 4, planes.view, i, count);
  }
  spread(elements.bytes, planes.bytes, 4, count, whole);
}

function unshuffle8(planes: Memory, elements: Memory, count: number): void {
  const whole = count - (count % 4);
  for (let i = 0; i < whole; i += 4) {
    transpose(planes.view, i, count, elements.view, 8 * i, 8);
    transpose(planes.view, 4 * count + i, count, elements.view, 8 * i + 4, 8);
  }
  collect(planes.bytes, elements.bytes, 8, count, whole);
}

function shuffle8(elements: Memory, planes: Memory, count: number): void {
  const whole = count - (count % 4);
  for (let i = 0; i < whole; i += 4) {
    transpose(elements.view, 8 * i, 8, planes.view, i, count);
    transpose(elements.view, 8 * i + 4, 8, planes.view, 4 * count + i, count);
  }
  spread(elements.bytes, planes.bytes, 8, count, whole);
}

/** Transposes four words of four bytes, which lie `sourceStep` and `targetStep` bytes apart. */
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
