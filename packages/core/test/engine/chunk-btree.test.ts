import { FormatError, HdfiveError } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import type { ChunkBounds, ChunkIndex, ChunkPage, ChunkRecord } from "../../src/engine/chunk-index/chunk-record.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import { Tx } from "../../src/engine/transaction/tx.js";
import {
  DEFAULT_K,
  flushed,
  indexAt,
  newFile,
  reopen,
  run,
  runSlow,
  storm,
  walkedRecords,
  walkTree,
} from "./chunk-fixture.js";

const SHAPES: Readonly<Record<number, readonly number[]>> = { 1: [10], 2: [3, 5], 3: [2, 1, 7] };
const SIDE: Readonly<Record<number, number>> = { 1: 120, 2: 11, 3: 5 };

const compare = (a: readonly number[], b: readonly number[]): number => {
  const d = a.findIndex((at, i) => at !== b[i]);
  return d < 0 ? 0 : a[d]! - b[d]!;
};

const sorted = (model: ReadonlyMap<string, ChunkRecord>): ChunkRecord[] =>
  [...model.values()].sort((a, b) => compare(a.scaled, b.scaled));

type Command =
  | { readonly kind: "upsert"; readonly records: readonly ChunkRecord[] }
  | { readonly kind: "remove"; readonly scaled: readonly number[] }
  | { readonly kind: "removeRow"; readonly row: number }
  | { readonly kind: "removeAll"; readonly limit: number };

function scenario(
  rank: number,
): fc.Arbitrary<{ chunkK: number; commands: Command[]; bounds: ChunkBounds; limit: number }> {
  const side = SIDE[rank]!;
  const place = fc.array(fc.nat({ max: side - 1 }), { minLength: rank, maxLength: rank });
  const record = fc.record({
    scaled: place,
    address: fc.nat(1_000_000),
    storedSize: fc.integer({ min: 1, max: 99 }),
    filterMask: fc.nat(3),
  });
  const upsert = fc
    .uniqueArray(record, { selector: ({ scaled }) => scaled.join(), minLength: 1, maxLength: 40 })
    .map((records) => ({ kind: "upsert" as const, records: records.sort((a, b) => compare(a.scaled, b.scaled)) }));
  const command: fc.Arbitrary<Command> = fc.oneof(
    { weight: 8, arbitrary: upsert },
    { weight: 4, arbitrary: place.map((scaled) => ({ kind: "remove" as const, scaled })) },
    { weight: 3, arbitrary: fc.nat({ max: side - 1 }).map((row) => ({ kind: "removeRow" as const, row })) },
    { weight: 1, arbitrary: fc.nat(30).map((limit) => ({ kind: "removeAll" as const, limit })) },
  );
  return fc.record({
    chunkK: fc.constantFrom(1, 2, 2, 3, DEFAULT_K),
    commands: fc.array(command, { minLength: 1, maxLength: 25 }),
    bounds: fc.tuple(place, place).map(([a, b]) => ({
      first: a.map((at, i) => Math.min(at, b[i]!)),
      last: a.map((at, i) => Math.max(at, b[i]!)),
    })),
    limit: fc.integer({ min: 1, max: 50 }),
  });
}

type Run = <T>(operation: (tx: Tx) => T) => T | Promise<T>;

/** Does a command to an index and to the model; the index's address afterwards. */
async function apply(
  run: Run,
  index: ChunkIndex,
  address: number | null,
  model: Map<string, ChunkRecord>,
  command: Command,
): Promise<number | null> {
  switch (command.kind) {
    case "upsert": {
      const { records } = command;
      const change = await run((tx) =>
        records.length === 1 ? index.upsert(tx, records[0]!) : index.upsertMany(tx, records),
      );
      expect(change.previous).toEqual(records.flatMap(({ scaled }) => model.get(scaled.join()) ?? []));
      for (const record of records) {
        model.set(record.scaled.join(), record);
      }
      return change.indexAddress;
    }
    case "remove": {
      const key = command.scaled.join();
      expect(await run((tx) => index.remove(tx, command.scaled))).toEqual(model.get(key) ?? null);
      model.delete(key);
      return address;
    }
    case "removeRow": {
      for (const [key, record] of model) {
        if (record.scaled[0] === command.row || record.scaled[0] === command.row + 1) {
          expect(await run((tx) => index.remove(tx, record.scaled))).toEqual(record);
          model.delete(key);
        }
      }
      return address;
    }
    case "removeAll": {
      const expected = sorted(model);
      const { removed, done } = await run((tx) => index.removeAll(tx, command.limit));
      expect(removed).toEqual(expected.slice(0, removed.length));
      expect(removed.length).toBeGreaterThanOrEqual(Math.min(command.limit, expected.length));
      expect(done).toBe(removed.length === expected.length);
      for (const { scaled } of removed) {
        model.delete(scaled.join());
      }
      return done ? null : address;
    }
  }
}

async function listAll(run: Run, index: ChunkIndex, limit: number, bounds?: ChunkBounds): Promise<ChunkRecord[]> {
  const all: ChunkRecord[] = [];
  let after: readonly number[] | null = null;
  do {
    const from: readonly number[] | null = after;
    const page: ChunkPage = await run((tx) => index.list(tx, from, limit, bounds));
    expect(page.records.length).toBeLessThanOrEqual(limit);
    all.push(...page.records);
    after = page.next;
  } while (after !== null);
  return all;
}

async function checkReads(
  run: Run,
  index: ChunkIndex,
  model: ReadonlyMap<string, ChunkRecord>,
  { bounds, limit }: { bounds: ChunkBounds; limit: number },
): Promise<void> {
  const expected = sorted(model);
  const { first, last } = bounds;
  expect(await run((tx) => index.count(tx))).toBe(expected.length);
  expect(await listAll(run, index, limit)).toEqual(expected);
  expect(await listAll(run, index, limit, bounds)).toEqual(
    expected.filter(({ scaled }) => scaled.every((at, i) => at >= first[i]! && at <= last[i]!)),
  );
  const places = [first, last, ...expected.map(({ scaled }) => scaled)].sort(compare);
  const found = places.map((place) => model.get(place.join()) ?? null);
  expect(await run((tx) => index.findMany(tx, places))).toEqual(found);
  for (const place of [first, last]) {
    expect(await run((tx) => index.find(tx, place))).toEqual(model.get(place.join()) ?? null);
  }
}

describe.each([1, 2, 3])("a chunk B-tree of rank %i", (rank) => {
  const shape = SHAPES[rank]!;

  it("behaves as a sorted map and stays the tree that libhdf5 expects", async () => {
    await fc.assert(
      fc.asyncProperty(scenario(rank), async ({ chunkK, commands, ...reads }) => {
        const { state, storage } = newFile(chunkK);
        const model = new Map<string, ChunkRecord>();
        const here: Run = (operation) => run(state, operation);
        let address: number | null = null;
        for (const command of commands) {
          address = await apply(here, indexAt(address, shape), address, model, command);
          if (address !== null) {
            const levels = walkTree(flushed(state, storage), address, rank, chunkK);
            expect(walkedRecords(levels, shape)).toEqual(sorted(model));
          }
        }
        await checkReads(here, indexAt(address, shape), model, reads);
      }),
      { numRuns: 60 },
    );
  });

  it("gives the same under a storage that answers late and a memory that keeps nothing", async () => {
    await fc.assert(
      fc.asyncProperty(scenario(rank), async ({ chunkK, commands, ...reads }) => {
        const file = newFile(chunkK);
        const half = commands.length >> 1;
        const model = new Map<string, ChunkRecord>();
        let address: number | null = null;
        for (const command of commands.slice(0, half)) {
          address = await apply(
            (operation) => run(file.state, operation),
            indexAt(address, shape),
            address,
            model,
            command,
          );
        }
        const slow = await storm(file.state, file.storage);
        const later: Run = (operation) => runSlow(slow, operation);
        await checkReads(later, indexAt(address, shape), model, reads);
        for (const command of commands.slice(half)) {
          address = await apply(later, indexAt(address, shape), address, model, command);
        }
        await checkReads(later, indexAt(address, shape), model, reads);
      }),
      { numRuns: 40 },
    );
  });

  it("is the same tree whether chunks come one by one or many at once", () => {
    fc.assert(
      fc.property(scenario(rank), ({ chunkK, commands }) => {
        const [single, bulk] = [newFile(chunkK), newFile(chunkK)];
        const addresses: [number | null, number | null] = [null, null];
        for (const command of commands) {
          if (command.kind === "upsert") {
            for (const record of command.records) {
              addresses[0] = run(single.state, (tx) => indexAt(addresses[0], shape).upsert(tx, record)).indexAddress;
            }
            const { records } = command;
            addresses[1] = run(bulk.state, (tx) => indexAt(addresses[1], shape).upsertMany(tx, records)).indexAddress;
          }
        }
        expect(addresses[0]).toBe(addresses[1]);
        expect(flushed(bulk.state, bulk.storage)).toEqual(flushed(single.state, single.storage));
      }),
      { numRuns: 40 },
    );
  });
});

/** A file with `count` chunks in one row, or on a grid `width` chunks wide. */
function filled(count: number, chunkK: number, width?: number): { state: FileState; address: number; shape: number[] } {
  const { state } = newFile(chunkK);
  const shape = width === undefined ? [10] : [4, 4];
  const records = Array.from({ length: count }, (_, i) => ({
    scaled: width === undefined ? [i] : [Math.floor(i / width), i % width],
    address: 100_000_000 + 8 * i,
    storedSize: 8,
    filterMask: 0,
  }));
  const { indexAddress } = run(state, (tx) => indexAt(null, shape).upsertMany(tx, records));
  return { state, address: indexAddress, shape };
}

/** Addresses that an operation reads as nodes. */
function nodesRead<T>(state: FileState, operation: (tx: Tx) => T): { result: T; nodes: Set<number> } {
  const tx = new Tx(state, new Set());
  const node = vi.spyOn(tx, "node");
  const result = operation(tx);
  return { result, nodes: new Set(node.mock.calls.map(([, address]) => address)) };
}

describe("a chunk B-tree that is filled in order", () => {
  it("holds 57 of 64 children in every node but the last of a level, as libhdf5 leaves it", () => {
    const { state, storage } = newFile(DEFAULT_K);
    let address: number | null = null;
    for (let i = 0; i < 100_000; i++) {
      const record = { scaled: [i], address: 100_000_000 + i, storedSize: 4, filterMask: 0 };
      address = run(state, (tx) => indexAt(address, [10]).upsert(tx, record)).indexAddress;
    }
    const levels = walkTree(flushed(state, storage), address!, 1, DEFAULT_K);
    expect(levels.map((level) => level.length)).toEqual([1, 31, 1755]);
    for (const level of levels.slice(1)) {
      expect(new Set(level.slice(0, -1).map(({ children }) => children.length))).toEqual(new Set([57]));
    }
  });

  it("takes 100,000 chunks in one call with few nodes read for each", () => {
    const { state } = newFile(DEFAULT_K);
    const records = Array.from({ length: 100_000 }, (_, i) => ({
      scaled: [i],
      address: i,
      storedSize: 4,
      filterMask: 0,
    }));
    const tx = new Tx(state, new Set());
    const node = vi.spyOn(tx, "node");
    indexAt(null, [10]).upsertMany(tx, records);
    expect(node.mock.calls.length).toBeLessThan(20_000);
  });

  it("is read for a box only where the box is", () => {
    const { state, address, shape } = filled(10_000, DEFAULT_K, 100);
    const index = indexAt(address, shape);
    const all = nodesRead(state, (tx) => index.count(tx)).nodes.size;
    expect(all).toBeGreaterThan(175);
    const row = nodesRead(state, (tx) => index.list(tx, null, 1000, { first: [50, 0], last: [50, 99] }));
    expect(row.result.records).toHaveLength(100);
    expect(row.result.next).toBeNull();
    // A row of 100 chunks lies in three leaves of 57 at most; above them a root and at most two nodes.
    expect(row.nodes.size).toBeLessThanOrEqual(6);
    const one = nodesRead(state, (tx) => index.list(tx, null, 1000, { first: [7, 3], last: [7, 3] }));
    expect(one.result.records).toHaveLength(1);
    expect(one.nodes.size).toBeLessThanOrEqual(3);
    const none = nodesRead(state, (tx) => index.list(tx, null, 1000, { first: [100, 0], last: [200, 99] }));
    expect(none.result).toEqual({ records: [], next: null });
  });

  it("is listed in pages that read what the page needs", () => {
    const { state, address, shape } = filled(100_000, DEFAULT_K);
    const index = indexAt(address, shape);
    let after: readonly number[] | null = null;
    let pages = 0;
    let count = 0;
    do {
      const from: readonly number[] | null = after;
      const { result, nodes } = nodesRead(state, (tx): ChunkPage => index.list(tx, from, 1000));
      expect(nodes.size).toBeLessThan(45);
      count += result.records.length;
      pages++;
      after = result.next;
    } while (after !== null);
    expect(count).toBe(100_000);
    expect(pages).toBe(100);
  });

  it("costs fetches by its depth, not by its leaves", async () => {
    const { state, storage } = newFile(DEFAULT_K);
    const records = Array.from({ length: 20_000 }, (_, i) => ({
      scaled: [i],
      address: i,
      storedSize: 4,
      filterMask: 0,
    }));
    const { indexAddress } = run(state, (tx) => indexAt(null, [10]).upsertMany(tx, records));
    const slow = await storm(state, storage);
    const index = indexAt(indexAddress, [10]);
    const attempts = async <T>(operation: (tx: Tx) => T): Promise<number> => {
      let runs = 0;
      await runSlow(slow, (tx) => {
        runs++;
        return operation(tx);
      });
      return runs;
    };
    expect(await attempts((tx) => index.count(tx))).toBeLessThanOrEqual(4);
    expect(
      await attempts((tx) =>
        index.findMany(
          tx,
          records.map(({ scaled }) => scaled),
        ),
      ),
    ).toBeLessThanOrEqual(4);
    expect(await attempts((tx) => index.list(tx, null, 5000))).toBeLessThanOrEqual(4);
    const moved = records.map((record) => ({ ...record, storedSize: 5 }));
    expect(await attempts((tx) => index.upsertMany(tx, moved))).toBeLessThanOrEqual(5);
    expect(await attempts((tx) => index.removeAll(tx, 20_000))).toBeLessThanOrEqual(5);
  });

  it("gives every node back when all chunks are removed", () => {
    const { state } = newFile(2);
    const before = state.allocator.endOfFile;
    const records = Array.from({ length: 500 }, (_, i) => ({ scaled: [i], address: i, storedSize: 4, filterMask: 0 }));
    const { indexAddress } = run(state, (tx) => indexAt(null, [10]).upsertMany(tx, records));
    expect(state.allocator.endOfFile).toBeGreaterThan(before);
    for (let left = 500; left > 0; ) {
      const { removed, done } = run(state, (tx) => indexAt(indexAddress, [10]).removeAll(tx, 60));
      left -= removed.length;
      expect(done).toBe(left === 0);
    }
    expect(state.allocator.endOfFile).toBe(before);
    expect(state.allocator.freeBytes).toBe(0);
    expect(run(state, (tx) => indexAt(null, [10]).removeAll(tx, 60))).toEqual({ removed: [], done: true });
  });
});

describe("a chunk B-tree that is emptied chunk by chunk", () => {
  it("keeps nothing but its root, in which chunks can be recorded again", () => {
    const { state, storage } = newFile(2);
    const records = Array.from({ length: 300 }, (_, i) => ({ scaled: [i], address: i, storedSize: 4, filterMask: 0 }));
    const { indexAddress } = run(state, (tx) => indexAt(null, [10]).upsert(tx, records[0]!));
    const { endOfFile } = state.allocator;
    const index = indexAt(indexAddress, [10]);
    run(state, (tx) => index.upsertMany(tx, records));
    for (const { scaled } of records) {
      expect(run(state, (tx) => index.remove(tx, scaled))).not.toBeNull();
    }
    expect(state.allocator.endOfFile - state.allocator.freeBytes).toBe(endOfFile);
    expect(run(state, (tx) => index.list(tx, null, 10))).toEqual({ records: [], next: null });
    const root = walkTree(flushed(state, storage), indexAddress, 1, 2)[0]![0]!;
    expect(root).toMatchObject({ level: 0, children: [] });
    run(state, (tx) => index.upsertMany(tx, records));
    expect(walkedRecords(walkTree(flushed(state, storage), indexAddress, 1, 2), [10])).toEqual(records);
  });
});

describe("a broken chunk B-tree", () => {
  /** The tree of 40 chunks in nodes of 4, as bytes that a test may spoil. */
  function spoiled(spoil: (view: DataView, levels: ReturnType<typeof walkTree>) => void): {
    state: FileState;
    index: ChunkIndex;
  } {
    const { state, storage } = newFile(2);
    const records = Array.from({ length: 40 }, (_, i) => ({
      scaled: [i],
      address: 8 * i,
      storedSize: 4,
      filterMask: 0,
    }));
    const { indexAddress } = run(state, (tx) => indexAt(null, [10]).upsertMany(tx, records));
    const bytes = flushed(state, storage);
    spoil(new DataView(bytes.buffer, bytes.byteOffset), walkTree(bytes, indexAddress, 1, 2));
    return { state: reopen(storage, 2), index: indexAt(indexAddress, [10]) };
  }

  const reads: readonly ((tx: Tx, index: ChunkIndex) => unknown)[] = [
    (tx, index) => index.list(tx, null, 1000),
    (tx, index) => index.count(tx),
    (tx, index) =>
      index.findMany(
        tx,
        Array.from({ length: 40 }, (_, i) => [i]),
      ),
    (tx, index) => index.removeAll(tx, 1000),
  ];

  it("is refused when a child is not one level below its parent", () => {
    const { state, index } = spoiled((view, levels) => view.setUint8(levels[1]![0]!.address + 5, levels[0]![0]!.level));
    for (const read of reads) {
      expect(() => run(state, (tx) => read(tx, index))).toThrow(FormatError);
    }
    expect(() => run(state, (tx) => index.find(tx, [0]))).toThrow(FormatError);
    expect(() => run(state, (tx) => index.remove(tx, [0]))).toThrow(FormatError);
    expect(() =>
      run(state, (tx) => index.upsert(tx, { scaled: [0], address: 0, storedSize: 1, filterMask: 0 })),
    ).toThrow(FormatError);
  });

  it("is refused when it goes round in a circle", () => {
    const { state, index } = spoiled((view, levels) =>
      view.setBigUint64(levels[0]![0]!.address + 24 + 24, BigInt(levels[0]![0]!.address), true),
    );
    for (const read of reads) {
      expect(() => run(state, (tx) => read(tx, index))).toThrow(FormatError);
    }
  });

  it("is refused when two parents share a child", () => {
    const { state, index } = spoiled((view, levels) => {
      const root = levels[0]![0]!;
      view.setBigUint64(root.address + 24 + 24 + 32, BigInt(root.children[0]!), true);
    });
    for (const read of [reads[0]!, reads[1]!, reads[3]!]) {
      expect(() => run(state, (tx) => read(tx, index))).toThrow(FormatError);
    }
  });

  it("does not free a shared child twice, however thin its nodes are", () => {
    const { state, storage } = newFile(2);
    const records = Array.from({ length: 12 }, (_, i) => ({ scaled: [i], address: i, storedSize: 4, filterMask: 0 }));
    const { indexAddress } = run(state, (tx) => indexAt(null, [10]).upsertMany(tx, records));
    const index = indexAt(indexAddress, [10]);
    for (const [root, ...rest] of walkTree(flushed(state, storage), indexAddress, 1, 2).slice(-1)) {
      for (const { keys, children } of [root!, ...rest]) {
        for (let i = 1; i < children.length; i++) {
          run(state, (tx) => index.remove(tx, [keys[i]![2]! / 10]));
        }
      }
    }
    const bytes = flushed(state, storage);
    const { children } = walkTree(bytes, indexAddress, 1, 2)[0]![0]!;
    // The removal looks ahead by three leaves; the fourth is the first again.
    expect(children).toHaveLength(4);
    const last = children.length - 1;
    new DataView(bytes.buffer).setBigUint64(indexAddress + 24 + last * 32 + 24, BigInt(children[0]!), true);
    const broken = reopen(storage, 2);
    expect(() => run(broken, (tx) => index.removeAll(tx, children.length))).toThrow(/comes to it twice/);
  });

  it("is refused when a chunk is off the grid", () => {
    const { state, index } = spoiled((view, levels) =>
      view.setBigUint64(levels.at(-1)![0]!.address + 24 + 8, 3n, true),
    );
    for (const read of reads) {
      expect(() => run(state, (tx) => read(tx, index))).toThrow(/not on the grid/);
    }
  });

  it("is refused when its chunks are out of order", () => {
    const { state, index } = spoiled((view, levels) =>
      view.setBigUint64(levels.at(-1)![0]!.address + 24 + 8, 700n, true),
    );
    expect(() => run(state, (tx) => index.list(tx, null, 1000))).toThrow(/stands after/);
  });

  it("is refused when a node below the root is empty", () => {
    const { state, index } = spoiled((view, levels) => view.setUint16(levels.at(-1)![1]!.address + 6, 0, true));
    for (const read of reads) {
      expect(() => run(state, (tx) => read(tx, index))).toThrow(/no children/);
    }
  });

  it("is refused when datasets with other chunks claim it", () => {
    const { state, address } = filled(40, 2);
    run(state, (tx) => indexAt(address, [10]).count(tx));
    expect(() => run(state, (tx) => indexAt(address, [5]).count(tx))).toThrow(/share it/);
    expect(() => run(state, (tx) => indexAt(address, [10, 10]).count(tx))).toThrow(/share it/);
  });

  it("answers with a FormatError or a value, whatever single byte is changed", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(255), (where, byte) => {
        const { state, index } = spoiled((view, levels) => {
          const nodes = levels.flat();
          const node = nodes[where % nodes.length]!;
          view.setUint8(node.address + (Math.floor(where / nodes.length) % 144), byte);
        });
        for (const read of reads) {
          let failure: unknown;
          try {
            run(state, (tx) => read(tx, index));
          } catch (error) {
            failure = error;
          }
          expect(failure === undefined || failure instanceof FormatError).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("a chunk B-tree's caller", () => {
  it("is told when chunks do not come in ascending order", () => {
    const { state } = newFile(2);
    const record = { scaled: [1], address: 0, storedSize: 1, filterMask: 0 };
    expect(() => run(state, (tx) => indexAt(null, [10]).upsertMany(tx, [record, record]))).toThrow(HdfiveError);
  });

  it("cannot change a file that was opened for reading", () => {
    const { state } = newFile(2);
    const closed = { ...state, writable: false };
    const record = { scaled: [1], address: 0, storedSize: 1, filterMask: 0 };
    expect(() => run(closed, (tx) => indexAt(null, [10]).upsert(tx, record))).toThrow(/no write intent/);
  });
});
