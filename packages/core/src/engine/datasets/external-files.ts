import { encodeText, externalFilesMessage, MESSAGE_FLAGS, MESSAGE_IDS } from "@hdfive/format";
import { createHeap, freeHeap, heapInsert, heapText } from "../heaps/local-heap.js";
import type { NewMessage } from "../object-header/message-packing.js";
import { decodeMessage, encodeMessage, findMessage, type Header } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";

/** A file that holds a part of the data of a dataset. File Format Specification, section IV.A.2.h. */
export interface ExternalFile {
  /** Name of the file, as stored. */
  readonly name: string;
  /** Where the data begins in it, in bytes. */
  readonly offset: number;
  /** Bytes of the data that it holds; `null` for all the rest. */
  readonly size: number | null;
}

/** Bytes of a dataset's data that lie side by side in one of its files. */
export interface ExternalPiece {
  readonly name: string;
  /** Where they begin in the file. */
  readonly offset: number;
  readonly length: number;
  /** Where they go, counted from the first byte that was asked for. */
  readonly at: number;
}

/** The files that hold the data of a dataset; `null` when its own file does. File Format Specification, section IV.A.2.h. */
export function loadExternalFiles(tx: Tx, header: Header): readonly ExternalFile[] | null {
  const message = findMessage(header, MESSAGE_IDS.externalFiles);
  if (message === undefined) {
    return null;
  }
  const { heapAddress, slots } = decodeMessage(tx, externalFilesMessage, message);
  return slots.map(({ nameOffset, offset, size }) => ({ name: heapText(tx, heapAddress, nameOffset), offset, size }));
}

/** The message that names the files of a new dataset, their names in a local heap. File Format Specification, section IV.A.2.h. */
export function newExternalFiles(tx: Tx, files: readonly ExternalFile[]): NewMessage {
  const heapAddress = createHeap(tx);
  const slots = files.map(({ name, offset, size }) => ({
    nameOffset: heapInsert(tx, heapAddress, encodeText(name)),
    offset,
    size,
  }));
  const data = encodeMessage(tx, externalFilesMessage, { allocatedSlots: slots.length, heapAddress, slots });
  return { type: MESSAGE_IDS.externalFiles, flags: MESSAGE_FLAGS.constant, data };
}

/** Gives back the local heap that holds the names of the files; these are left alone. */
export function freeExternalFiles(tx: Tx, header: Header): void {
  const message = findMessage(header, MESSAGE_IDS.externalFiles);
  if (message !== undefined) {
    freeHeap(tx, decodeMessage(tx, externalFilesMessage, message).heapAddress);
  }
}

/** Bytes that the files have room for together. */
export function externalCapacity(files: readonly ExternalFile[]): number {
  return files.reduce((sum, { size }) => sum + (size ?? Number.POSITIVE_INFINITY), 0);
}

/** Where `length` bytes of the data from `offset` on stand: the plan of a read, in order. The files must hold them. */
export function externalPieces(files: readonly ExternalFile[], offset: number, length: number): ExternalPiece[] {
  const pieces: ExternalPiece[] = [];
  let start = 0;
  for (const { name, offset: first, size } of files) {
    const end = start + (size ?? Number.POSITIVE_INFINITY);
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + length);
    if (from < to) {
      pieces.push({ name, offset: first + from - start, length: to - from, at: from - offset });
    }
    if (end >= offset + length) {
      break;
    }
    start = end;
  }
  return pieces;
}
