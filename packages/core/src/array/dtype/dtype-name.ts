import type { Datatype, FloatingPointType } from "@hdfive/format";
import { isBooleanType, isComplexType } from "./recognize.js";

/**
 * Name of a datatype as numpy spells it: `int32`, `>i4`, `float16`, `float8_e4m3`, `bool`, `complex64`, `string`, `S10`.
 *
 * Classes with parameters of their own give the name of the class: `enum`, `compound`, `array`, `vlen`, `opaque`,
 * `bitfield`, `reference`, `regionReference`, `time`. A number of a layout that has no name gives its class and size,
 * such as `integer:3` or `float:10`.
 */
export function dtypeName(datatype: Datatype): string {
  switch (datatype.class) {
    case "fixed-point":
      return integerName(datatype);
    case "floating-point":
      return floatName(datatype);
    case "time":
      return "time";
    case "string":
      return `S${datatype.size}`;
    case "bitfield":
      return "bitfield";
    case "opaque":
      return "opaque";
    case "compound": {
      const part = isComplexType(datatype);
      return part === null ? "compound" : complexName(part, datatype.size);
    }
    case "reference":
      return datatype.kind === "object" ? "reference" : datatype.kind === "region" ? "regionReference" : datatype.kind;
    case "enumeration":
      return isBooleanType(datatype) ? "bool" : "enum";
    case "variable-length":
      return datatype.kind === "string" ? "string" : "vlen";
    case "array":
      return "array";
    case "complex":
      return complexName(datatype.base, datatype.size);
  }
}

function integerName(datatype: Extract<Datatype, { class: "fixed-point" }>): string {
  const { size, signed, byteOrder } = datatype;
  const natural = size === 1 || size === 2 || size === 4 || size === 8;
  if (!natural || datatype.bitOffset !== 0 || datatype.bitPrecision !== 8 * size) {
    return `${signed ? "integer" : "unsigned"}:${datatype.bitPrecision}`;
  }
  return byteOrder === "BE" && size > 1 ? `>${signed ? "i" : "u"}${size}` : `${signed ? "int" : "uint"}${8 * size}`;
}

function floatName(datatype: FloatingPointType): string {
  const { size, byteOrder } = datatype;
  const known = FLOAT_NAMES[`${size}:${datatype.exponentSize}/${datatype.mantissaSize}/${datatype.exponentBias}`];
  if (known === undefined || byteOrder === "VAX" || !isInterchangeLayout(datatype)) {
    return `float:${size}`;
  }
  if (byteOrder === "BE" && size > 1) {
    return known === "bfloat16" ? ">bfloat16" : `>f${size}`;
  }
  return known;
}

/** Whether sign, exponent and mantissa fill the element from its highest bit on, the leading one implied. */
function isInterchangeLayout(datatype: FloatingPointType): boolean {
  const { mantissaSize, exponentSize } = datatype;
  return (
    datatype.normalization === "implied" &&
    datatype.mantissaLocation === 0 &&
    datatype.exponentLocation === mantissaSize &&
    datatype.signLocation === mantissaSize + exponentSize &&
    datatype.signLocation === 8 * datatype.size - 1
  );
}

const FLOAT_NAMES: Readonly<Record<string, string>> = {
  "1:4/3/7": "float8_e4m3",
  "1:5/2/15": "float8_e5m2",
  "2:5/10/15": "float16",
  "2:8/7/127": "bfloat16",
  "4:8/23/127": "float32",
  "8:11/52/1023": "float64",
};

function complexName(part: Datatype, size: number): string {
  const bigEndian = part.class === "floating-point" && part.byteOrder === "BE";
  return bigEndian ? `>c${size}` : `complex${8 * size}`;
}
