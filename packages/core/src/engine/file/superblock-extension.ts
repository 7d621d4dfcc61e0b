import {
  btreeKMessage,
  type FormatContext,
  MESSAGE_IDS,
  type SharedMessageTableMessage,
  sharedMessageTableMessage,
  UnsupportedError,
} from "@hdfive/format";
import { decodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";

/** What a superblock extension says about the whole file. */
export interface Extension {
  /** The context, with the K values that the extension gives. */
  readonly context: FormatContext;
  /** Why the file must not be written, or `null`. */
  readonly readOnlyReason: string | null;
  /** Where the table of shared messages is, or `null`. */
  readonly sharedMessages: SharedMessageTableMessage | null;
}

const PERSIST_BYTE = 2;

/** Reads the superblock extension, if there is one. File Format Specification, section II.C. */
export function readExtension(tx: Tx): Extension {
  const { superblock } = tx.state;
  const { context } = tx;
  if (superblock.version < 2) {
    if (superblock.driverInfoAddress !== null) {
      throw new UnsupportedError(
        "driver information block",
        "files of the family, multi and split drivers are not read",
      );
    }
    return { context, readOnlyReason: null, sharedMessages: null };
  }
  if (superblock.extensionAddress === null) {
    return { context, readOnlyReason: null, sharedMessages: null };
  }
  const header = loadHeader(tx, superblock.extensionAddress);
  if (findMessage(header, MESSAGE_IDS.driverInfo) !== undefined) {
    throw new UnsupportedError("driver info message", "files of the family, multi and split drivers are not read");
  }
  if (findMessage(header, MESSAGE_IDS.cacheImage) !== undefined) {
    throw new UnsupportedError("metadata cache image", "the file's metadata stands in an image that is not read");
  }
  const k = findMessage(header, MESSAGE_IDS.btreeK);
  const values = k === undefined ? null : decodeMessage(tx, btreeKMessage, k);
  const table = findMessage(header, MESSAGE_IDS.sharedMessageTable);
  const sharedMessages = table === undefined ? null : decodeMessage(tx, sharedMessageTableMessage, table);
  let readOnlyReason: string | null = null;
  const space = findMessage(header, MESSAGE_IDS.fileSpaceInfo);
  // Version 1: version, strategy, persist. Section IV.A.2.x. Space that the file keeps a list of must not be used twice.
  if (space !== undefined && (space.data[0] !== 1 || space.data[PERSIST_BYTE] !== 0)) {
    readOnlyReason = "the file keeps a list of its free space, which this version cannot keep true";
  } else if (space !== undefined && space.data[1] === 1) {
    readOnlyReason = "the file is organised in pages, which this version cannot keep to";
  } else if (sharedMessages !== null) {
    readOnlyReason = "the file shares messages between objects, which this version cannot keep true";
  }
  return { context: values === null ? context : { ...context, ...pickK(values) }, readOnlyReason, sharedMessages };
}

function pickK(k: { chunkK: number; groupInternalK: number; groupLeafK: number }): Partial<FormatContext> {
  return { chunkK: k.chunkK, groupInternalK: k.groupInternalK, groupLeafK: k.groupLeafK };
}
