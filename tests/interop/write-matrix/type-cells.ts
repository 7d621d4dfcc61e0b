import { type DatasetOptions, ObjectReference, toDatatype } from "@hdfive/core";
import { MATRIX_TYPES, type MatrixType } from "../matrix-types.js";
import { type Plain, plainValue } from "../plain.js";
import { type Cell, type CellFacts, datasetCell } from "./cell.js";

const SHAPE = [5, 3] as const;

const PLACES: readonly (readonly [string, DatasetOptions, CellFacts])[] = [
  ["contiguous", {}, { layout: "contiguous" }],
  ["compact", { layout: "compact" }, { layout: "compact" }],
  ["fixed gzip", { chunks: [2, 2], compression: 1 }, { layout: "chunked", index: "farray" }],
  [
    "extensible shuffle",
    { chunks: [2, 2], maxShape: [null, 3], shuffle: true },
    { layout: "chunked", index: "earray" },
  ],
  ["tree", { chunks: [2, 2], maxShape: [null, null] }, { layout: "chunked", index: "btree2" }],
];

/** Every datatype in five kinds of storage, as a scalar, with a fill value, and in attributes. */
export function typeCells(): Cell[] {
  return MATRIX_TYPES.flatMap((type) => [
    ...PLACES.map(([label, options, facts]) =>
      datasetCell(
        `${type.label} ${label}`,
        { ...options, dtype: type.dtype, data: nested(SHAPE, (index) => type.value(index)) },
        { ...facts, shape: SHAPE, value: expected(type, SHAPE) },
      ),
    ),
    datasetCell(
      `${type.label} scalar`,
      { dtype: type.dtype, shape: [], data: type.value(2) },
      { layout: "contiguous", shape: [], value: expected(type, [], 2) },
    ),
    ...fillCells(type),
    attributeCell(type),
  ]);
}

/** Datasets never written, that show their fill value; libhdf5 takes none that is a pointer. */
function fillCells(type: MatrixType): Cell[] {
  const value = type.value(1);
  if (value instanceof ObjectReference) {
    return [];
  }
  const whole = nestedPlain(SHAPE, () => plainValue(value, toDatatype(type.dtype), () => "/"));
  const common = { dtype: type.dtype, shape: SHAPE, fillValue: value };
  return [
    datasetCell(`${type.label} filled`, common, { layout: "contiguous", shape: SHAPE, value: whole }),
    datasetCell(
      `${type.label} filled chunks`,
      { ...common, chunks: [2, 2], compression: 1 },
      { layout: "chunked", shape: SHAPE, value: whole },
    ),
  ];
}

function attributeCell(type: MatrixType): Cell {
  const { dtype } = type;
  return {
    name: `${type.label} attributes`,
    facts: { attributeOrder: ["array", "scalar"] },
    async write(group, name, sync) {
      const data = nested(SHAPE, (index) => type.value(index));
      if (sync) {
        const owner = group.createGroupSync(name);
        owner.attrs.setSync("array", data, { dtype, shape: SHAPE });
        owner.attrs.setSync("scalar", type.value(1), { dtype, shape: [] });
        return;
      }
      const owner = await group.createGroup(name);
      await owner.attrs.set("array", data, { dtype, shape: SHAPE });
      await owner.attrs.set("scalar", type.value(1), { dtype, shape: [] });
    },
  };
}

function expected({ dtype, value }: MatrixType, shape: readonly number[], from = 0): Plain {
  return nestedPlain(shape, (index) => plainValue(value(from + index), toDatatype(dtype), () => "/"));
}

function nestedPlain(shape: readonly number[], value: (index: number) => Plain): Plain {
  return nested(shape, value) as Plain;
}

function nested(shape: readonly number[], value: (index: number) => unknown): unknown {
  let index = 0;
  const level = (axis: number): unknown =>
    axis === shape.length ? value(index++) : Array.from({ length: shape[axis] as number }, () => level(axis + 1));
  return level(0);
}
