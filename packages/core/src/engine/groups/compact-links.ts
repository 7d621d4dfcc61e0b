import {
  encodeText,
  groupInfoMessage,
  type LinkInfo,
  linkInfoMessage,
  linkMessage,
  MESSAGE_IDS,
  type PhaseChange,
} from "@hdfive/format";
import { compareBytes } from "../heaps/local-heap.js";
import { appendMessage, removeMessage, replaceMessage } from "../object-header/header-edit.js";
import {
  decodeMessage,
  encodeMessage,
  findMessage,
  findMessages,
  type Header,
  loadHeader,
  requireMessage,
} from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { type GroupLink, groupLinkOf, type LinkPage, type LinkPosition, linkOf, type NewLink } from "./group-link.js";

/** When links change their storage where the group does not say. File Format Specification, section IV.A.2.k. */
const DEFAULT_PHASE_CHANGE: PhaseChange = { maxCompact: 8, minDense: 6 };
/** Bytes of the largest link that fits a header message. */
export const MAX_MESSAGE: number = 0xffff - 7;

/** The link of a name among the header's link messages, or `null`. File Format Specification, section IV.A.2.g. */
export function findCompact(tx: Tx, headerAddress: number, name: string): GroupLink | null {
  return readLinks(tx, loadHeader(tx, headerAddress)).find((link) => link.name === name) ?? null;
}

/** Number of link messages. */
export function countCompact(tx: Tx, headerAddress: number): number {
  return findMessages(loadHeader(tx, headerAddress), MESSAGE_IDS.link).length;
}

/** Link messages after a position: by creation order where it is tracked, else by name. */
export function listCompact(tx: Tx, headerAddress: number, after: LinkPosition | null, limit: number): LinkPage {
  const header = loadHeader(tx, headerAddress);
  const { trackCreationOrder } = decodeMessage(tx, linkInfoMessage, requireMessage(header, MESSAGE_IDS.linkInfo));
  const positioned = readLinks(tx, header).map((link) => ({
    link,
    position: trackCreationOrder ? (link.creationOrder ?? 0) : encodeText(link.name),
  }));
  positioned.sort((a, b) => comparePositions(a.position, b.position));
  const from = after === null ? 0 : positioned.findIndex(({ position }) => comparePositions(position, after) > 0);
  const page = from < 0 ? [] : positioned.slice(from, from + limit);
  const more = from >= 0 && from + page.length < positioned.length;
  return { links: page.map(({ link }) => link), next: more ? (page.at(-1)?.position ?? after) : null };
}

function comparePositions(a: LinkPosition, b: LinkPosition): number {
  if (typeof a === "number" || typeof b === "number") {
    return Number(a) - Number(b);
  }
  return compareBytes(a, b);
}

/**
 * Adds a link message; the name must be free. `false`, and nothing is changed, when the group is to become dense for it.
 * File Format Specification, sections IV.A.2.c and IV.A.2.g.
 */
export function insertCompact(tx: Tx, headerAddress: number, link: NewLink): boolean {
  const header = loadHeader(tx, headerAddress);
  const infoRef = requireMessage(header, MESSAGE_IDS.linkInfo);
  const linkInfo = decodeMessage(tx, linkInfoMessage, infoRef);
  const creationOrder = linkInfo.trackCreationOrder ? (linkInfo.maxCreationIndex ?? 0) : null;
  const data = encodeMessage(tx, linkMessage, linkOf(link, creationOrder));
  const count = findMessages(header, MESSAGE_IDS.link).length;
  if (count >= linkPhaseChange(tx, header).maxCompact || data.length > MAX_MESSAGE) {
    return false;
  }
  if (creationOrder !== null) {
    const next = { ...linkInfo, maxCreationIndex: creationOrder + 1 };
    replaceMessage(tx, headerAddress, infoRef, encodeMessage(tx, linkInfoMessage, next));
  }
  appendMessage(tx, headerAddress, { type: MESSAGE_IDS.link, flags: 0, data });
  return true;
}

/** When a group changes between compact and dense storage of its links. File Format Specification, section IV.A.2.k. */
export function linkPhaseChange(tx: Tx, header: Header): PhaseChange {
  const info = findMessage(header, MESSAGE_IDS.groupInfo);
  return (info === undefined ? null : decodeMessage(tx, groupInfoMessage, info).phaseChange) ?? DEFAULT_PHASE_CHANGE;
}

/** Takes the link message of a name out. Creation orders are not given out again, until the group has no link at all. */
export function removeCompact(tx: Tx, headerAddress: number, name: string): void {
  const header = loadHeader(tx, headerAddress);
  const refs = findMessages(header, MESSAGE_IDS.link);
  const ref = refs.find((message) => decodeMessage(tx, linkMessage, message).name === name);
  if (ref === undefined) {
    return;
  }
  removeMessage(tx, headerAddress, ref);
  if (refs.length === 1) {
    const { trackCreationOrder, ...info } = linkInfoOf(tx, headerAddress);
    if (trackCreationOrder) {
      putLinkInfo(tx, headerAddress, { ...info, trackCreationOrder, maxCreationIndex: 0 });
    }
  }
}

/** Where a new-style group keeps its links. File Format Specification, section IV.A.2.c. */
export function linkInfoOf(tx: Tx, headerAddress: number): LinkInfo {
  return decodeMessage(tx, linkInfoMessage, requireMessage(loadHeader(tx, headerAddress), MESSAGE_IDS.linkInfo));
}

/** Stores where a group keeps its links. File Format Specification, section IV.A.2.c. */
export function putLinkInfo(tx: Tx, headerAddress: number, info: LinkInfo): void {
  const ref = requireMessage(loadHeader(tx, headerAddress), MESSAGE_IDS.linkInfo);
  replaceMessage(tx, headerAddress, ref, encodeMessage(tx, linkInfoMessage, info));
}

/** Takes all link messages out of a group's header and answers them as they are encoded. Section IV.A.2.g. */
export function takeCompact(tx: Tx, headerAddress: number): Uint8Array[] {
  const links: Uint8Array[] = [];
  for (;;) {
    const ref = findMessage(loadHeader(tx, headerAddress), MESSAGE_IDS.link);
    if (ref === undefined) {
      return links;
    }
    tx.work(linkMessage.name);
    // Encoded anew, since version 1 headers pad their messages.
    links.push(encodeMessage(tx, linkMessage, decodeMessage(tx, linkMessage, ref)));
    removeMessage(tx, headerAddress, ref);
  }
}

/** Puts encoded links into a group's header. Section IV.A.2.g. */
export function putCompact(tx: Tx, headerAddress: number, links: readonly Uint8Array[]): void {
  for (const data of links) {
    appendMessage(tx, headerAddress, { type: MESSAGE_IDS.link, flags: 0, data });
  }
}

function readLinks(tx: Tx, header: Header): GroupLink[] {
  return findMessages(header, MESSAGE_IDS.link).map((message) => {
    tx.work(linkMessage.name);
    return groupLinkOf(decodeMessage(tx, linkMessage, message));
  });
}
