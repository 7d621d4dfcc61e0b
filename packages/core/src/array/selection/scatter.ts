import type { ChunkProjection } from "./projection.js";
import { forEachRow } from "./rows.js";

type Units = Uint8Array | Uint16Array | Uint32Array;

/** Below this many bytes a loop is faster than a call of `set`. */
const SHORT_ROW = 384;

/**
 * Copies what a chunk contributes into the result's bytes.
 *
 * @param resultShape the `countShape` of the resolved selection (its `shape` for points)
 */
export function scatter(
  projection: ChunkProjection,
  chunkBytes: Uint8Array,
  chunkShape: readonly number[],
  elementSize: number,
  resultBytes: Uint8Array,
  resultShape: readonly number[],
): void {
  const unit = commonUnit(elementSize, chunkBytes, resultBytes);
  const chunk = unitsOf(chunkBytes, unit);
  const result = unitsOf(resultBytes, unit);
  const width = elementSize / unit;
  forEachRow(projection, chunkShape, resultShape, (chunkElement, resultElement, count, chunkStep, resultStep) =>
    copyRow(chunk, chunkElement, chunkStep, result, resultElement, resultStep, count, width),
  );
}

/** Copies what the user's bytes hold for a chunk into the chunk: the mirror of `scatter`, with the same arguments. */
export function gather(
  projection: ChunkProjection,
  chunkBytes: Uint8Array,
  chunkShape: readonly number[],
  elementSize: number,
  sourceBytes: Uint8Array,
  sourceShape: readonly number[],
): void {
  const unit = commonUnit(elementSize, chunkBytes, sourceBytes);
  const chunk = unitsOf(chunkBytes, unit);
  const source = unitsOf(sourceBytes, unit);
  const width = elementSize / unit;
  forEachRow(projection, chunkShape, sourceShape, (chunkElement, sourceElement, count, chunkStep, sourceStep) =>
    copyRow(source, sourceElement, sourceStep, chunk, chunkElement, chunkStep, count, width),
  );
}

/**
 * Visits the parts of a projection that are side by side both in the chunk and in the result, for data that is converted
 * or is not made of bytes.
 *
 * @param resultShape the `countShape` of the resolved selection (its `shape` for points)
 */
export function forEachRun(
  projection: ChunkProjection,
  chunkShape: readonly number[],
  resultShape: readonly number[],
  visit: (chunkElement: number, resultElement: number, count: number) => void,
): void {
  forEachRow(projection, chunkShape, resultShape, (chunkElement, resultElement, count, chunkStep, resultStep) => {
    if (chunkStep === 1 && resultStep === 1) {
      visit(chunkElement, resultElement, count);
      return;
    }
    for (let i = 0; i < count; i++) {
      visit(chunkElement + i * chunkStep, resultElement + i * resultStep, 1);
    }
  });
}

/** Repeats a pattern over all bytes; the last repetition may be cut. A pattern of no bytes clears them. */
export function fillBytes(bytes: Uint8Array, pattern: Uint8Array): void {
  const first = pattern[0] ?? 0;
  if (pattern.every((byte) => byte === first)) {
    bytes.fill(first);
    return;
  }
  bytes.set(pattern.subarray(0, bytes.length));
  for (let done = pattern.length; done < bytes.length; done *= 2) {
    bytes.copyWithin(done, 0, Math.min(done, bytes.length - done));
  }
}

/** The widest of 4, 2 and 1 bytes that elements and both arrays are aligned to. */
function commonUnit(elementSize: number, a: Uint8Array, b: Uint8Array): 1 | 2 | 4 {
  const low = elementSize | a.byteOffset | b.byteOffset;
  return (low & 3) === 0 ? 4 : (low & 1) === 0 ? 2 : 1;
}

// 8-byte elements go as two words of 4: a copy through Float64Array may change the bits of a not-a-number.
function unitsOf(bytes: Uint8Array, unit: 1 | 2 | 4): Units {
  const length = Math.floor(bytes.byteLength / unit);
  return unit === 4
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, length)
    : unit === 2
      ? new Uint16Array(bytes.buffer, bytes.byteOffset, length)
      : bytes;
}

function copyRow(
  from: Units,
  fromElement: number,
  fromStep: number,
  to: Units,
  toElement: number,
  toStep: number,
  count: number,
  width: number,
): void {
  let source = fromElement * width;
  let target = toElement * width;
  if (fromStep === 1 && toStep === 1) {
    const length = count * width;
    if (length * from.BYTES_PER_ELEMENT >= SHORT_ROW) {
      to.set(from.subarray(source, source + length), target);
    } else {
      for (let i = 0; i < length; i++) {
        to[target + i] = from[source + i] as number;
      }
    }
    return;
  }
  const sourceStep = fromStep * width;
  const targetStep = toStep * width;
  if (width === 1) {
    for (let i = 0; i < count; i++, source += sourceStep, target += targetStep) {
      to[target] = from[source] as number;
    }
  } else if (width === 2) {
    for (let i = 0; i < count; i++, source += sourceStep, target += targetStep) {
      to[target] = from[source] as number;
      to[target + 1] = from[source + 1] as number;
    }
  } else {
    for (let i = 0; i < count; i++, source += sourceStep, target += targetStep) {
      for (let word = 0; word < width; word++) {
        to[target + word] = from[source + word] as number;
      }
    }
  }
}
