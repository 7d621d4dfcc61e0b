import {
  decodeText,
  FormatError,
  groupNode,
  MESSAGE_IDS,
  type SymbolTable,
  type SymbolTableEntry,
  symbolNode,
  symbolTableMessage,
} from "@hdfive/format";
import { compareText, createHeap, freeHeap, textBytes } from "../heaps/local-heap.js";
import type { NewMessage } from "../object-header/message-packing.js";
import { createHeaderFirst, type HeaderSettings } from "../object-header/new-header.js";
import { encodeMessage } from "../object-header/object-header.js";
import type { Tx } from "../transaction/tx.js";
import { descend, openTable, scanTable } from "./group-tree.js";

/** What a link of an old-style group leads to. File Format Specification, section III.C. */
export type EntryTarget =
  | { readonly kind: "hard"; readonly address: number }
  | { readonly kind: "soft"; readonly target: string };

/** A link of an old-style group as it is listed. */
export interface NamedEntry {
  readonly name: string;
  readonly target: EntryTarget;
}

/** A new old-style group. */
export interface NewGroup extends SymbolTable {
  readonly headerAddress: number;
}

/** Makes an old-style group without links: its header, B-tree and local heap. File Format Specification, section VII.A. */
export function createSymbolTableGroup(tx: Tx, settings: HeaderSettings = {}): NewGroup {
  const message = (table: SymbolTable): NewMessage => {
    return { type: MESSAGE_IDS.symbolTable, flags: 0, data: encodeMessage(tx, symbolTableMessage, table) };
  };
  let table: SymbolTable = { btreeAddress: 0, heapAddress: 0 };
  const fill = (): NewMessage[] => {
    table = createSymbolTable(tx);
    return [message(table)];
  };
  const headerAddress = createHeaderFirst(tx, [message(table)], fill, settings);
  return { headerAddress, ...table };
}

/** Makes a symbol table without entries: an empty B-tree node and the heap of names. Sections III.A.1 and III.D. */
export function createSymbolTable(tx: Tx): SymbolTable {
  const btreeAddress = tx.alloc(groupNode.prefixSize(tx.context));
  tx.put(groupNode, btreeAddress, { level: 0, leftSibling: null, rightSibling: null, keys: [], children: [] });
  return { btreeAddress, heapAddress: createHeap(tx) };
}

/** What the link of a name leads to; `null` when there is no such link. */
export function findEntry(tx: Tx, table: SymbolTable, name: Uint8Array): EntryTarget | null {
  const segment = openTable(tx, table);
  const leaf = descend(tx, table, segment, name);
  if (leaf === null || !leaf.found) {
    return null;
  }
  return targetOf(leaf.node.entries[leaf.position] as SymbolTableEntry, segment, leaf.address);
}

/**
 * Up to `limit` links in the order of their names, from the first name after `after` on.
 *
 * `next` is what to pass as `after` to go on; `null` when there are no more.
 */
export function listEntries(
  tx: Tx,
  table: SymbolTable,
  after: Uint8Array | null,
  limit: number,
): { readonly entries: readonly NamedEntry[]; readonly next: Uint8Array | null } {
  const segment = openTable(tx, table);
  const entries: NamedEntry[] = [];
  // By the stored bytes links are ordered and listing goes on.
  let last: Uint8Array | null = null;
  let more = false;
  scanTable(tx, table, segment, limit + 1, {
    after,
    take(node, address) {
      for (const entry of node.entries) {
        if (after !== null && compareText(after, segment, entry.nameOffset) >= 0) {
          continue;
        }
        if (entries.length >= limit) {
          more = true;
          return 0;
        }
        last = textBytes(segment, entry.nameOffset);
        entries.push({ name: decodeText(last), target: targetOf(entry, segment, address) });
      }
      return limit + 1 - entries.length;
    },
  });
  // A copy: the segment is a view on blocks that do not outlive the operation.
  return { entries, next: more ? copyOf(last ?? after) : null };
}

function copyOf(bytes: Uint8Array | null): Uint8Array | null {
  return bytes === null ? null : bytes.slice();
}

/** Number of links. It is not stored: every node is looked at. */
export function countEntries(tx: Tx, table: SymbolTable): number {
  let count = 0;
  scanTable(tx, table, openTable(tx, table), Number.POSITIVE_INFINITY, {
    after: null,
    take(node) {
      count += node.entries.length;
      return Number.POSITIVE_INFINITY;
    },
  });
  return count;
}

/** Gives the space of a symbol table back: its nodes and its heap. What its links lead to is not touched. */
export function freeSymbolTable(tx: Tx, table: SymbolTable): void {
  const { context } = tx;
  scanTable(tx, table, openTable(tx, table), Number.POSITIVE_INFINITY, {
    after: null,
    take(_, address) {
      tx.free(address, symbolNode.prefixSize(context));
      return Number.POSITIVE_INFINITY;
    },
    pass(address) {
      tx.free(address, groupNode.prefixSize(context));
    },
  });
  freeHeap(tx, table.heapAddress);
}

/** What an entry leads to. The cache type tells soft links from hard ones. File Format Specification, section III.C. */
export function targetOf(
  { headerAddress, cache }: SymbolTableEntry,
  segment: Uint8Array,
  address: number,
): EntryTarget {
  if (cache.type === "soft-link") {
    return { kind: "soft", target: decodeText(textBytes(segment, cache.targetOffset)) };
  }
  if (headerAddress === null) {
    throw new FormatError(symbolNode.name, "a hard link to the undefined address", { address });
  }
  return { kind: "hard", address: headerAddress };
}
