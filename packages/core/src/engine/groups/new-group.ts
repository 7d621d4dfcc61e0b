import {
  groupInfoMessage,
  type Link,
  linkInfoMessage,
  linkMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  messageSize,
  type PhaseChange,
  structureVersions,
} from "@hdfive/format";
import { asStored, type NewMessage } from "../object-header/message-packing.js";
import { createHeader, type HeaderSettings } from "../object-header/new-header.js";
import { encodeMessage } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { createSymbolTableGroup } from "./symbol-table.js";

/** What a new group is like. */
export interface GroupSettings extends Omit<HeaderSettings, "minimumChunkSize"> {
  /** Whether the group keeps the order in which its links are made, and an index of it; only new-style groups can. */
  readonly linkOrder?: "tracked" | "indexed" | undefined;
  /** When links change between compact and dense storage, where that is not the default. Section IV.A.2.k. */
  readonly linkPhaseChange?: PhaseChange | undefined;
}

/** Links that libhdf5 leaves room for in the header of a new group, and how long it expects their names to be. */
const EXPECTED = { entryCount: 4, nameLength: 8 } as const;

/**
 * Makes a group without links, and answers the address of its header.
 *
 * Under the earliest bound it is an old-style group with a symbol table, unless the settings ask for what only a new-style
 * one can do, as libhdf5 chooses. File Format Specification, sections IV.A.2.c, IV.A.2.k and VII.
 */
export function createGroup(tx: Tx, settings: GroupSettings = {}): number {
  const { linkOrder, linkPhaseChange = null, ...header } = settings;
  const needsNew = linkOrder !== undefined || linkPhaseChange !== null;
  if (!needsNew && !structureVersions(tx.state.libver).newStyleGroups) {
    return createSymbolTableGroup(tx, header).headerAddress;
  }
  const trackCreationOrder = linkOrder !== undefined;
  const indexCreationOrder = linkOrder === "indexed";
  const linkInfo = encodeMessage(tx, linkInfoMessage, {
    trackCreationOrder,
    indexCreationOrder,
    maxCreationIndex: trackCreationOrder ? 0 : null,
    heapAddress: null,
    nameIndexAddress: null,
    creationIndexAddress: null,
  });
  const groupInfo = encodeMessage(tx, groupInfoMessage, { phaseChange: linkPhaseChange, estimate: null });
  const messages: NewMessage[] = [
    { type: MESSAGE_IDS.linkInfo, flags: 0, data: linkInfo },
    { type: MESSAGE_IDS.groupInfo, flags: MESSAGE_FLAGS.constant, data: groupInfo },
  ];
  const tracked = header.attributeOrder !== undefined;
  // libhdf5 counts by the version of the bound, also where the order of attributes needs the newer header.
  const version = structureVersions(tx.state.libver).objectHeader;
  const expected = Array.from({ length: EXPECTED.entryCount }, () => expectedLink(tx, trackCreationOrder));
  const minimumChunkSize = [...messages, ...expected].reduce(
    (sum, message) => sum + messageSize(asStored(message, version, tracked ? 0 : null), version, tracked),
    0,
  );
  return createHeader(tx, messages, { ...header, minimumChunkSize });
}

/** A hard link with a name of the expected length. */
function expectedLink(tx: Tx, tracked: boolean): NewMessage {
  const link: Link = {
    version: 1,
    name: "n".repeat(EXPECTED.nameLength),
    charset: "ascii",
    charsetStored: false,
    creationOrder: tracked ? 0 : null,
    nameLengthSize: 1,
    typeStored: false,
    kind: "hard",
    linkType: 0,
    address: 0,
  };
  return { type: MESSAGE_IDS.link, flags: 0, data: encodeMessage(tx, linkMessage, link) };
}
