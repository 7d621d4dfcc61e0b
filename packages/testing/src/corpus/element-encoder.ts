import {
  type AttributeReference,
  ComplexArray,
  CompoundArray,
  type Datatype,
  type ObjectReference,
  type RegionReference,
} from "@hdfive/core";
import type { CompoundType, StringType } from "@hdfive/format";
import type { ByteSink } from "./byte-sink.js";
import type { ElementEncoder, Elements, EncoderContext } from "./encoded-elements.js";
import { encodeFloats, encodeIntegers, integerWidth } from "./number-encoder.js";
import { putReference } from "./reference-encoder.js";

/** The encoder of a datatype: the rules under DIGEST in the README of the corpus. */
export function elementEncoder(datatype: Datatype, context: EncoderContext): ElementEncoder {
  switch (datatype.class) {
    case "fixed-point":
    case "bitfield":
      return encodeIntegers(integerWidth(datatype.size));
    case "floating-point":
      return encodeFloats(datatype);
    case "enumeration":
      return elementEncoder(datatype.base, context);
    case "string":
      return encodeEach((value, sink) => {
        putText(
          value instanceof Uint8Array ? withoutPadding(value, datatype) : context.text.bytes(value as string),
          sink,
        );
      });
    case "opaque":
      return encodeEach((value, sink) => sink.bytes(value as Uint8Array));
    case "time":
      return encodeEach((value, sink) => {
        const bytes = value as Uint8Array;
        sink.bytes(datatype.byteOrder === "BE" ? bytes.slice().reverse() : bytes);
      });
    case "compound":
      return encodeCompound(datatype, context);
    case "complex":
      return encodeComplex(elementEncoder(datatype.base, context));
    case "array":
      return repeated(elementEncoder(datatype.base, context), product(datatype.dimensions));
    case "variable-length":
      return datatype.kind === "string" ? encodeVariableText(context) : encodeSequences(datatype.base, context);
    case "reference":
      return encodeEach((value, sink) => {
        putReference(value as ObjectReference | RegionReference | AttributeReference, datatype, context, sink);
      });
  }
}

/** The bytes of a fixed string without its padding. */
function withoutPadding(bytes: Uint8Array, { padding }: StringType): Uint8Array {
  if (padding === "null-terminate") {
    const end = bytes.indexOf(0);
    return end < 0 ? bytes : bytes.subarray(0, end);
  }
  const pad = padding === "null-pad" ? 0 : 0x20;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === pad) {
    end--;
  }
  return bytes.subarray(0, end);
}

function encodeEach(put: (value: unknown, sink: ByteSink) => void): ElementEncoder {
  return (elements, from, count, sink) => {
    const values = elements as ArrayLike<unknown>;
    for (let i = from; i < from + count; i++) {
      put(values[i], sink);
    }
  };
}

function putText(bytes: Uint8Array, sink: ByteSink): void {
  sink.u32(bytes.length);
  sink.bytes(bytes);
}

/** Variable-length strings count up to their first NUL, whatever is stored after it. */
function encodeVariableText({ text }: EncoderContext): ElementEncoder {
  return encodeEach((value, sink) => {
    const [visible = ""] = (value as string).split("\0", 1);
    putText(text.bytes(visible), sink);
  });
}

function encodeSequences(base: Datatype, context: EncoderContext): ElementEncoder {
  const encode = elementEncoder(base, context);
  const width = memoryWidth(base);
  return encodeEach((value, sink) => {
    const sequence = value as { readonly length: number } & Elements;
    const length = sequence.length / width;
    sink.u32(length);
    encode(sequence, 0, length, sink);
  });
}

/** Values in memory that one element of a datatype takes: more than one for arrays only. */
function memoryWidth(datatype: Datatype): number {
  return datatype.class === "array" ? product(datatype.dimensions) * memoryWidth(datatype.base) : 1;
}

function repeated(encode: ElementEncoder, times: number): ElementEncoder {
  return times === 1 ? encode : (elements, from, count, sink) => encode(elements, from * times, count * times, sink);
}

function encodeComplex(part: ElementEncoder): ElementEncoder {
  return (elements, from, count, sink) => {
    if (elements instanceof ComplexArray) {
      part(elements.data, 2 * from, 2 * count, sink);
      return;
    }
    const values = elements as ArrayLike<{ readonly real: number; readonly imag: number }>;
    for (let i = from; i < from + count; i++) {
      const value = values[i];
      part([value?.real, value?.imag], 0, 2, sink);
    }
  };
}

/** Member after member, element after element; complex numbers stored as a compound come as such. */
function encodeCompound(datatype: CompoundType, context: EncoderContext): ElementEncoder {
  const members = datatype.members.map(({ name, dimensions, datatype: type }) => ({
    name,
    encode: repeated(elementEncoder(type, context), product(dimensions)),
  }));
  const [first] = members;
  const complex = first === undefined ? null : encodeComplex(first.encode);
  return (elements, from, count, sink) => {
    if (complex !== null && (elements instanceof ComplexArray || isComplexValue(elements, from))) {
      complex(elements, from, count, sink);
      return;
    }
    for (let i = from; i < from + count; i++) {
      for (const [index, { name, encode }] of members.entries()) {
        if (elements instanceof CompoundArray) {
          const column = elements.columns[index];
          encode(column?.data ?? [], i, 1, sink);
        } else {
          const row = (elements as ArrayLike<Readonly<Record<string, unknown>>>)[i];
          encode([row?.[name]].flat(Number.POSITIVE_INFINITY), 0, 1, sink);
        }
      }
    }
  };
}

function isComplexValue(elements: Elements, at: number): boolean {
  const value = (elements as ArrayLike<unknown>)[at];
  return typeof value === "object" && value !== null && "real" in value && "imag" in value && !("r" in value);
}

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((total, extent) => total * extent, 1);
}
