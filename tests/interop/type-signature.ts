import type { Datatype } from "@hdfive/core";

/** A datatype as text, as `signature` in describe.py writes it: every fact that another library reports too. */
export function typeSignature(datatype: Datatype): string {
  const bits = 8 * datatype.size;
  switch (datatype.class) {
    case "fixed-point": {
      const odd = datatype.bitPrecision === bits ? "" : `:${datatype.bitPrecision}`;
      return `${datatype.signed ? "int" : "uint"}${bits}${order(datatype)}${odd}`;
    }
    case "floating-point":
      return `float${bits}${order(datatype)}:${datatype.exponentSize}/${datatype.mantissaSize}`;
    case "string":
      return `string(${datatype.size},${datatype.padding},${datatype.charset})`;
    case "bitfield":
      return `bitfield${bits}${order(datatype)}`;
    case "opaque":
      return `opaque(${datatype.size},${datatype.tag})`;
    case "compound": {
      // libhdf5 tells sizes and offsets as they are in memory, where pointers take other room than in the file.
      const moved = hasVariableLength(datatype);
      const members = datatype.members.map(
        ({ name, byteOffset, datatype: type }) => `${name}${moved ? "" : `@${byteOffset}`}:${typeSignature(type)}`,
      );
      return `compound(${moved ? "" : datatype.size}){${members.join(",")}}`;
    }
    case "enumeration": {
      const { base, members } = datatype;
      const names = members.map(({ name, value }) => `${name}=${integer(value, base)}`);
      return `enum(${typeSignature(base)}){${names.join(",")}}`;
    }
    case "reference":
      return datatype.kind === "object" ? "reference" : "region";
    case "variable-length":
      return datatype.kind === "string" ? `vstring(${datatype.charset})` : `vlen(${typeSignature(datatype.base)})`;
    case "array":
      return `array(${datatype.dimensions.join("x")},${typeSignature(datatype.base)})`;
    default:
      return `class ${datatype.class}`;
  }
}

function hasVariableLength(datatype: Datatype): boolean {
  switch (datatype.class) {
    case "variable-length":
      return true;
    case "array":
      return hasVariableLength(datatype.base);
    case "compound":
      return datatype.members.some((member) => hasVariableLength(member.datatype));
    default:
      return false;
  }
}

function order({ size, byteOrder }: { readonly size: number; readonly byteOrder: string }): string {
  return size === 1 ? "" : byteOrder.toLowerCase();
}

function integer(bytes: Uint8Array, base: Datatype): bigint {
  const little = base.class === "fixed-point" && base.byteOrder === "LE" ? [...bytes].reverse() : [...bytes];
  const value = little.reduce((sum, byte) => 256n * sum + BigInt(byte), 0n);
  return base.class === "fixed-point" && base.signed ? BigInt.asIntN(8 * bytes.length, value) : value;
}
