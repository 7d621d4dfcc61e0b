import {
  HEADER_FLAGS,
  messageSize,
  type ObjectHeader,
  objectHeader,
  type PhaseChange,
  structureVersions,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { asStored, type NewMessage, packMessages } from "./message-packing.js";

/** What a new object header is like besides its messages. */
export interface HeaderSettings {
  /** Bytes of its first chunk, at least; what is not used is free for later messages. */
  readonly minimumChunkSize?: number | undefined;
  /** Whether the object keeps the order in which its attributes are made, and an index of it; needs version 2. */
  readonly attributeOrder?: "tracked" | "indexed" | undefined;
  /** When attributes change between compact and dense storage, where that is not the default; needs version 2. */
  readonly attributePhaseChange?: PhaseChange | undefined;
}

/** Makes an object header with these messages, of the version that the file's lower bound and the settings ask for. */
export function createHeader(tx: Tx, messages: readonly NewMessage[], settings: HeaderSettings = {}): number {
  const header = newHeader(tx, messages, settings);
  const address = tx.alloc(objectHeader.sizeOf(header, tx.context));
  tx.put(objectHeader, address, header);
  return address;
}

/** As `createHeader`, where the header stands before what its messages point to: `fill` makes them, of the same sizes. */
export function createHeaderFirst(
  tx: Tx,
  draft: readonly NewMessage[],
  fill: () => readonly NewMessage[],
  settings: HeaderSettings = {},
): number {
  const address = tx.alloc(objectHeader.sizeOf(newHeader(tx, draft, settings), tx.context));
  tx.put(objectHeader, address, newHeader(tx, fill(), settings));
  return address;
}

/** The version of the headers of new objects. File Format Specification, section IV.A.1. */
function newHeaderVersion(tx: Tx, { attributeOrder, attributePhaseChange }: HeaderSettings = {}): 1 | 2 {
  const needsNew = attributeOrder !== undefined || attributePhaseChange !== undefined;
  return needsNew ? 2 : structureVersions(tx.state.libver).objectHeader;
}

function newHeader(tx: Tx, messages: readonly NewMessage[], settings: HeaderSettings): ObjectHeader {
  const { minimumChunkSize = 0, attributeOrder, attributePhaseChange = null } = settings;
  const version = newHeaderVersion(tx, settings);
  const tracked = attributeOrder !== undefined;
  // Only attributes have a creation order of their own; the other messages carry 0.
  const stored = messages.map((message) => asStored(message, version, tracked ? 0 : null));
  const used = stored.reduce((sum, message) => sum + messageSize(message, version, tracked), 0);
  const chunkSize = Math.max(used, version === 1 ? Math.ceil(minimumChunkSize / 8) * 8 : minimumChunkSize);
  const packed = packMessages(stored, chunkSize, version, tracked);
  if (version === 1) {
    return { version, messageCount: packed.length, referenceCount: 1, chunkSize, messages: packed };
  }
  const flags =
    chunkSizeWidth(chunkSize) |
    (tracked ? HEADER_FLAGS.attributeOrderTracked : 0) |
    (attributeOrder === "indexed" ? HEADER_FLAGS.attributeOrderIndexed : 0) |
    (attributePhaseChange === null ? 0 : HEADER_FLAGS.phaseChangeStored);
  return { version, flags, times: null, attributePhaseChange, chunkSize, messages: packed };
}

/** The bits that say in how many bytes the size of the first chunk stands. File Format Specification, section IV.A.1.b. */
function chunkSizeWidth(chunkSize: number): number {
  return chunkSize < 0x100 ? 0 : chunkSize < 0x1_0000 ? 1 : 2;
}
