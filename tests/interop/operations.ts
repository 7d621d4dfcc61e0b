/** Datatypes of the random datasets and attributes. */
export const OPERATION_DTYPES = ["int32", "|u1", ">i2", "float64", "string"] as const;

/** A datatype of the random datasets and attributes. */
export type OperationDtype = (typeof OPERATION_DTYPES)[number];

/** One element of those. */
export type OperationValue = number | string;

/** A new dataset with all its values. */
export interface DatasetOperation {
  readonly op: "dataset";
  readonly path: string;
  readonly dtype: OperationDtype;
  readonly shape: readonly number[];
  readonly maxShape: readonly (number | null)[] | null;
  readonly chunks: readonly number[] | null;
  readonly gzip: number | null;
  readonly shuffle: boolean;
  readonly fletcher32: boolean;
  readonly fill: OperationValue | null;
  /** Values in row-major order; `null` leaves the dataset unwritten. */
  readonly data: readonly OperationValue[] | null;
}

/** An edit that every library here can do: plain data, so that Python gets the same. */
export type Operation =
  | { readonly op: "group"; readonly path: string; readonly ordered: boolean }
  | DatasetOperation
  | {
      readonly op: "write";
      readonly path: string;
      readonly start: readonly number[];
      readonly step: readonly number[];
      readonly count: readonly number[];
      readonly data: readonly OperationValue[];
    }
  | { readonly op: "resize"; readonly path: string; readonly shape: readonly number[] }
  | {
      readonly op: "attr";
      readonly path: string;
      readonly name: string;
      readonly dtype: OperationDtype;
      readonly shape: readonly number[];
      readonly data: readonly OperationValue[];
    }
  | { readonly op: "deleteAttr"; readonly path: string; readonly name: string }
  | { readonly op: "renameAttr"; readonly path: string; readonly name: string; readonly to: string }
  | { readonly op: "delete"; readonly path: string }
  | { readonly op: "move"; readonly path: string; readonly to: string }
  | { readonly op: "externalLink"; readonly path: string; readonly file: string; readonly target: string }
  | { readonly op: "link"; readonly path: string; readonly target: string }
  | { readonly op: "softLink"; readonly path: string; readonly target: string };
