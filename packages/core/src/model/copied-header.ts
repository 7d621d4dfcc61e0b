import { groupInfoMessage, HEADER_FLAGS, linkInfoMessage, MESSAGE_FLAGS, MESSAGE_IDS } from "@hdfive/format";
import type { GroupSettings } from "../engine/groups/new-group.js";
import { appendMessage } from "../engine/object-header/header-edit.js";
import type { NewMessage } from "../engine/object-header/message-packing.js";
import type { HeaderSettings } from "../engine/object-header/new-header.js";
import { decodeMessage, findMessage, type Header, loadHeader } from "../engine/object-header/object-header.js";
import type { Tx } from "../engine/transaction/tx.js";

/** What a copy of an object is like besides its kind and what it holds. */
export interface CopiedHeader {
  /** Of a group; for other objects what every header has. */
  readonly settings: GroupSettings;
  /** Messages that mean the same anywhere. */
  readonly messages: readonly NewMessage[];
}

/** Messages that stand for themselves, whatever object they are of: its comment and when it was changed. */
const CARRIED: readonly number[] = [MESSAGE_IDS.comment, MESSAGE_IDS.modificationTime, MESSAGE_IDS.modificationTimeOld];

/** What a copy of the object at an address takes over from its header. */
export function copiedHeader(tx: Tx, address: number): CopiedHeader {
  const header = loadHeader(tx, address);
  const messages = header.messages
    .filter(({ type, flags }) => CARRIED.includes(type) && (flags & MESSAGE_FLAGS.shared) === 0)
    .map(({ type, flags, data }) => ({ type, flags, data: data.slice() }));
  return { settings: { ...attributeSettings(header), ...linkSettings(tx, header) }, messages };
}

/** Gives a new object the messages of the one that it is a copy of. */
export function putCopiedMessages(tx: Tx, address: number, { messages }: CopiedHeader): void {
  for (const message of messages) {
    appendMessage(tx, address, message);
  }
}

function attributeSettings({ prefix }: Header): HeaderSettings {
  if (prefix.version === 1) {
    return {};
  }
  const { flags, attributePhaseChange } = prefix;
  const order =
    (flags & HEADER_FLAGS.attributeOrderIndexed) !== 0
      ? "indexed"
      : (flags & HEADER_FLAGS.attributeOrderTracked) !== 0
        ? "tracked"
        : undefined;
  return {
    ...(order === undefined ? {} : { attributeOrder: order }),
    ...(attributePhaseChange === null ? {} : { attributePhaseChange }),
  };
}

/** How a new-style group keeps its links. File Format Specification, sections IV.A.2.c and IV.A.2.k. */
function linkSettings(tx: Tx, header: Header): GroupSettings {
  const info = findMessage(header, MESSAGE_IDS.linkInfo);
  if (info === undefined) {
    return {};
  }
  const { trackCreationOrder, indexCreationOrder } = decodeMessage(tx, linkInfoMessage, info);
  const group = findMessage(header, MESSAGE_IDS.groupInfo);
  const phaseChange = group === undefined ? null : decodeMessage(tx, groupInfoMessage, group).phaseChange;
  const order = indexCreationOrder ? "indexed" : trackCreationOrder ? "tracked" : undefined;
  return {
    ...(order === undefined ? {} : { linkOrder: order }),
    ...(phaseChange === null ? {} : { linkPhaseChange: phaseChange }),
  };
}
