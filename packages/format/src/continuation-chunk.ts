import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { NodeCodec } from "./codec.js";
import { type HeaderMessage, readMessages, writeMessages } from "./header-message.js";

/** A further chunk of an object header, which a continuation message points to. File Format Specification, section IV.A.2.q. */
export interface ContinuationChunk {
  /** Version of the object header it belongs to. */
  readonly version: 1 | 2;
  readonly messages: readonly HeaderMessage[];
  /** Bytes of the whole block, as the continuation message gives them. */
  readonly byteLength: number;
}

const SIGNATURE = "OCHK";

/**
 * The continuation chunk with the version and length that the header and its continuation message give, for one chunk.
 * File Format Specification, section IV.A.2.q.
 */
export function continuationChunk(
  version: 1 | 2,
  byteLength: number,
  creationOrderTracked: boolean,
): NodeCodec<ContinuationChunk> {
  const overhead = version === 1 ? 0 : SIGNATURE.length + CHECKSUM_SIZE;
  return {
    name: "continuation-chunk",
    section: "IV.A.2.q",
    prefixSize: () => byteLength,
    totalSize: () => byteLength,
    decode(reader) {
      const start = reader.position;
      if (byteLength < overhead) {
        throw reader.corrupt(`${byteLength} bytes do not hold signature and checksum`);
      }
      if (version === 2) {
        reader.signature(SIGNATURE);
      }
      const messages = readMessages(reader, byteLength - overhead, version, creationOrderTracked);
      if (version === 2) {
        readChecksum(reader, start);
      }
      return { version, messages, byteLength };
    },
    encode(chunk, writer) {
      const start = writer.position;
      if (version === 2) {
        writer.signature(SIGNATURE);
      }
      writeMessages(writer, chunk.messages, chunk.byteLength - overhead, version, creationOrderTracked);
      if (version === 2) {
        writeChecksum(writer, start);
      }
    },
    sizeOf: (chunk) => chunk.byteLength,
  };
}
