import { HdfiveError, superblock as superblockCodec, Writer } from "@hdfive/format";
import { resizeStorage, writeBytes } from "../../storage/access.js";
import { writeUnderWay } from "../../storage/storage.js";
import { perform, type Task } from "../../task.js";
import type { Allocator } from "../transaction/allocator.js";
import { transact } from "../transaction/drive.js";
import type { CountedNode, FileState } from "../transaction/file-state.js";
import {
  adoptListed,
  dropManagers,
  keptSpace,
  type ListedSpace,
  withoutManagers,
  writeManagers,
} from "./space-managers.js";

type RetiredSpace = ReturnType<Allocator["takeRetired"]>;

/** Bytes to put at an absolute offset of the storage. */
export interface PlannedWrite {
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What a flush writes: each phase only once the one before it is done. */
export interface CommitPlan {
  readonly phases: readonly (readonly PlannedWrite[])[];
  readonly nodes: ReadonlyMap<number, CountedNode>;
  readonly blocks: readonly number[];
  /** What was allocated since the last flush: from the end of this one on the disk may point to it. */
  readonly fresh: readonly number[];
  /** Which phase is the superblock; -1 when it stays as it is. The storage must have its length by then. */
  readonly superblockPhase: number;
  /** Writes of the first phase that go to new space; 0 when it overwrites live structures. */
  readonly newWrites: number;
  /** Bytes of the file when it is done, from the base address on. */
  readonly endOfFile: number;
}

/**
 * Structures in the order in which live ones are overwritten: what others point to first. Local heaps stand beside their
 * data segments, which are blocks, and go with them: one that is written without the other has a list of holes that is none.
 */
const RANKS: readonly string[] = [
  "local-heap",
  "global-heap",
  "free-space-sections",
  "free-space-header",
  "fractal-heap-direct-block",
  "fractal-heap-indirect-block",
  "fractal-heap",
  "btree-v2-leaf",
  "btree-v2-internal-node",
  "btree-v2-header",
  "chunk-node",
  "array-page",
  "fixed-array-data-block",
  "fixed-array-header",
  "extensible-array-data-block",
  "extensible-array-super-block",
  "extensible-array-index-block",
  "extensible-array-header",
  "symbol-node",
  "group-node",
  "continuation-chunk",
  "object-header",
];

/** A fraction that puts the nodes of a tree in order from the leaves up; no tree has 256 levels. */
function levelOf(value: unknown): number {
  const hasLevel = typeof value === "object" && value !== null && "level" in value && typeof value.level === "number";
  return hasLevel ? (value.level as number) / 256 : 0;
}

/** Adjacent structures are written as one, up to this many bytes. */
const MAX_WRITE = 1 << 20;

/**
 * Encodes everything changed and says in which order it goes to the storage.
 *
 * First what is new, since nothing on disk points to it yet; then the live structures, children before parents. The
 * superblock comes last, but before the live structures when it lets the file grow: what they point to must not lie past the
 * end that it says. This is the only place from which a live structure is overwritten.
 */
export function planCommit(state: FileState): CommitPlan {
  const { context, allocator } = state;
  const fresh: PlannedWrite[] = [];
  const live: { rank: number; write: PlannedWrite }[] = [];
  for (const [address, bytes] of state.dirtyBlocks) {
    const write = { offset: context.baseAddress + address, bytes: bytes.slice() };
    if (state.fresh.has(address)) {
      fresh.push(write);
    } else {
      live.push({ rank: 0, write });
    }
  }
  for (const [address, { codec, value }] of state.dirtyNodes) {
    const writer = new Writer(codec.sizeOf(value, context), codec.name);
    codec.encode(value, writer, context);
    const write = { offset: context.baseAddress + address, bytes: writer.finish() };
    // Codecs of one structure that holds different things say of what they are after it.
    const kind = RANKS.indexOf(codec.name.split(" of ", 1)[0] as string);
    if (kind < 0) {
      throw new HdfiveError("UNSUPPORTED", `No place in the order of writes for a ${codec.name}`, { address });
    }
    if (state.fresh.has(address)) {
      fresh.push(write);
    } else {
      live.push({ rank: kind + levelOf(value), write });
    }
  }
  live.sort((a, b) => a.rank - b.rank);
  const newWrites = coalesce(fresh);
  const livePhases: PlannedWrite[][] = [];
  for (let i = 0; i < live.length; ) {
    const { rank } = live[i] as { rank: number };
    const phase: PlannedWrite[] = [];
    for (; live[i]?.rank === rank; i++) {
      phase.push((live[i] as { write: PlannedWrite }).write);
    }
    livePhases.push(coalesce(phase));
  }
  const endOfFile = allocator.endOfFile;
  const superblock = { ...state.superblock, endOfFile: context.baseAddress + endOfFile };
  const phases = newWrites.length > 0 ? [newWrites, ...livePhases] : livePhases;
  let superblockPhase = -1;
  if (state.superblockDirty || superblock.endOfFile !== state.superblock.endOfFile) {
    const writer = new Writer(superblockCodec.sizeOf(superblock, context), superblockCodec.name);
    superblockCodec.encode(superblock, writer, context);
    const grows = superblock.endOfFile > state.superblock.endOfFile;
    superblockPhase = grows ? Math.min(1, newWrites.length) : phases.length;
    phases.splice(superblockPhase, 0, [{ offset: context.baseAddress, bytes: writer.finish() }]);
  }
  return {
    phases,
    superblockPhase,
    nodes: new Map(state.dirtyNodes),
    blocks: [...state.dirtyBlocks.keys()],
    fresh: [...state.fresh],
    newWrites: newWrites.length,
    endOfFile,
  };
}

function coalesce(writes: PlannedWrite[]): PlannedWrite[] {
  writes.sort((a, b) => a.offset - b.offset);
  const merged: PlannedWrite[] = [];
  for (let i = 0; i < writes.length; ) {
    const first = writes[i] as PlannedWrite;
    let end = first.offset + first.bytes.length;
    let next = i + 1;
    for (; writes[next]?.offset === end && end - first.offset < MAX_WRITE; next++) {
      end += (writes[next] as PlannedWrite).bytes.length;
    }
    if (next === i + 1) {
      merged.push(first);
    } else {
      const bytes = new Uint8Array(end - first.offset);
      for (const { offset, bytes: part } of writes.slice(i, next)) {
        bytes.set(part, offset - first.offset);
      }
      merged.push({ offset: first.offset, bytes });
    }
    i = next;
  }
  return merged;
}

/**
 * Writes everything changed since the last flush, in order. What was not changed is not touched: a file that nobody
 * changed is not written at all. On a failure the changes stay, to be flushed again.
 */
export function* commit(state: FileState): Task<void> {
  yield* state.writeLock.exclusive(
    () => writeUnderWay(state.storage),
    () => writeOut(state),
  );
}

function* writeOut(state: FileState): Task<void> {
  if (state.dirtyNodes.size === 0 && state.dirtyBlocks.size === 0 && !state.superblockDirty && !grew(state)) {
    return;
  }
  const kept = keptSpace(state);
  if (kept === null) {
    yield* writeChanges(state);
    return;
  }
  const listed = yield* perform(transact(state, (tx) => dropManagers(tx, kept)));
  yield* writeChanges(state, listed);
  state.fileSpace = withoutManagers(kept, state.superblock.endOfFile - state.context.baseAddress);
}

/** Writes the lists of free space of a file that keeps them, when it was changed and is about to be closed. */
export function* commitFreeSpace(state: FileState): Task<void> {
  yield* state.writeLock.exclusive(
    () => writeUnderWay(state.storage),
    () => writeLists(state),
  );
}

function* writeLists(state: FileState): Task<void> {
  const kept = keptSpace(state);
  if (kept === null || state.commits === 0 || kept.managers.some((address) => address !== null)) {
    return;
  }
  const written = yield* perform(transact(state, (tx) => writeManagers(tx, kept)));
  if (written !== null) {
    yield* writeChanges(state);
    state.fileSpace = written;
  }
}

/** @param listed what the lists of the file had as free that these changes take out of it */
function* writeChanges(state: FileState, listed: ListedSpace | null = null): Task<void> {
  // Space freed while these writes are on their way must not be given to somebody who writes there first.
  state.allocator.hold();
  state.touchedBlocks.clear();
  state.superblockDirty = false;
  const plan = planCommit(state);
  const retired = state.allocator.takeRetired();
  // From the first live structure on the disk may point to what was new: freed meanwhile, it must not be reused.
  state.fresh.clear();
  let done = false;
  let isLive = false;
  try {
    const size = state.context.baseAddress + plan.endOfFile;
    const mustFit = plan.superblockPhase < 0 ? plan.phases.length - 1 : plan.superblockPhase;
    for (const [i, phase] of plan.phases.entries()) {
      // Space given out and not written yet: a superblock that promises it must not come before it.
      if (i === mustFit && state.storage.size < size) {
        yield* perform(resizeStorage(state.blocks, size));
      }
      isLive ||= i > 0 || plan.newWrites === 0;
      for (const { offset, bytes } of phase) {
        yield* perform(writeBytes(state.blocks, offset, bytes));
      }
    }
    state.superblock = { ...state.superblock, endOfFile: size };
    settle(state, plan);
    state.commits++;
    done = true;
  } finally {
    if (!done) {
      giveBack(state, plan, retired, isLive);
    }
    state.allocator.unhold();
    if (done) {
      if (listed !== null) {
        // Before the rest: what is left of the pages of data that is freed was listed too.
        adoptListed(listed, state.allocator);
      }
      state.allocator.release(retired);
    }
  }
}

/** Puts a flush that failed back to before it: what it had to write stays changed, what the disk may use stays taken. */
function giveBack(state: FileState, plan: CommitPlan, retired: RetiredSpace, isLive: boolean): void {
  state.superblockDirty = true;
  for (const { address, size, kind } of retired) {
    state.allocator.retire(address, size, kind);
  }
  if (!isLive) {
    for (const address of plan.fresh) {
      state.fresh.add(address);
    }
  }
}

function grew(state: FileState): boolean {
  return state.context.baseAddress + state.allocator.endOfFile !== state.superblock.endOfFile;
}

function settle(state: FileState, plan: CommitPlan): void {
  for (const [address, node] of plan.nodes) {
    if (state.dirtyNodes.get(address) === node) {
      state.dirtyNodes.delete(address);
      state.dirtyByteLength -= node.byteLength;
      state.nodes.set(node.codec, address, node.value, node.byteLength);
    }
  }
  for (const address of plan.blocks) {
    if (!state.touchedBlocks.has(address)) {
      state.dirtyByteLength -= state.dirtyBlocks.get(address)?.length ?? 0;
      state.dirtyBlocks.delete(address);
    }
  }
  state.nodes.trim();
}
