import { FILTER_OPTIONAL, type FilterDescription, FormatError, HdfiveError } from "@hdfive/format";
import { type Effect, perform, type Task } from "../task.js";
import type { CodecRegistry, FilterCodec, Filtered, FilterOptions } from "./filter-codec.js";

/** A chunk as the file stores it. */
export interface EncodedChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bit i set: filter i of the pipeline was not applied to this chunk. */
  readonly filterMask: number;
}

/** Bytes that filters which add to the data (checksums, headers of incompressible blocks) may need between stages. */
const STAGE_SLACK = 4096;

/**
 * Undoes the pipeline: the filters in reverse, without those that the mask says were not applied.
 *
 * @param chunkBytes bytes of a chunk without filters; anything else is `CORRUPT`
 */
export function* decodeChunk(
  codecs: CodecRegistry,
  filters: readonly FilterDescription[],
  stored: Uint8Array,
  filterMask: number,
  chunkBytes: number,
): Task<Uint8Array> {
  let bytes = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    const filter = filters[i] as FilterDescription;
    if ((filterMask & (1 << i)) === 0) {
      const codec = yield* codecs.get(filter.id, filter.name);
      const maxSize = chunkBytes + (i === 0 ? 0 : STAGE_SLACK + (chunkBytes >>> 4));
      bytes = yield* perform(decoding(codec, bytes, { clientData: filter.clientData, maxSize }));
    }
  }
  if (bytes.length !== chunkBytes) {
    throw new FormatError(
      "chunk",
      `it holds ${bytes.length} bytes after its filters where ${chunkBytes} are one chunk`,
    );
  }
  return bytes;
}

/** Applies the pipeline. An optional filter that makes nothing of the data is skipped, which the mask records. */
export function* encodeChunk(
  codecs: CodecRegistry,
  filters: readonly FilterDescription[],
  chunk: Uint8Array<ArrayBuffer>,
): Task<EncodedChunk> {
  let bytes: Uint8Array = chunk;
  let filterMask = 0;
  for (const [i, filter] of filters.entries()) {
    const codec = yield* codecs.get(filter.id, filter.name);
    const result = yield* perform(encoding(codec, bytes, { clientData: filter.clientData, maxSize: bytes.length }));
    if (result !== null) {
      bytes = result;
    } else if ((filter.flags & FILTER_OPTIONAL) !== 0) {
      filterMask |= 1 << i;
    } else {
      throw new HdfiveError("UNSUPPORTED", `The filter ${codec.name} cannot encode this chunk and may not be skipped`);
    }
  }
  return { bytes: own(bytes), filterMask };
}

/** Filters may answer with a view on shared memory, which storages do not take. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}

function decoding(codec: FilterCodec, bytes: Uint8Array, options: FilterOptions): Effect<Uint8Array> {
  return {
    async: () => codec.decode(bytes, options),
    sync: () =>
      codec.decodeSync === undefined ? atOnce(codec, codec.decode(bytes, options)) : codec.decodeSync(bytes, options),
  };
}

function encoding(codec: FilterCodec, bytes: Uint8Array, options: FilterOptions): Effect<Uint8Array | null> {
  const encode = codec.encode?.bind(codec);
  if (encode === undefined) {
    throw new HdfiveError(
      "UNSUPPORTED",
      `The codec of filter ${codec.id} (${codec.name}) only reads: it has no \`encode\``,
    );
  }
  return {
    async: () => encode(bytes, options),
    sync: () =>
      codec.encodeSync === undefined ? atOnce(codec, encode(bytes, options)) : codec.encodeSync(bytes, options),
  };
}

function atOnce<T>(codec: FilterCodec, answer: Filtered<T>): T {
  if (answer instanceof Promise) {
    throw new HdfiveError("SYNC_UNAVAILABLE", `The filter ${codec.name} cannot answer synchronously`);
  }
  return answer;
}
