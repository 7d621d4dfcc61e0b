import type { ComplexArray, CompoundArray } from "@hdfive/core";
import type { ByteSink } from "./byte-sink.js";
import type { StoredText } from "./stored-text.js";

/** What values come in: a memory array of core, or plain JavaScript values of elements. */
export type Elements = ArrayLike<unknown> | ComplexArray | CompoundArray;

/** What encoders need to know of the file. */
export interface EncoderContext {
  /** The canonical path of the object at an address. */
  pathOf(address: number): string;
  /** The shape of the dataset at an address. */
  shapeOf(address: number): readonly number[];
  readonly text: StoredText;
}

/** Writes `count` elements of a datatype from `from` on in the neutral form that digests are made of. */
export type ElementEncoder = (elements: Elements, from: number, count: number, sink: ByteSink) => void;
