import { FormatError, sharedMessageTable } from "@hdfive/format";
import { openFractalHeap } from "../heaps/fractal-heap.js";
import type { Tx } from "../transaction/tx.js";

/**
 * The bytes of messages of one type that stand in the file's heap of shared messages, in the order of their IDs.
 * File Format Specification, section III.I.
 */
export function readSharedMessages(tx: Tx, messageType: number, heapIds: readonly Uint8Array[]): Uint8Array[] {
  if (heapIds.length === 0) {
    return [];
  }
  const heap = openFractalHeap(tx, sharedHeapAddress(tx, messageType));
  // Copies: what is decoded may keep views on them, and huge objects are views on blocks that may be written.
  return heap.readAll(heapIds).map((bytes) => bytes.slice());
}

/** The heap of the index that a type of message belongs to: each type is in one index at most. */
function sharedHeapAddress(tx: Tx, messageType: number): number {
  const { sharedMessages } = tx.state;
  if (sharedMessages === null) {
    throw new FormatError("shared-message", "the message stands in a heap of shared messages, and the file has none");
  }
  const { tableAddress, indexCount } = sharedMessages;
  const { indexes } = tx.node(sharedMessageTable(indexCount), tableAddress);
  const index = indexes.find(({ messageTypes }) => (messageTypes & (1 << messageType)) !== 0);
  if (index === undefined || index.heapAddress === null) {
    const problem = index === undefined ? "no index" : "no heap";
    throw new FormatError("shared-message-table", `it has ${problem} for messages of type ${messageType}`, {
      address: tableAddress,
    });
  }
  return index.heapAddress;
}
