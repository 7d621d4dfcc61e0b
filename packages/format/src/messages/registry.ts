import type { Codec } from "../codec.js";
import { MESSAGE_IDS, type MessageName } from "../message-ids.js";
import { attributeMessage } from "./attribute.js";
import { attributeInfoMessage } from "./attribute-info.js";
import { btreeKMessage } from "./btree-k.js";
import { cacheImageMessage } from "./cache-image.js";
import { commentMessage } from "./comment.js";
import { continuationMessage } from "./continuation.js";
import { dataspaceMessage } from "./dataspace.js";
import { datatype } from "./datatype.js";
import { driverInfoMessage } from "./driver-info.js";
import { externalFilesMessage } from "./external-files.js";
import { fileSpaceInfoMessage } from "./file-space-info.js";
import { fillValueMessage } from "./fill-value.js";
import { fillValueOldMessage } from "./fill-value-old.js";
import { filterPipelineMessage } from "./filter-pipeline.js";
import { groupInfoMessage } from "./group-info.js";
import { layoutMessage } from "./layout.js";
import { linkMessage } from "./link.js";
import { linkInfoMessage } from "./link-info.js";
import { modificationTimeMessage } from "./modification-time.js";
import { modificationTimeOldMessage } from "./modification-time-old.js";
import { referenceCountMessage } from "./reference-count.js";
import { sharedMessageTableMessage } from "./shared-message-table.js";
import { symbolTableMessage } from "./symbol-table.js";

/** What is known of a message type. File Format Specification, section IV.A.2. */
export interface MessageType {
  /** Number of the type in a message header. */
  readonly id: number;
  /** Its key in `MESSAGE_IDS`. */
  readonly name: MessageName;
  /** Reads and writes its data; `null` for a type that is kept as bytes. */
  readonly codec: Codec<unknown> | null;
}

const CODECS: { readonly [name in MessageName]: Codec<unknown> | null } = {
  nil: null,
  dataspace: dataspaceMessage,
  linkInfo: linkInfoMessage,
  datatype,
  fillValueOld: fillValueOldMessage,
  fillValue: fillValueMessage,
  link: linkMessage,
  externalFiles: externalFilesMessage,
  layout: layoutMessage,
  bogus: null,
  groupInfo: groupInfoMessage,
  filterPipeline: filterPipelineMessage,
  attribute: attributeMessage,
  comment: commentMessage,
  modificationTimeOld: modificationTimeOldMessage,
  sharedMessageTable: sharedMessageTableMessage,
  continuation: continuationMessage,
  symbolTable: symbolTableMessage,
  modificationTime: modificationTimeMessage,
  btreeK: btreeKMessage,
  driverInfo: driverInfoMessage,
  attributeInfo: attributeInfoMessage,
  referenceCount: referenceCountMessage,
  fileSpaceInfo: fileSpaceInfoMessage,
  cacheImage: cacheImageMessage,
};

/** All message types, each at the index that is its number. File Format Specification, section IV.A.2. */
export const MESSAGE_TYPES: readonly MessageType[] = Object.entries(MESSAGE_IDS)
  .map(([name, id]) => ({ id, name: name as MessageName, codec: CODECS[name as MessageName] }))
  .sort((a, b) => a.id - b.id);

/** The message type of a number, or `undefined` for one that no version of the format defines. */
export function messageTypeOf(id: number): MessageType | undefined {
  return MESSAGE_TYPES[id];
}
