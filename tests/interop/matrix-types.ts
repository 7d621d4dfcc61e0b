import {
  array,
  bitfield,
  compound,
  type DtypeLike,
  enumeration,
  ObjectReference,
  opaque,
  reference,
  string,
  vlen,
} from "@hdfive/core";

/** A datatype of the matrix, and its n-th value as users give it. */
export interface MatrixType {
  readonly label: string;
  readonly dtype: DtypeLike;
  value(index: number): unknown;
}

const TEXTS = ["", "a", "Ωμέγα", "two words", "日本", "trailing ", "ß"];
const ASCII = ["", "a", "abcdefgh", "two w", "x y z", "12345678", "~"];
const text = (index: number): string => TEXTS[index % TEXTS.length] as string;
const ascii = (index: number): string => ASCII[index % ASCII.length] as string;

function integers(bits: number, signed: boolean): MatrixType[] {
  const least = signed ? -(2n ** BigInt(bits - 1)) : 0n;
  const most = signed ? 2n ** BigInt(bits - 1) - 1n : 2n ** BigInt(bits) - 1n;
  const value = (index: number): number | bigint => {
    const exact = [least, most, 0n, 1n, most / 3n, BigInt(index)][index % 6] as bigint;
    return bits === 64 ? exact : Number(exact);
  };
  const code = `${signed ? "i" : "u"}${bits / 8}`;
  const codes = bits === 8 ? [`|${code}`] : [`<${code}`, `>${code}`];
  return codes.map((dtype) => ({ label: dtype, dtype, value }));
}

function floats(bytes: 2 | 4 | 8): MatrixType[] {
  const large = { 2: 65504, 4: 3.4028234663852886e38, 8: Number.MAX_VALUE }[bytes];
  const small = { 2: 2 ** -24, 4: 2 ** -149, 8: Number.MIN_VALUE }[bytes];
  const values = [0, -0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, large, small, -2.25];
  const value = (index: number): number => values[index % values.length] as number;
  return [`<f${bytes}`, `>f${bytes}`].map((dtype) => ({ label: dtype, dtype, value }));
}

const complexValue = (index: number): object => ({ real: index / 4, imag: index === 3 ? Number.NaN : -index });
const sequence = (index: number): number[] => Array.from({ length: index % 4 }, (_, i) => 10 * index + i);
const point = compound({ x: "float32", y: ">i2" });

/** Every datatype that is written, with values that show its edges. */
export const MATRIX_TYPES: readonly MatrixType[] = [
  ...[8, 16, 32, 64].flatMap((bits) => [...integers(bits, true), ...integers(bits, false)]),
  ...floats(2),
  ...floats(4),
  ...floats(8),
  { label: "complex64", dtype: "complex64", value: complexValue },
  { label: "complex128", dtype: "complex128", value: complexValue },
  { label: "bool", dtype: "bool", value: (index) => index % 3 === 0 },
  {
    label: "enumeration",
    dtype: enumeration({ LOW: -300, NONE: 0, HIGH: 70000 }, ">i4"),
    value: (index) => [-300, 0, 70000][index % 3],
  },
  ...(["null-terminate", "null-pad", "space-pad"] as const).flatMap((padding): MatrixType[] => [
    {
      label: `string of 9, ${padding}, ascii`,
      dtype: string({ length: 9, padding, charset: "ascii" }),
      value: ascii,
    },
    {
      label: `string of 11, ${padding}, utf-8`,
      dtype: string({ length: 11, padding, charset: "utf-8" }),
      value: (index) => text(index).trimEnd(),
    },
  ]),
  { label: "string of any length, utf-8", dtype: "string", value: text },
  { label: "string of any length, ascii", dtype: string({ charset: "ascii" }), value: ascii },
  { label: "sequence of int32", dtype: vlen("int32"), value: sequence },
  { label: "sequence of >f8", dtype: vlen(">f8"), value: (index) => sequence(index).map((item) => item / 8) },
  { label: "sequence of strings", dtype: vlen("string"), value: (index) => sequence(index).map(text) },
  { label: "opaque", dtype: opaque(5, "five bytes"), value: (index) => Uint8Array.of(index, 255, 0, 1, 2) },
  { label: "bitfield of 1", dtype: bitfield(1), value: (index) => (37 * index) % 256 },
  { label: "bitfield of 4", dtype: bitfield(4), value: (index) => 0xf000_0001 + index },
  {
    label: "array of int16",
    dtype: array("int16", [2, 3]),
    value: (index) => [
      [index, 1, -2],
      [3, 4, 9 - index],
    ],
  },
  { label: "compound", dtype: point, value: (index) => ({ x: index / 2, y: 1 - index }) },
  {
    label: "compound of little-endian members",
    dtype: compound({
      inner: compound({ a: "int8", b: "float64" }),
      list: array("uint16", [3]),
      label: string({ length: 4 }),
      note: "string",
      numbers: vlen("int64"),
    }),
    value: (index) => ({
      inner: { a: index, b: -1 / 8 },
      list: [index, 2, 3],
      label: "β",
      note: `${index}`,
      numbers: sequence(index).map(BigInt),
    }),
  },
  {
    label: "compound of everything",
    dtype: compound({
      id: "uint64",
      flag: "bool",
      where: point,
      path: array(point, [2]),
      matrix: array(">f4", [2, 2]),
      label: string({ length: 6, charset: "ascii" }),
      note: "string",
      list: vlen("uint16"),
      z: "complex64",
      ref: reference(),
    }),
    value: (index) => ({
      id: 2n ** 63n + BigInt(index),
      flag: index % 2 === 0,
      where: { x: index, y: 1 },
      path: [
        { x: 1, y: 2 },
        { x: 3, y: index },
      ],
      matrix: [
        [1, 2],
        [3, index],
      ],
      label: ascii(index).slice(0, 6),
      note: text(index),
      list: sequence(index),
      z: complexValue(index),
      ref: ObjectReference.NULL,
    }),
  },
  { label: "reference", dtype: "reference", value: () => ObjectReference.NULL },
];
