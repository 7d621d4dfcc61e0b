import { constants } from "node:buffer";
import { deflate, deflateSync, inflate, inflateSync, type ZlibOptions } from "node:zlib";
import { type FilterCodec, type FilterOptions, FormatError, HdfiveError } from "@hdfive/core";

/** Number of the deflate filter. File Format Specification, section IV.A.2.l. */
const DEFLATE = 1;
const DEFAULT_LEVEL = 6;

/** Results up to this size are made at once: below, a turn through the thread pool costs more than the work. */
const SMALL_RESULT = 16 * 1024;

/** A deflate stream grows by less than this factor: a stored size bounds what can come out. */
const MOST_EXPANSION = 1032;
/** Smallest and largest output buffer; what needs more than the largest is put together from several. */
const SMALLEST_BUFFER = 64;
const LARGEST_BUFFER = 1024 * 1024 * 1024;

/**
 * zlib streams by Node's own zlib, on its thread pool: filter 1, "deflate". The first client data value is the level.
 *
 * What comes out fits one buffer that is made for it, so nothing is copied on the way.
 */
export const zlibCodec: FilterCodec = {
  id: DEFLATE,
  name: "deflate",
  decode(bytes, options) {
    if (options.maxSize <= SMALL_RESULT) {
      return inflateAtOnce(bytes, options);
    }
    return new Promise((fulfil, reject) => {
      inflate(bytes, inflateOptions(bytes, options), (error, result) =>
        error === null ? fulfil(result) : reject(damaged(error, options)),
      );
    });
  },
  decodeSync: inflateAtOnce,
  encode(bytes, options) {
    if (bytes.length <= SMALL_RESULT) {
      return deflateSync(bytes, deflateOptions(bytes, options));
    }
    return new Promise((fulfil, reject) => {
      deflate(bytes, deflateOptions(bytes, options), (error, result) =>
        error === null ? fulfil(result) : reject(error),
      );
    });
  },
  encodeSync: (bytes, options) => deflateSync(bytes, deflateOptions(bytes, options)),
};

function inflateAtOnce(bytes: Uint8Array, options: FilterOptions): Uint8Array {
  try {
    return inflateSync(bytes, inflateOptions(bytes, options));
  } catch (error) {
    throw damaged(error, options);
  }
}

function inflateOptions(bytes: Uint8Array, { maxSize }: FilterOptions): ZlibOptions {
  // One byte more than can come out: a buffer that is exactly full makes zlib start a second one.
  const most = Math.min(maxSize, bytes.length * MOST_EXPANSION) + 1;
  return { chunkSize: bufferSize(most), maxOutputLength: Math.min(Math.max(1, maxSize), constants.MAX_LENGTH) };
}

function deflateOptions(bytes: Uint8Array, { clientData }: FilterOptions): ZlibOptions {
  const level = clientData[0] ?? DEFAULT_LEVEL;
  if (level > 9) {
    throw new HdfiveError("INVALID_ARGUMENT", `GZIP setting must be an integer from 0-9, not ${level}`);
  }
  // Incompressible data grows by 5 bytes per stored block; blocks hold 16 KiB at the least.
  return { level, chunkSize: bufferSize(bytes.length + Math.ceil(bytes.length / 512) + SMALLEST_BUFFER) };
}

function bufferSize(most: number): number {
  return Math.min(LARGEST_BUFFER, Math.max(SMALLEST_BUFFER, most));
}

function damaged(cause: unknown, { maxSize }: FilterOptions): FormatError {
  const tooLarge = cause instanceof Error && "code" in cause && cause.code === "ERR_BUFFER_TOO_LARGE";
  const problem = tooLarge
    ? `the stored bytes inflate to more than the ${maxSize} bytes that one chunk has`
    : `the stored bytes are not a whole zlib stream (${cause instanceof Error ? cause.message : cause})`;
  return new FormatError("deflate filter", problem, { cause });
}
