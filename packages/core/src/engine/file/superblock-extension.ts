import {
  type BtreeK,
  btreeKMessage,
  type CacheImageInfo,
  cacheImageMessage,
  type FileSpaceInfo,
  type FormatContext,
  fileSpaceInfoMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  type SharedMessageTableMessage,
  sharedMessageTableMessage,
} from "@hdfive/format";
import type { NewMessage } from "../object-header/message-packing.js";
import { createHeader } from "../object-header/new-header.js";
import { decodeMessage, encodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";

/** What a superblock extension says about the whole file. */
export interface Extension {
  /** The context, with the K values that the extension gives. */
  readonly context: FormatContext;
  /** Why the file must not be written, or `null`. */
  readonly readOnlyReason: string | null;
  /** How the file hands out its space, or `null`. */
  readonly fileSpace: FileSpaceInfo | null;
  /** Where the metadata cache image is, or `null`. */
  readonly cacheImage: CacheImageInfo | null;
  /** Where the table of shared messages is, or `null`. */
  readonly sharedMessages: SharedMessageTableMessage | null;
}

const NOTHING = { readOnlyReason: null, fileSpace: null, cacheImage: null, sharedMessages: null } as const;

/** Reads the superblock extension, if there is one. File Format Specification, section II.C. */
export function readExtension(tx: Tx): Extension {
  const { superblock } = tx.state;
  const { context } = tx;
  if (superblock.version < 2) {
    return { ...NOTHING, context };
  }
  if (superblock.extensionAddress === null) {
    return { ...NOTHING, context };
  }
  const header = loadHeader(tx, superblock.extensionAddress);
  const image = findMessage(header, MESSAGE_IDS.cacheImage);
  const cacheImage = image === undefined ? null : decodeMessage(tx, cacheImageMessage, image);
  const k = findMessage(header, MESSAGE_IDS.btreeK);
  const values = k === undefined ? null : decodeMessage(tx, btreeKMessage, k);
  const table = findMessage(header, MESSAGE_IDS.sharedMessageTable);
  const sharedMessages = table === undefined ? null : decodeMessage(tx, sharedMessageTableMessage, table);
  const space = findMessage(header, MESSAGE_IDS.fileSpaceInfo);
  // A writer that did not know the message has marked it and may have changed the file: it holds no longer.
  const isStale = space === undefined || (space.flags & MESSAGE_FLAGS.wasUnknown) !== 0;
  const fileSpace = isStale ? null : decodeMessage(tx, fileSpaceInfoMessage, space);
  return {
    context: values === null ? context : { ...context, ...pickK(values) },
    readOnlyReason: readOnlyReason(fileSpace, cacheImage, sharedMessages),
    fileSpace,
    cacheImage,
    sharedMessages,
  };
}

/**
 * Makes a superblock extension that says what is not the default: the sizes of nodes of version 1 B-trees, how the file hands
 * out its space. Answers its address. File Format Specification, section II.C.
 */
export function createExtension(tx: Tx, btreeK: BtreeK | null, fileSpace: FileSpaceInfo | undefined): number {
  const messages: NewMessage[] = [];
  if (btreeK !== null) {
    const flags = MESSAGE_FLAGS.constant | MESSAGE_FLAGS.dontShare;
    messages.push({ type: MESSAGE_IDS.btreeK, flags, data: encodeMessage(tx, btreeKMessage, btreeK) });
  }
  if (fileSpace !== undefined) {
    const flags = MESSAGE_FLAGS.dontShare | MESSAGE_FLAGS.markIfUnknown;
    messages.push({ type: MESSAGE_IDS.fileSpaceInfo, flags, data: encodeMessage(tx, fileSpaceInfoMessage, fileSpace) });
  }
  return createHeader(tx, messages);
}

function readOnlyReason(
  space: FileSpaceInfo | null,
  image: CacheImageInfo | null,
  sharedMessages: SharedMessageTableMessage | null,
): string | null {
  if (image !== null) {
    return "the file keeps metadata in a cache image, which this version cannot keep true";
  }
  // Space that the file keeps a list of must not be used twice.
  if (space?.version === 0) {
    return "the file keeps a list of its free space, which this version cannot keep true";
  }
  return sharedMessages === null
    ? null
    : "the file shares messages between objects, which this version cannot keep true";
}

function pickK(k: { chunkK: number; groupInternalK: number; groupLeafK: number }): Partial<FormatContext> {
  return { chunkK: k.chunkK, groupInternalK: k.groupInternalK, groupLeafK: k.groupLeafK };
}
