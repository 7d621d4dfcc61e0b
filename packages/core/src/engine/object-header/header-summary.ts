import {
  MESSAGE_IDS,
  messageHeaderSize,
  messageName,
  messageSize,
  modificationTimeMessage,
  modificationTimeOldMessage,
  type ObjectTimes,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { decodeMessage, findMessage, type Header, type HeaderChunk } from "./object-header.js";

/** A message of an object header, for tools. File Format Specification, section IV.A.2. */
export interface MessageSummary {
  /** Number of the message type. */
  readonly type: number;
  /** Name of the message type in words: "fill value"; "unknown" for a number without a meaning. */
  readonly name: string;
  /** Bytes of its data. */
  readonly size: number;
  /** Message flags as stored: 1 constant, 2 shared, ... */
  readonly flags: number;
  /** Index of the header's chunk that it is in; chunk 0 follows the prefix. */
  readonly chunk: number;
  /** Address of its data. */
  readonly address: number;
}

const V2_SIGNATURE = 4;
const V2_CHECKSUM = 4;

/** The messages of a header in the order in which they are stored, NIL and continuation included. Section IV.A.1. */
export function headerMessages(header: Header): MessageSummary[] {
  const { version, tracked } = header;
  const messages: MessageSummary[] = [];
  for (const [chunk, { address, messages: stored }] of header.chunks.entries()) {
    let at = address + messagesStart(header, chunk);
    for (const message of stored) {
      const { type, flags, data } = message;
      const dataAddress = at + messageHeaderSize(version, tracked);
      messages.push({ type, name: messageName(type), size: data.length, flags, chunk, address: dataAddress });
      at += messageSize(message, version, tracked);
    }
  }
  return messages;
}

/** Where the messages of a chunk begin in its block. Sections IV.A.1.a, IV.A.1.b and IV.A.2.q. */
function messagesStart({ version, chunks, prefix }: Header, chunk: number): number {
  if (chunk > 0) {
    return version === 1 ? 0 : V2_SIGNATURE;
  }
  const { byteLength } = chunks[0] as HeaderChunk;
  return byteLength - prefix.chunkSize - (version === 1 ? 0 : V2_CHECKSUM);
}

/** The times of an object in seconds since 1970, as far as they are stored. Sections IV.A.1.b, IV.A.2.o and IV.A.2.s. */
export function objectTimes(tx: Tx, header: Header): Partial<ObjectTimes> {
  const { prefix } = header;
  if (prefix.version === 2 && prefix.times !== null) {
    return prefix.times;
  }
  const message = findMessage(header, MESSAGE_IDS.modificationTime);
  if (message !== undefined) {
    return { modification: decodeMessage(tx, modificationTimeMessage, message).seconds };
  }
  const old = findMessage(header, MESSAGE_IDS.modificationTimeOld);
  return old === undefined ? {} : { modification: decodeMessage(tx, modificationTimeOldMessage, old).seconds };
}
