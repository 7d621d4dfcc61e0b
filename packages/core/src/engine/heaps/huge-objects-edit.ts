import {
  type BtreeV2Records,
  type DirectHugeObjectRecord,
  directHugeObjectRecords,
  FormatError,
  type FractalHeapId,
  fractalHeap,
  type HugeObjectRecord,
  hugeIdsAreDirect,
  hugeObjectRecords,
} from "@hdfive/format";
import { countRecords } from "../btree-v2/btree.js";
import { createBtree, freeBtree } from "../btree-v2/edit.js";
import { type CompareTo, findRecord } from "../btree-v2/find.js";
import { upsertRecord } from "../btree-v2/insert.js";
import { listRecords } from "../btree-v2/list.js";
import { removeRecord } from "../btree-v2/remove.js";
import type { HeapEdit } from "./fractal-heap-space.js";
import type { HugeId } from "./huge-objects.js";

/** Bytes of a node of the B-tree of huge objects, as libhdf5 makes it. */
const NODE_SIZE = 512;
/** Huge objects looked at together when a heap is deleted. */
const BATCH = 512;

/** Stores an object that is too large for blocks in a place of its own. File Format Specification, section III.G. */
export function insertHuge(edit: HeapEdit, bytes: Uint8Array): FractalHeapId {
  const { tx } = edit;
  const { length } = bytes;
  const isDirect = hugeIdsAreDirect(edit.header, tx.context);
  const { hugeIndexAddress, hugeCount, hugeSize, hugeIdsWrapped } = edit.header;
  if (hugeIdsWrapped && !isDirect) {
    throw new FormatError(fractalHeap.name, "all numbers of huge objects have been given out", {
      address: edit.address,
    });
  }
  const settings = { nodeSize: NODE_SIZE };
  const index =
    hugeIndexAddress ??
    (isDirect ? createBtree(tx, directHugeObjectRecords, settings) : createBtree(tx, hugeObjectRecords, settings));
  const address = tx.alloc(length, "raw");
  tx.putBlock(address, bytes.slice());
  const nextHugeId = isDirect ? edit.header.nextHugeId : edit.header.nextHugeId + 1;
  edit.header = {
    ...edit.header,
    hugeIndexAddress: index,
    hugeCount: hugeCount + 1,
    hugeSize: hugeSize + length,
    nextHugeId,
  };
  if (isDirect) {
    const tree = { address: index, records: directHugeObjectRecords };
    upsertRecord(tx, tree, { address, length }, ({ address: other }) => address - other);
    return { type: "huge-direct", address, storedSize: length, filterMask: 0, length };
  }
  const tree = { address: index, records: hugeObjectRecords };
  upsertRecord(tx, tree, { address, length, id: nextHugeId }, byId(nextHugeId));
  return { type: "huge", number: nextHugeId };
}

function byId(number: number): CompareTo<HugeObjectRecord> {
  return ({ id }) => number - id;
}

/** Takes a huge object out and gives its place back; the B-tree goes with the last one, as in libhdf5. Section III.G. */
export function removeHuge(edit: HeapEdit, id: HugeId): void {
  const { tx } = edit;
  const index = indexAddress(edit);
  const removed =
    id.type === "huge"
      ? removeRecord(tx, { address: index, records: hugeObjectRecords }, byId(id.number))
      : removeRecord(tx, { address: index, records: directHugeObjectRecords }, ({ address }) => id.address - address);
  if (removed === null) {
    throw missing(edit);
  }
  tx.free(removed.address, removed.length, "raw");
  const { hugeCount, hugeSize } = edit.header;
  const rest = { hugeCount: Math.max(0, hugeCount - 1), hugeSize: Math.max(0, hugeSize - removed.length) };
  edit.header = { ...edit.header, ...rest };
  const isEmpty =
    id.type === "huge"
      ? countRecords(tx, { address: index, records: hugeObjectRecords }) === 0
      : countRecords(tx, { address: index, records: directHugeObjectRecords }) === 0;
  if (isEmpty) {
    freeIndex(edit, index);
    edit.header = { ...edit.header, hugeIndexAddress: null, nextHugeId: 0, hugeIdsWrapped: false };
  }
}

/** Puts other bytes into the place of a huge object; `false` when they are not as many. Section III.G. */
export function replaceHuge(edit: HeapEdit, { number }: { readonly number: number }, bytes: Uint8Array): boolean {
  const { tx } = edit;
  const record = findRecord(tx, { address: indexAddress(edit), records: hugeObjectRecords }, byId(number));
  if (record === null) {
    throw missing(edit);
  }
  if (record.length !== bytes.length) {
    return false;
  }
  tx.putBlock(record.address, bytes.slice());
  return true;
}

/** Gives back all huge objects of a heap and their B-tree. Section III.G. */
export function freeHuge(edit: HeapEdit): void {
  const { tx, header } = edit;
  const { hugeIndexAddress: address } = header;
  if (address === null) {
    return;
  }
  if (hugeIdsAreDirect(header, tx.context)) {
    freeAll(edit, { address, records: directHugeObjectRecords });
  } else {
    freeAll(edit, { address, records: hugeObjectRecords });
  }
  freeIndex(edit, address);
}

function freeAll<R extends DirectHugeObjectRecord>(
  { tx }: HeapEdit,
  tree: { readonly address: number; readonly records: BtreeV2Records<R> },
): void {
  const count = countRecords(tx, tree);
  for (let from = 0; from < count; from += BATCH) {
    for (const { address, length } of listRecords(tx, tree, from, BATCH)) {
      tx.free(address, length, "raw");
    }
  }
}

function freeIndex({ tx, header }: HeapEdit, address: number): void {
  if (hugeIdsAreDirect(header, tx.context)) {
    freeBtree(tx, { address, records: directHugeObjectRecords });
  } else {
    freeBtree(tx, { address, records: hugeObjectRecords });
  }
}

function indexAddress({ header, address }: HeapEdit): number {
  if (header.hugeIndexAddress === null) {
    throw new FormatError(fractalHeap.name, "it has huge objects and no B-tree of them", { address });
  }
  return header.hugeIndexAddress;
}

function missing({ address }: HeapEdit): FormatError {
  return new FormatError(fractalHeap.name, "its B-tree does not have a huge object that is to be changed", { address });
}
