import { HdfiveError } from "@hdfive/format";
import { elementCount, rowMajorStrides, shapeText } from "./shape.js";

/**
 * How values of one shape fill another by numpy's rule: per axis of the target, the elements to step in the source, 0
 * where one value is repeated. Leading axes of extent 1 are dropped when the source has more axes than the target.
 *
 * @throws HdfiveError `SHAPE_MISMATCH`, "Can't broadcast (9) -> (10)"
 */
export function broadcastStrides(source: readonly number[], target: readonly number[]): number[] {
  let from = source;
  while (from.length > target.length && from[0] === 1) {
    from = from.slice(1);
  }
  const strides = rowMajorStrides(from);
  const missing = target.length - from.length;
  if (missing < 0) {
    throw mismatch(source, target);
  }
  return target.map((extent, axis) => {
    const own = from[axis - missing];
    if (own === undefined || (own === 1 && extent !== 1)) {
      return 0;
    }
    if (own !== extent) {
      throw mismatch(source, target);
    }
    return strides[axis - missing] as number;
  });
}

/**
 * True when every value of the source is used once, so that no copy is needed to put it in the target's order.
 *
 * @throws HdfiveError `SHAPE_MISMATCH` when the shapes do not broadcast
 */
export function fillsOnce(source: readonly number[], target: readonly number[]): boolean {
  broadcastStrides(source, target);
  return elementCount(source) === elementCount(target);
}

/** For every element of the target, in row-major order, the element of the source that it takes. */
export function broadcastIndices(source: readonly number[], target: readonly number[]): Float64Array {
  const strides = broadcastStrides(source, target);
  const indices = new Float64Array(elementCount(target));
  const position = new Array<number>(target.length).fill(0);
  let element = 0;
  for (let i = 0; i < indices.length; i++) {
    indices[i] = element;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const at = (position[axis] as number) + 1;
      if (at < (target[axis] as number)) {
        position[axis] = at;
        element += strides[axis] as number;
        break;
      }
      element -= (at - 1) * (strides[axis] as number);
      position[axis] = 0;
    }
  }
  return indices;
}

function mismatch(source: readonly number[], target: readonly number[]): HdfiveError {
  return new HdfiveError("SHAPE_MISMATCH", `Can't broadcast ${shapeText(source)} -> ${shapeText(target)}`);
}
