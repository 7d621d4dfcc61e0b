import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/**
 * One on-disk structure: bytes to a plain value and back.
 *
 * `decode` reads one whole structure and throws a `FormatError` for bytes that the specification does not allow and an
 * `UnsupportedError` for what it allows and this package does not handle. `encode` writes exactly `sizeOf` bytes.
 */
export interface Codec<T> {
  /** The specification's name of the structure, in kebab case. */
  readonly name: string;
  /** Section of the HDF5 File Format Specification. */
  readonly section: string;
  /** Reads one structure from the reader's position. */
  decode(reader: Reader, context: FormatContext): T;
  /** Writes the structure at the writer's position. */
  encode(value: T, writer: Writer, context: FormatContext): void;
  /** Bytes that `encode` writes for this value. */
  sizeOf(value: T, context: FormatContext): number;
}

/** A structure that stands at an address of its own, so that its size has to be found before it can be fetched. */
export interface NodeCodec<T> extends Codec<T> {
  /** Whether decoded values keep no view on the bytes, so that these may change afterwards. */
  readonly keepsNoBytes?: true;
  /** Bytes that a decoded value takes in memory, where that can be many more than it takes in the file. */
  readonly memorySize?: number;
  /** Bytes to fetch first; the whole structure when its size is fixed. */
  prefixSize(context: FormatContext): number;
  /** Size of the whole structure in bytes, read from its first `prefixSize` bytes. */
  totalSize(prefix: Reader, context: FormatContext): number;
}
