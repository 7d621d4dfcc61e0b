import {
  encodeText,
  groupInfoMessage,
  HdfiveError,
  type Link,
  type LinkFields,
  linkInfoMessage,
  linkMessage,
  MESSAGE_IDS,
  UnsupportedError,
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
import { type GroupLink, groupLinkOf, type LinkPage, type LinkPosition, type NewLink } from "./group-link.js";

/** Links that stay in the header when the group does not say otherwise. File Format Specification, section IV.A.2.k. */
const DEFAULT_MAX_COMPACT = 8;
/** A link message that does not fit a header message makes the group dense. */
const MAX_MESSAGE = 0xffff - 7;
const EXTERNAL = 64;

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

/** Adds a link message; the name must be free. File Format Specification, sections IV.A.2.c and IV.A.2.g. */
export function insertCompact(tx: Tx, headerAddress: number, link: NewLink): void {
  const header = loadHeader(tx, headerAddress);
  const info = findMessage(header, MESSAGE_IDS.groupInfo);
  const phaseChange = info === undefined ? null : decodeMessage(tx, groupInfoMessage, info).phaseChange;
  const maxCompact = phaseChange?.maxCompact ?? DEFAULT_MAX_COMPACT;
  const infoRef = requireMessage(header, MESSAGE_IDS.linkInfo);
  const linkInfo = decodeMessage(tx, linkInfoMessage, infoRef);
  const creationOrder = linkInfo.trackCreationOrder ? (linkInfo.maxCreationIndex ?? 0) : null;
  const data = encodeMessage(tx, linkMessage, asMessage(link, creationOrder));
  const count = findMessages(header, MESSAGE_IDS.link).length;
  if (count >= maxCompact || data.length > MAX_MESSAGE) {
    throw new UnsupportedError(
      "dense links (fractal heap)",
      `link '${link.name}' would be number ${count + 1} of a group that keeps ${maxCompact} in its header`,
      { address: headerAddress },
    );
  }
  if (creationOrder !== null) {
    const next = { ...linkInfo, maxCreationIndex: creationOrder + 1 };
    replaceMessage(tx, headerAddress, infoRef, encodeMessage(tx, linkInfoMessage, next));
  }
  appendMessage(tx, headerAddress, { type: MESSAGE_IDS.link, flags: 0, data });
}

/** Takes the link message of a name out; creation orders are never given out again. */
export function removeCompact(tx: Tx, headerAddress: number, name: string): void {
  const header = loadHeader(tx, headerAddress);
  const ref = findMessages(header, MESSAGE_IDS.link).find(
    (message) => decodeMessage(tx, linkMessage, message).name === name,
  );
  if (ref !== undefined) {
    removeMessage(tx, headerAddress, ref);
  }
}

function readLinks(tx: Tx, header: Header): GroupLink[] {
  return findMessages(header, MESSAGE_IDS.link).map((message) => {
    tx.work(linkMessage.name);
    return groupLinkOf(decodeMessage(tx, linkMessage, message));
  });
}

/** As libhdf5 stores it: only hard links leave their type out, only ASCII names their character set. */
function asMessage(link: NewLink, creationOrder: number | null): Link {
  const name = encodeText(link.name);
  const charset = name.length === link.name.length ? "ascii" : "utf-8";
  const fields: Omit<LinkFields, "linkType"> = {
    version: 1,
    name: link.name,
    charset,
    charsetStored: charset !== "ascii",
    creationOrder,
    nameLengthSize: name.length < 0x100 ? 1 : name.length < 0x1_0000 ? 2 : 4,
    typeStored: link.kind !== "hard",
  };
  switch (link.kind) {
    case "hard":
      return { ...fields, kind: "hard", linkType: 0, address: link.address };
    case "soft":
      checkTargetLength(encodeText(link.target).length);
      return { ...fields, kind: "soft", linkType: 1, target: link.target };
    case "external":
      checkTargetLength(encodeText(link.file).length + encodeText(link.path).length + 3);
      return { ...fields, kind: "external", linkType: EXTERNAL, file: link.file, path: link.path };
    case "user-defined":
      checkTargetLength(link.data.length);
      return { ...fields, kind: "user-defined", linkType: link.linkType, data: link.data };
  }
}

/** The length of a target is stored in two bytes. */
function checkTargetLength(byteLength: number): void {
  if (byteLength > 0xffff) {
    throw new HdfiveError("OUT_OF_RANGE", `The target of a link has ${byteLength} bytes, at most 65535 fit`);
  }
}
