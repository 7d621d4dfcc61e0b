/** Boxes under one node at most that are looked at one by one. */
const LEAF = 8;

interface Node {
  /** First index on each axis, then the last. */
  readonly bounds: Float64Array;
  readonly boxes: readonly number[] | null;
  readonly below: readonly Node[];
}

/** Finds the boxes that meet a box without looking at all of them: halved along the longest axis, again and again. */
export class BoxIndex {
  readonly #rank: number;
  readonly #bounds: readonly Float64Array[];
  readonly #root: Node | null;

  /** @param bounds of each box the first index on each axis, then the last ones, which may be infinite */
  constructor(rank: number, bounds: readonly Float64Array[]) {
    this.#rank = rank;
    this.#bounds = bounds;
    const all = bounds.map((_, box) => box);
    this.#root = all.length === 0 ? null : this.#build(all);
  }

  /** The numbers of the boxes that meet a box, ascending. */
  meeting(wanted: Float64Array): number[] {
    const found: number[] = [];
    const open = this.#root === null ? [] : [this.#root];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (!this.#meets(node.bounds, wanted)) {
        continue;
      }
      open.push(...node.below);
      for (const box of node.boxes ?? []) {
        if (this.#meets(this.#bounds[box] as Float64Array, wanted)) {
          found.push(box);
        }
      }
    }
    return found.sort((a, b) => a - b);
  }

  #build(boxes: readonly number[]): Node {
    const rank = this.#rank;
    const bounds = new Float64Array(2 * rank).fill(Infinity, 0, rank).fill(-Infinity, rank);
    for (const box of boxes) {
      const own = this.#bounds[box] as Float64Array;
      for (let axis = 0; axis < rank; axis++) {
        bounds[axis] = Math.min(bounds[axis] as number, own[axis] as number);
        bounds[rank + axis] = Math.max(bounds[rank + axis] as number, own[rank + axis] as number);
      }
    }
    if (boxes.length <= LEAF) {
      return { bounds, boxes, below: [] };
    }
    const sorted = [...boxes];
    const axis = this.#widest(boxes);
    const startOf = (box: number): number => (this.#bounds[box] as Float64Array)[axis] as number;
    sorted.sort((a, b) => startOf(a) - startOf(b));
    const half = sorted.length >>> 1;
    return { bounds, boxes: null, below: [this.#build(sorted.slice(0, half)), this.#build(sorted.slice(half))] };
  }

  /** The axis on which the boxes begin farthest from each other. */
  #widest(boxes: readonly number[]): number {
    let best = 0;
    let widest = -1;
    for (let axis = 0; axis < this.#rank; axis++) {
      let low = Infinity;
      let high = -Infinity;
      for (const box of boxes) {
        const start = (this.#bounds[box] as Float64Array)[axis] as number;
        low = Math.min(low, start);
        high = Math.max(high, start);
      }
      if (high - low > widest) {
        widest = high - low;
        best = axis;
      }
    }
    return best;
  }

  #meets(a: Float64Array, b: Float64Array): boolean {
    const rank = this.#rank;
    for (let axis = 0; axis < rank; axis++) {
      if ((a[axis] as number) > (b[rank + axis] as number) || (b[axis] as number) > (a[rank + axis] as number)) {
        return false;
      }
    }
    return true;
  }
}
