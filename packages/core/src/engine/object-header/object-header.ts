import {
  type Codec,
  continuationChunk,
  continuationMessage,
  FormatError,
  type HeaderMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  messageName,
  type ObjectHeader,
  objectHeader,
  Reader,
  referenceCountMessage,
  type SharedMessage,
  sharedMessage,
  UnsupportedError,
  Writer,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { readSharedMessages } from "./shared-heap.js";

/** A message and where it stands: the index of its chunk in the header and its own index in that chunk. */
export interface MessageRef extends HeaderMessage {
  readonly chunk: number;
  readonly index: number;
}

/** One block of a header: chunk 0 with the prefix, or a continuation. */
export interface HeaderChunk {
  readonly address: number;
  /** Bytes of the block. */
  readonly byteLength: number;
  readonly messages: readonly HeaderMessage[];
}

/** An object header with all its chunks. File Format Specification, section IV.A.1. */
export interface Header {
  readonly address: number;
  readonly version: 1 | 2;
  /** Whether every message of a version 2 header carries a creation order. */
  readonly tracked: boolean;
  readonly prefix: ObjectHeader;
  readonly chunks: readonly HeaderChunk[];
  /** All messages but NIL and continuation, in order. */
  readonly messages: readonly MessageRef[];
  /** Hard links to the object. */
  readonly referenceCount: number;
}

/** Chunks that a header may have; far more than any writer makes. */
const MAX_CHUNKS = 4096;
const V2_TRACK_ATTRIBUTE_ORDER = 0x04;

/** Whether messages of this header carry a creation order. */
export function tracksOrder(prefix: ObjectHeader): boolean {
  return prefix.version === 2 && (prefix.flags & V2_TRACK_ATTRIBUTE_ORDER) !== 0;
}

/**
 * Reads an object header through all its continuations.
 *
 * A header put together before is taken again while every block it was made of is still the same value.
 */
export function loadHeader(tx: Tx, address: number): Header {
  const prefix = tx.node(objectHeader, address);
  const known = tx.state.headers.get(address, prefix) as Header | undefined;
  if (known !== undefined && isCurrent(tx, known)) {
    return known;
  }
  const header = assemble(tx, address, prefix);
  tx.state.headers.set(address, prefix, header);
  return header;
}

/** Whether the continuations of a header are those it was put together from. */
function isCurrent(tx: Tx, { chunks, version, tracked }: Header): boolean {
  for (let i = 1; i < chunks.length; i++) {
    const { address, byteLength, messages } = chunks[i] as HeaderChunk;
    if (tx.node(continuationChunk(version, byteLength, tracked), address).messages !== messages) {
      return false;
    }
  }
  return true;
}

function assemble(tx: Tx, address: number, prefix: ObjectHeader): Header {
  const { version } = prefix;
  const tracked = tracksOrder(prefix);
  const prefixLength = objectHeader.sizeOf(prefix, tx.context);
  const chunks: HeaderChunk[] = [{ address, byteLength: prefixLength, messages: prefix.messages }];
  const messages: MessageRef[] = [];
  for (let chunk = 0; chunk < chunks.length; chunk++) {
    const current = chunks[chunk] as HeaderChunk;
    for (let index = 0; index < current.messages.length; index++) {
      const message = current.messages[index] as HeaderMessage;
      if (message.type === MESSAGE_IDS.continuation) {
        chunks.push(continuation(tx, address, decodeMessage(tx, continuationMessage, message), chunks, prefix));
      } else if (message.type !== MESSAGE_IDS.nil) {
        const { type, flags, creationOrder, data } = message;
        messages.push({ type, flags, creationOrder, data, chunk, index });
      }
    }
  }
  return { address, version, tracked, prefix, chunks, messages, referenceCount: referenceCount(tx, prefix, messages) };
}

function continuation(
  tx: Tx,
  header: number,
  { address, byteLength }: { readonly address: number; readonly byteLength: number },
  chunks: readonly HeaderChunk[],
  prefix: ObjectHeader,
): HeaderChunk {
  if (chunks.length === MAX_CHUNKS || chunks.some((chunk) => chunk.address === address)) {
    throw new FormatError("object-header", `its continuations do not end (block at ${address} again)`, {
      address: header,
    });
  }
  const codec = continuationChunk(prefix.version, byteLength, tracksOrder(prefix));
  return { address, byteLength, messages: tx.node(codec, address).messages };
}

function referenceCount(tx: Tx, prefix: ObjectHeader, messages: readonly MessageRef[]): number {
  if (prefix.version === 1) {
    return prefix.referenceCount;
  }
  const message = messages.find(({ type }) => type === MESSAGE_IDS.referenceCount);
  return message === undefined ? 1 : decodeMessage(tx, referenceCountMessage, message).count;
}

/** The first message of a type. */
export function findMessage(header: Header, type: number): MessageRef | undefined {
  return header.messages.find((message) => message.type === type);
}

/** All messages of a type, in order. */
export function findMessages(header: Header, type: number): MessageRef[] {
  return header.messages.filter((message) => message.type === type);
}

/** The message of a type that an object of this kind must have. */
export function requireMessage(header: Header, type: number): MessageRef {
  const message = findMessage(header, type);
  if (message === undefined) {
    throw new FormatError("object-header", `it has no ${messageName(type)} message`, { address: header.address });
  }
  return message;
}

/** Decodes the payload of a message, wherever it stands. File Format Specification, section IV.A.1.a, "Shared Message". */
export function decodeMessage<T>(tx: Tx, codec: Codec<T>, message: HeaderMessage): T {
  const { type, flags, data } = message;
  const stored = (flags & MESSAGE_FLAGS.shared) === 0 ? data : sharedData(tx, type, decodePointer(tx, data));
  return codec.decode(new Reader(stored, codec.name), tx.context);
}

/**
 * The payload of a message of a type that stands elsewhere: in the header of another object, or in the file's heap of
 * shared messages. Section IV.A.1.a.
 *
 * A message in another header may itself be in the heap, and what is in the heap leads nowhere: there is no circle.
 */
export function sharedData(tx: Tx, type: number, shared: SharedMessage): Uint8Array {
  if (shared.kind === "heap") {
    return readSharedMessages(tx, type, [shared.heapId])[0] as Uint8Array;
  }
  const { flags, data } = requireMessage(loadHeader(tx, shared.address), type);
  if ((flags & MESSAGE_FLAGS.shared) === 0) {
    return data;
  }
  const inner = decodePointer(tx, data);
  if (inner.kind !== "heap") {
    throw new FormatError("shared-message", "the message that it points to is a pointer to another one", {
      address: shared.address,
    });
  }
  return readSharedMessages(tx, type, [inner.heapId])[0] as Uint8Array;
}

function decodePointer(tx: Tx, data: Uint8Array): SharedMessage {
  return sharedMessage.decode(new Reader(data, sharedMessage.name), tx.context);
}

/** Encodes the payload of a message. */
export function encodeMessage<T>(tx: Tx, codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = new Writer(codec.sizeOf(value, tx.context), codec.name);
  codec.encode(value, writer, tx.context);
  return writer.finish();
}

/** Refuses an object that holds a message which must be understood and is not. Section IV.A.1, message flags 3 and 7. */
export function checkUnknownMessages(header: Header, writing: boolean): void {
  for (const { type, flags } of header.messages) {
    const refused = MESSAGE_FLAGS.failIfUnknown | (writing ? MESSAGE_FLAGS.failIfUnknownOnWrite : 0);
    if ((flags & refused) !== 0 && messageName(type) === "unknown") {
      throw new UnsupportedError(
        `message type ${type}`,
        "the file asks not to use the object without understanding it",
        {
          address: header.address,
        },
      );
    }
  }
}
