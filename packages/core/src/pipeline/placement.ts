/** Where the elements of a read go that are a part of a larger result. */
export interface Placement {
  /** The place of the first element where all of them are side by side, else `null`. */
  readonly offset: number | null;
  /** Visits the places of `count` elements from `at` on: runs side by side, with the first element of each counted from `at`. */
  forEachRun(at: number, count: number, visit: (resultElement: number, from: number, count: number) => void): void;
}
