import { commentMessage, MESSAGE_IDS } from "@hdfive/format";
import { headerMessages, type MessageSummary, objectTimes } from "../engine/object-header/header-summary.js";
import { decodeMessage, findMessage, type Header } from "../engine/object-header/object-header.js";
import type { Tx } from "../engine/transaction/tx.js";

/** When something happened to an object; `null` for what is not stored. HDF5 keeps whole seconds. */
export interface ObjectDates {
  readonly access: Date | null;
  readonly modification: Date | null;
  readonly change: Date | null;
  readonly birth: Date | null;
}

/** What is stored about any object besides what it holds. */
export interface ObjectInfo {
  /** Address of the object header, relative to the base address. */
  readonly address: number;
  /** Hard links to the object. */
  readonly referenceCount: number;
  /** Version of the object header. */
  readonly headerVersion: 1 | 2;
  /** Bytes of the object header with all its chunks. */
  readonly headerSize: number;
  /** Blocks that the object header is in. */
  readonly headerChunkCount: number;
  /** The messages of the object header in the order in which they are stored, empty space included: for tools. */
  readonly messages: readonly MessageSummary[];
  /** Times of the object. Version 1 headers keep that of the last change at most, as `modification`. */
  readonly times: ObjectDates;
  /** The comment, `null` when there is none. */
  readonly comment: string | null;
  /** Whether the order in which attributes were made is kept. */
  readonly attributeOrderTracked: boolean;
}

/** What a header says of any object. */
export function objectInfo(tx: Tx, header: Header): ObjectInfo {
  const comment = findMessage(header, MESSAGE_IDS.comment);
  const times = objectTimes(tx, header);
  return {
    address: header.address,
    referenceCount: header.referenceCount,
    headerVersion: header.version,
    headerSize: header.chunks.reduce((sum, { byteLength }) => sum + byteLength, 0),
    headerChunkCount: header.chunks.length,
    messages: headerMessages(header),
    times: {
      access: dateOf(times.access),
      modification: dateOf(times.modification),
      change: dateOf(times.change),
      birth: dateOf(times.birth),
    },
    comment: comment === undefined ? null : decodeMessage(tx, commentMessage, comment).text,
    attributeOrderTracked: header.tracked,
  };
}

function dateOf(seconds: number | undefined): Date | null {
  return seconds === undefined ? null : new Date(seconds * 1000);
}
