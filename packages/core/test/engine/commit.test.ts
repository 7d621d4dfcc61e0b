import { HdfiveError } from "@hdfive/format";
import { describe, expect, it } from "vitest";
import { commit, planCommit } from "../../src/engine/file/commit.js";
import { createFileState } from "../../src/engine/file/create.js";
import { openFileState } from "../../src/engine/file/open.js";
import { insertLink, listLinks, removeLink, requireGroup } from "../../src/engine/groups/links.js";
import { unlinkObject } from "../../src/engine/groups/object-links.js";
import { ensureGroups, resolvePath } from "../../src/engine/groups/path.js";
import { transact } from "../../src/engine/transaction/drive.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { runSync } from "../../src/task.js";

interface Written {
  readonly offset: number;
  readonly length: number;
}

/** Keeps the order of writes, and fails the n-th on demand. */
class LoggedStorage extends MemoryStorage {
  readonly log: Written[] = [];
  failAt = Number.POSITIVE_INFINITY;

  override writeSync(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (this.log.length + 1 >= this.failAt) {
      throw new HdfiveError("IO", "disk full");
    }
    this.log.push({ offset, length: bytes.length });
    super.writeSync(offset, bytes);
  }

  override truncateSync(size: number): void {
    this.log.push({ offset: size, length: 0 });
    super.truncateSync(size);
  }
}

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

function fileWith(links: number): { storage: LoggedStorage; state: FileState } {
  const storage = new LoggedStorage();
  const state = runSync(createFileState(storage, { writable: true }));
  edit(state, 0, links);
  runSync(commit(state));
  storage.log.length = 0;
  return { storage, state };
}

function edit(state: FileState, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const step = (tx: Tx): void => {
      const group = ensureGroups(tx, rootOf(tx), ["group"]);
      insertLink(tx, requireGroup(tx, group), { name: `link${i}`, kind: "soft", target: `target ${i}` });
    };
    transact(state, step).sync();
  }
}

describe("a flush", () => {
  it("writes what is new, then the superblock when the file grows, then what is live, children before parents", () => {
    const { storage, state } = fileWith(40);
    const end = storage.size;
    edit(state, 40, 60);
    const { phases, superblockPhase } = planCommit(state);
    const codecOf = (offset: number): string | undefined => state.dirtyNodes.get(offset)?.codec.name;
    const kinds = phases.map((phase) => [...new Set(phase.map(({ offset }) => codecOf(offset)))]);
    expect(phases[0]?.every(({ offset }) => state.fresh.has(offset))).toBe(true);
    expect(phases[0]?.some(({ offset }) => offset >= end)).toBe(true);
    for (const phase of phases.slice(1)) {
      expect(phase.every(({ offset }) => !state.fresh.has(offset))).toBe(true);
    }
    expect(superblockPhase).toBe(1);
    expect(phases[1]).toEqual([expect.objectContaining({ offset: 0 })]);
    const live = kinds.slice(2).flat();
    const order = ["local-heap", "symbol-node", "group-node", "object-header"];
    const ranks = live.filter((kind) => kind !== undefined).map((kind) => order.indexOf(kind));
    expect(ranks).toEqual([...ranks].sort());
    expect(ranks.length).toBeGreaterThan(1);
    runSync(commit(state));
    expect(storage.log.map(({ offset }) => offset)).toEqual(phases.flat().map(({ offset }) => offset));
  });

  it("writes the superblock last when the file does not grow: the end that it had must hold until then", () => {
    const { storage, state } = fileWith(40);
    transact(state, (tx) => tx.alloc(5000)).sync();
    runSync(commit(state));
    const end = state.allocator.endOfFile;
    transact(state, (tx) => tx.free(end - 5000, 5000)).sync();
    state.superblockDirty = true;
    runSync(commit(state));
    edit(state, 40, 41);
    const { phases, superblockPhase } = planCommit(state);
    expect(superblockPhase).toBe(phases.length - 1);
    expect(phases.length).toBeGreaterThan(2);
    runSync(commit(state));
    expect(state.allocator.endOfFile).toBeLessThan(end);
    expect(storage.log.at(-1)?.offset).toBe(0);
  });

  it("writes nothing when nothing was changed, and only once what was", () => {
    const { storage, state } = fileWith(10);
    const commits = state.commits;
    runSync(commit(state));
    expect(storage.log).toEqual([]);
    expect(state.commits).toBe(commits);
    edit(state, 10, 11);
    runSync(commit(state));
    const written = storage.log.length;
    expect(written).toBeGreaterThan(0);
    runSync(commit(state));
    expect(storage.log).toHaveLength(written);
  });

  it("that fails at any write leaves the changes to be flushed again, with the same file at the end", () => {
    const whole = fileWith(30);
    edit(whole.state, 30, 70);
    runSync(commit(whole.state));
    const writes = whole.storage.log.length;
    expect(writes).toBeGreaterThan(4);
    for (let n = 1; n <= writes; n++) {
      const { storage, state } = fileWith(30);
      edit(state, 30, 70);
      storage.failAt = n;
      expect(() => runSync(commit(state))).toThrow("disk full");
      expect(() => runSync(commit(state))).toThrow("disk full");
      storage.failAt = Number.POSITIVE_INFINITY;
      runSync(commit(state));
      expect(Buffer.compare(storage.image(), whole.storage.image())).toBe(0);
    }
  });

  it("does not use again what the file on the disk needs until a flush is done, so that a crash before it loses nothing", () => {
    const { storage, state } = fileWith(60);
    transact(state, (tx) => {
      const { address } = resolvePath(tx, rootOf(tx), "group");
      removeLink(tx, requireGroup(tx, rootOf(tx)), "group");
      unlinkObject(tx, address);
      ensureGroups(tx, rootOf(tx), ["another", "deeper"]);
    }).sync();
    const newWrites = planCommit(state).phases[0] ?? [];
    expect(newWrites.length).toBeGreaterThan(0);
    for (const { offset, bytes } of newWrites) {
      storage.writeSync(offset, bytes);
    }
    const left = runSync(openFileState(new MemoryStorage(storage.image().slice()), { writable: false }));
    const names = transact(left, (tx) => {
      const { address } = resolvePath(tx, rootOf(tx), "group");
      return listLinks(tx, requireGroup(tx, address), null, 100).links.length;
    }).sync();
    expect(names).toBe(60);
    const { retiredBytes } = state.allocator;
    expect(retiredBytes).toBeGreaterThan(2000);
    runSync(commit(state));
    expect(state.allocator.retiredBytes).toBe(0);
    expect(state.allocator.freeBytes).toBeGreaterThanOrEqual(retiredBytes);
  });

  it("gives what it made free to nobody when it fails, and frees it when it is repeated", () => {
    const { storage, state } = fileWith(60);
    transact(state, (tx) => {
      const { address } = resolvePath(tx, rootOf(tx), "group");
      removeLink(tx, requireGroup(tx, rootOf(tx)), "group");
      unlinkObject(tx, address);
    }).sync();
    const { retiredBytes } = state.allocator;
    storage.failAt = 1;
    expect(() => runSync(commit(state))).toThrow("disk full");
    expect(state.allocator.retiredBytes).toBe(retiredBytes);
    storage.failAt = Number.POSITIVE_INFINITY;
    runSync(commit(state));
    expect(state.allocator.retiredBytes).toBe(0);
  });

  it("that fails before the live structures leaves a file with what it had", () => {
    const { storage, state } = fileWith(30);
    transact(state, (tx) => ensureGroups(tx, rootOf(tx), ["another", "deeper"])).sync();
    storage.failAt = (planCommit(state).phases[0]?.length ?? 0) + 1;
    expect(storage.failAt).toBeGreaterThan(1);
    expect(() => runSync(commit(state))).toThrow("disk full");
    const left = runSync(openFileState(new MemoryStorage(storage.image().slice()), { writable: false }));
    const namesIn = (path: string): string[] => {
      const list = (tx: Tx) => listLinks(tx, requireGroup(tx, resolvePath(tx, rootOf(tx), path).address), null, 100);
      return transact(left, list)
        .sync()
        .links.map(({ name }) => name);
    };
    expect(namesIn("/")).toEqual(["group"]);
    expect(namesIn("group")).toHaveLength(30);
  });

  it("gives the storage its length before the superblock promises it", () => {
    const { storage, state } = fileWith(1);
    const size = storage.size;
    transact(state, (tx) => tx.alloc(10_000)).sync();
    runSync(commit(state));
    expect(storage.log).toEqual([
      { offset: size + 10_000, length: 0 },
      { offset: 0, length: 96 },
    ]);
  });
});
