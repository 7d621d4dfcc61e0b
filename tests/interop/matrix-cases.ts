import { type DatasetOptions, type File, ObjectReference, toDatatype } from "@hdfive/core";
import type { MatrixType } from "./matrix-types.js";
import { type Plain, plainValue } from "./plain.js";

/** One dataset of the matrix: its name says shape and storage. */
export interface MatrixCase {
  readonly name: string;
  readonly options: DatasetOptions;
  /** The values it must hold, as JSON. */
  readonly expected: Plain;
}

const SHAPES: readonly (readonly number[])[] = [[], [0], [3, 0], [7], [4, 5], [3, 4, 2], [2, 3, 2, 3]];

const STORAGES: readonly (readonly [string, Partial<DatasetOptions>])[] = [
  ["contiguous", {}],
  ["chunked", { chunks: true }],
  ["shuffle", { shuffle: true }],
  ["gzip", { compression: "gzip", compressionOptions: 9 }],
  ["shuffle gzip", { shuffle: true, compression: "gzip" }],
  ["fletcher32", { fletcher32: true }],
  ["all filters", { shuffle: true, compression: 1, fletcher32: true }],
];

/** The datasets of one datatype: every shape in every storage. References point to a group of the file. */
export function matrixCases(type: MatrixType, target: ObjectReference): MatrixCase[] {
  const datatype = toDatatype(type.dtype);
  const value = (index: number): unknown => {
    const given = type.value(index);
    return given instanceof ObjectReference && index % 2 === 0 ? target : given;
  };
  return SHAPES.flatMap((shape) =>
    STORAGES.filter(([label, { fletcher32 }]) =>
      // Scalars have no chunks, and a checksum of data of variable length would be one of pointers.
      fletcher32 === true && datatype.class === "variable-length" ? false : shape.length > 0 || label === "contiguous",
    ).map(([label, storage]): MatrixCase => {
      const isChunked = label !== "contiguous";
      // Chunks that do not divide the shape leave pieces at the edges; every second case may grow.
      const chunks = shape.map((extent) => Math.max(1, Math.ceil(extent / 2)));
      const maxShape = shape.map((extent, axis) => (extent === 0 || axis === 0 ? null : extent + axis));
      const grows = isChunked && (label.length % 2 === 0 || shape.includes(0));
      return {
        name: `${shape.join("x") || "scalar"} ${label}`,
        options: {
          ...storage,
          dtype: type.dtype,
          shape,
          data: nestedValues(shape, value),
          ...(isChunked ? { chunks } : {}),
          ...(grows ? { maxShape } : {}),
        },
        expected: nestedValues(shape, (index) => plainValue(value(index), datatype, () => "/target")) as Plain,
      };
    }),
  );
}

/** Writes all datasets of a datatype, half of them without waiting. */
export async function writeMatrix(file: File, type: MatrixType): Promise<MatrixCase[]> {
  const target = await file.createGroup("target");
  const cases = matrixCases(type, new ObjectReference((await target.info()).address));
  for (const [index, { name, options }] of cases.entries()) {
    if (index % 2 === 0) {
      await file.createDataset(name, options);
    } else {
      file.createDatasetSync(name, options);
    }
  }
  return cases;
}

function nestedValues(shape: readonly number[], value: (index: number) => unknown): unknown {
  let index = 0;
  const level = (axis: number): unknown =>
    axis === shape.length ? value(index++) : Array.from({ length: shape[axis] as number }, () => level(axis + 1));
  return level(0);
}
