import { DEFAULT_CONTEXT } from "@hdfive/format";
import { expect } from "vitest";
import { chunkIndexOf } from "../../src/engine/chunk-index/chunk-index.js";
import type { ChunkIndex, ChunkRecord } from "../../src/engine/chunk-index/chunk-record.js";
import { commit } from "../../src/engine/file/commit.js";
import { createFileState } from "../../src/engine/file/create.js";
import { openFileState } from "../../src/engine/file/open.js";
import { transact } from "../../src/engine/transaction/drive.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { runAsync, runSync } from "../../src/task.js";
import { StormStorage } from "./storm-storage.js";

/** A new file in memory whose chunk B-tree nodes hold `2 * chunkK` children. */
export function newFile(chunkK: number): { state: FileState; storage: MemoryStorage } {
  const storage = new MemoryStorage();
  const state = runSync(createFileState(storage, { writable: true }));
  state.context = { ...state.context, chunkK };
  return { state, storage };
}

/** Writes the state out and opens the file again over a storage that never answers at once, with nothing kept in memory. */
export async function storm(state: FileState, storage: MemoryStorage): Promise<FileState> {
  runSync(commit(state));
  const slow = new StormStorage(storage.image().slice());
  const reopened = await runAsync(openFileState(slow, { writable: true, blockBytes: 0, nodeBytes: 0 }));
  reopened.context = { ...reopened.context, chunkK: state.context.chunkK };
  return reopened;
}

/** Opens what is in a storage, all of it anew. */
export function reopen(storage: MemoryStorage, chunkK: number): FileState {
  const state = runSync(openFileState(storage, { writable: true }));
  state.context = { ...state.context, chunkK };
  return state;
}

/** Runs an operation at once. */
export function run<T>(state: FileState, operation: (tx: Tx) => T): T {
  return transact(state, operation).sync();
}

/** Runs an operation as often as its storage makes it wait. */
export async function runSlow<T>(state: FileState, operation: (tx: Tx) => T): Promise<T> {
  return transact(state, operation).async(undefined);
}

/** An index over chunks of `chunkShape` elements of `elementSize` bytes. */
export function indexAt(address: number | null, chunkShape: readonly number[], elementSize = 4): ChunkIndex {
  const dimensions = chunkShape.map(() => 0);
  const data = { dataspace: { version: 1, type: "simple", dimensions, maxDimensions: null }, filters: [] } as const;
  return chunkIndexOf({ version: 3, class: "chunked", address, chunkShape, elementSize }, data);
}

/** One node as the walker saw it in the bytes. */
export interface WalkedNode {
  readonly address: number;
  readonly level: number;
  readonly left: bigint;
  readonly right: bigint;
  /** Stored size, filter mask and offsets with the tail. */
  readonly keys: readonly (readonly number[])[];
  readonly children: readonly number[];
}

const UNDEFINED = 0xffff_ffff_ffff_ffffn;

function walkNode(bytes: Uint8Array, address: number, rank: number): WalkedNode {
  const view = new DataView(bytes.buffer, bytes.byteOffset + address);
  expect(String.fromCharCode(...bytes.subarray(address, address + 4))).toBe("TREE");
  expect(view.getUint8(4)).toBe(1);
  const count = view.getUint16(6, true);
  const keys: number[][] = [];
  const children: number[] = [];
  let at = 24;
  for (let i = 0; i <= count && count > 0; i++) {
    const key = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    at += 8;
    for (let d = 0; d <= rank; d++, at += 8) {
      key.push(Number(view.getBigUint64(at, true)));
    }
    keys.push(key);
    if (i < count) {
      children.push(Number(view.getBigUint64(at, true)));
      at += 8;
    }
  }
  return {
    address,
    level: view.getUint8(5),
    left: view.getBigUint64(8, true),
    right: view.getBigUint64(16, true),
    keys,
    children,
  };
}

const order = (a: readonly number[], b: readonly number[]): number => {
  for (let i = 2; i < a.length; i++) {
    if (a[i] !== b[i]) {
      return a[i]! - b[i]!;
    }
  }
  return 0;
};

/**
 * Reads a stored tree with nothing of the engine, level by level, and checks what libhdf5 relies on. The answer is its
 * nodes from the root's level down.
 */
export function walkTree(bytes: Uint8Array, address: number, rank: number, chunkK: number): WalkedNode[][] {
  const levels: WalkedNode[][] = [[walkNode(bytes, address, rank)]];
  const seen = new Set([address]);
  for (let row = levels[0]!; ; ) {
    for (const [i, node] of row.entries()) {
      expect(node.level).toBe(row[0]!.level);
      expect(node.left).toBe(i === 0 ? UNDEFINED : BigInt(row[i - 1]!.address));
      expect(node.right).toBe(i + 1 === row.length ? UNDEFINED : BigInt(row[i + 1]!.address));
      expect(node.children.length).toBeLessThanOrEqual(2 * chunkK);
      for (let k = 1; k < node.keys.length; k++) {
        expect(order(node.keys[k - 1]!, node.keys[k]!)).toBeLessThan(0);
      }
      if (i > 0) {
        expect(row[i - 1]!.keys.at(-1)).toEqual(node.keys[0]);
      }
    }
    if (row[0]!.level === 0) {
      return levels;
    }
    const below: WalkedNode[] = [];
    for (const node of row) {
      expect(node.children.length).toBeGreaterThan(0);
      for (const [i, child] of node.children.entries()) {
        expect(seen.has(child)).toBe(false);
        seen.add(child);
        const walked = walkNode(bytes, child, rank);
        expect(walked.children.length).toBeGreaterThan(0);
        expect(walked.level).toBe(node.level - 1);
        expect(walked.keys[0]).toEqual(node.keys[i]);
        expect(walked.keys.at(-1)).toEqual(node.keys[i + 1]);
        below.push(walked);
      }
    }
    levels.push(below);
    row = below;
  }
}

/** The chunks of a walked tree. */
export function walkedRecords(levels: readonly WalkedNode[][], chunkShape: readonly number[]): ChunkRecord[] {
  return (levels.at(-1) ?? []).flatMap(({ keys, children }) =>
    children.map((address, i) => ({
      scaled: chunkShape.map((size, d) => keys[i]![2 + d]! / size),
      address,
      storedSize: keys[i]![0]!,
      filterMask: keys[i]![1]!,
    })),
  );
}

/** The bytes of the file as a flush would write them now. */
export function flushed(state: FileState, storage: MemoryStorage): Uint8Array {
  runSync(commit(state));
  return storage.image();
}

/** K of files that say nothing else. */
export const DEFAULT_K: number = DEFAULT_CONTEXT.chunkK;
