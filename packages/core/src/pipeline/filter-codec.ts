import { HdfiveError } from "@hdfive/format";

/** What a filter is told about the bytes it gets. */
export interface FilterOptions {
  /** The client data values that the file stores for this filter. */
  readonly clientData: readonly number[];
  /** Most bytes that the result of `decode` may have; more is an attack or a defect. */
  readonly maxSize: number;
}

/** What a filter gives back: at once, or later where the platform works in the background. */
export type Filtered<T> = T | Promise<T>;

/**
 * One filter of chunked data, as a plain object anyone can register.
 *
 * `decode` undoes the filter on what the file stores and `encode` applies it; a codec without `encode` only reads.
 * Where they answer later, `decodeSync` and `encodeSync` serve the synchronous methods.
 */
export interface FilterCodec {
  /** The registered number of the filter. */
  readonly id: number;
  /** Name for messages and for the file: "deflate". */
  readonly name: string;
  /** Stored bytes to the bytes before the filter. */
  decode(bytes: Uint8Array, options: FilterOptions): Filtered<Uint8Array>;
  /** The bytes to store, or `null` when this filter cannot make anything of them. */
  encode?(bytes: Uint8Array, options: FilterOptions): Filtered<Uint8Array | null>;
  /** As `decode`, without waiting. */
  decodeSync?(bytes: Uint8Array, options: FilterOptions): Uint8Array;
  /** As `encode`, without waiting. */
  encodeSync?(bytes: Uint8Array, options: FilterOptions): Uint8Array | null;
}

/** The codecs of one open file, by filter number. */
export class CodecRegistry {
  readonly #codecs = new Map<number, FilterCodec>();

  constructor(codecs: Iterable<FilterCodec>) {
    for (const codec of codecs) {
      this.#codecs.set(codec.id, codec);
    }
  }

  /** The codec of a filter; `MISSING_FILTER` names the one that is not there. */
  get(id: number, storedName: string): FilterCodec {
    const codec = this.#codecs.get(id);
    if (codec === undefined) {
      const name = storedName === "" ? "" : ` (${storedName})`;
      throw new HdfiveError(
        "MISSING_FILTER",
        `No codec for filter ${id}${name}: the chunk cannot be read or written without it; pass one as { filters: [codec] }`,
      );
    }
    return codec;
  }

  /** Whether a codec of that number is there. */
  has(id: number): boolean {
    return this.#codecs.has(id);
  }
}
