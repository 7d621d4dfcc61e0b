import { type Datatype, HdfiveError } from "@hdfive/format";
import { type Effect, perform, type Task } from "../task.js";
import { missingFilter } from "./registered-filters.js";

/** What a filter is told about the bytes it gets. */
export interface FilterOptions {
  /** The client data values that the file stores for this filter. */
  readonly clientData: readonly number[];
  /** Most bytes that the result of `decode` may have; more is an attack or a defect. */
  readonly maxSize: number;
}

/** What a filter gives back: at once, or later where the platform works in the background. */
export type Filtered<T> = T | Promise<T>;

/** What a filter is told about a dataset that is made with it. */
export interface FilterTarget {
  /** Datatype of the elements. */
  readonly datatype: Datatype;
  /** Extents of a chunk, in elements. */
  readonly chunkShape: readonly number[];
  /** The fill value as an element is stored; `null` for zeros, which is what there is without one. */
  readonly fillValue: Uint8Array | null;
}

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
  /**
   * The client data to store for a new dataset, from the values that the user gave: what libhdf5 calls `set_local`.
   * Without it they are stored as they are.
   *
   * @throws HdfiveError `INVALID_ARGUMENT` for values, and `UNSUPPORTED` for datasets, that the filter does not take
   */
  clientDataFor?(values: readonly number[], target: FilterTarget): readonly number[];
}

/**
 * A codec that is loaded when it is first needed, so that programs carry the code of filters they use.
 *
 * The asynchronous methods load it by themselves. The synchronous ones do where there is `loadSync`, and elsewhere use what
 * was loaded before.
 */
export interface LazyFilterCodec {
  /** The registered number of the filter. */
  readonly id: number;
  /** Name for messages. */
  readonly name: string;
  /** Brings the codec; called again, it brings the same. */
  load(): Promise<FilterCodec>;
  /** The codec if it is here or can be brought without waiting, else `null`. */
  loadSync?(): FilterCodec | null;
}

/** The codecs of one open file, by filter number. */
export class CodecRegistry {
  readonly #codecs = new Map<number, FilterCodec | LazyFilterCodec>();

  constructor(codecs: Iterable<FilterCodec | LazyFilterCodec>) {
    for (const codec of codecs) {
      this.#codecs.set(codec.id, codec);
    }
  }

  /** The codec of a filter, loaded if need be; `MISSING_FILTER` names the one that is not there. */
  *get(id: number, storedName: string): Task<FilterCodec> {
    const codec = this.#codecs.get(id);
    if (codec === undefined) {
      throw missingFilter(id, storedName);
    }
    if ("load" in codec) {
      const loaded = yield* perform(loading(codec));
      this.#codecs.set(id, loaded);
      return loaded;
    }
    return codec;
  }

  /** Whether a codec of that number is there. */
  has(id: number): boolean {
    return this.#codecs.has(id);
  }
}

function loading(codec: LazyFilterCodec): Effect<FilterCodec> {
  return {
    async: () =>
      codec.load().catch((cause: unknown) => {
        throw new HdfiveError("IO", `The codec of filter ${codec.id} (${codec.name}) could not be loaded`, { cause });
      }),
    sync: () => {
      const loaded = codec.loadSync?.() ?? null;
      if (loaded === null) {
        throw new HdfiveError(
          "SYNC_UNAVAILABLE",
          `The codec of filter ${codec.id} (${codec.name}) is not loaded, and a synchronous method cannot wait for it: \`await loadFilters()\` before, or use the asynchronous method`,
        );
      }
      return loaded;
    },
  };
}
