/** Elements that lie side by side in a contiguous dataset and in the result. */
export interface ContiguousRun {
  /** First element in the dataset, row-major. */
  readonly offset: number;
  readonly count: number;
  /** First element in the result. */
  readonly at: number;
}
