import { groupInfoMessage, linkInfoMessage, MESSAGE_FLAGS, MESSAGE_IDS, symbolTableMessage } from "@hdfive/format";
import { appendMessage, removeMessage } from "../object-header/header-edit.js";
import { decodeMessage, encodeMessage, loadHeader, requireMessage } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { insertCompact } from "./compact-links.js";
import { insertDense, makeDense } from "./dense-links-edit.js";
import type { NewLink } from "./group-link.js";
import { freeSymbolTable, listEntries } from "./symbol-table.js";

/** Entries of a symbol table read at once. */
const BATCH = 4096;

/**
 * Makes an old-style group a new-style one, as libhdf5 does for a link that a symbol table cannot hold.
 * File Format Specification, sections IV.A.2.c, IV.A.2.k and IV.A.2.r.
 */
export function convertToNewStyle(tx: Tx, headerAddress: number): void {
  const ref = requireMessage(loadHeader(tx, headerAddress), MESSAGE_IDS.symbolTable);
  const table = decodeMessage(tx, symbolTableMessage, ref);
  const links: NewLink[] = [];
  let after: Uint8Array | null = null;
  do {
    const { entries, next } = listEntries(tx, table, after, BATCH);
    for (const { name, target } of entries) {
      links.push({ name, ...target });
    }
    after = next;
  } while (after !== null);
  removeMessage(tx, headerAddress, ref);
  freeSymbolTable(tx, table);
  const linkInfo = encodeMessage(tx, linkInfoMessage, {
    trackCreationOrder: false,
    indexCreationOrder: false,
    maxCreationIndex: null,
    heapAddress: null,
    nameIndexAddress: null,
    creationIndexAddress: null,
  });
  const groupInfo = encodeMessage(tx, groupInfoMessage, { phaseChange: null, estimate: null });
  appendMessage(tx, headerAddress, { type: MESSAGE_IDS.linkInfo, flags: 0, data: linkInfo });
  appendMessage(tx, headerAddress, { type: MESSAGE_IDS.groupInfo, flags: MESSAGE_FLAGS.constant, data: groupInfo });
  let dense = null;
  for (const link of links) {
    if (dense !== null || !insertCompact(tx, headerAddress, link)) {
      dense ??= makeDense(tx, headerAddress);
      insertDense(tx, dense, link);
    }
  }
  forgetRootTable(tx, headerAddress);
}

/** The superblock of old files repeats where the symbol table of the root group is, which is gone. Section II.A. */
function forgetRootTable(tx: Tx, headerAddress: number): void {
  const { rootAddress, rootEntry } = tx.superblock;
  if (rootAddress === headerAddress && rootEntry !== null) {
    tx.superblock = { ...tx.superblock, rootEntry: { ...rootEntry, cache: { type: "none" } } };
  }
}
