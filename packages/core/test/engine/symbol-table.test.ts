import { encodeText, type SymbolTable } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countEntries, createSymbolTable, findEntry, listEntries } from "../../src/engine/groups/symbol-table.js";
import { insertEntry, removeEntry } from "../../src/engine/groups/symbol-table-edit.js";
import { type EngineFile, newFile, openFile } from "./engine-file.js";
import { walkGroup } from "./group-walker.js";

const { compare } = Buffer;
const byBytes = (a: string, b: string): number => compare(Buffer.from(a), Buffer.from(b));

/** A pool of names that share beginnings, differ in length and go beyond ASCII. */
function nameOf(index: number): string {
  const kinds = [
    `n${index}`,
    `group-${String(index).padStart(5, "0")}`,
    `é${index}`,
    `長い名前-${index}`,
    `\u{1f600}${index}`,
  ];
  return `${kinds[index % kinds.length]}${"x".repeat((index * 7) % 23)}`;
}

interface Edit {
  readonly remove: boolean;
  readonly name: number;
  readonly soft: boolean;
}

const edits = (names: number, maxLength: number): fc.Arbitrary<Edit[]> =>
  fc.array(
    fc.record({
      remove: fc.integer({ min: 0, max: 9 }).map((n) => n < 4),
      name: fc.nat(names - 1),
      soft: fc.boolean(),
    }),
    { minLength: 1, maxLength, size: "max" },
  );

/** Smaller nodes make deep trees of few names. */
function withK(file: EngineFile, groupLeafK: number, groupInternalK: number): void {
  file.state.context = { ...file.state.context, groupLeafK, groupInternalK };
  file.state.superblock = { ...file.state.superblock, groupLeafK, groupInternalK };
}

type Target = { readonly kind: "hard"; readonly address: number } | { readonly kind: "soft"; readonly target: string };

async function applyEdits(file: EngineFile, table: SymbolTable, list: readonly Edit[]): Promise<Map<string, Target>> {
  const model = new Map<string, Target>();
  for (const [i, { remove, name: index, soft }] of list.entries()) {
    const name = nameOf(index);
    const bytes = encodeText(name);
    if (remove) {
      expect(await file.do((tx) => removeEntry(tx, table, bytes))).toBe(model.delete(name));
    } else {
      const target: Target = soft ? { kind: "soft", target: `/to/${i}` } : { kind: "hard", address: i * 8 };
      const added = await file.do((tx) =>
        insertEntry(
          tx,
          table,
          bytes,
          target.kind === "soft"
            ? { kind: "soft", target: encodeText(target.target) }
            : { ...target, symbolTable: null },
        ),
      );
      expect(added).toBe(!model.has(name));
      if (added) {
        model.set(name, target);
      }
    }
  }
  return model;
}

async function expectSame(
  file: EngineFile,
  table: SymbolTable,
  model: Map<string, Target>,
  page: number,
): Promise<void> {
  const sorted = [...model].sort(([a], [b]) => byBytes(a, b));
  const listed: [string, Target][] = [];
  let after: Uint8Array | null = null;
  do {
    const from: Uint8Array | null = after;
    const { entries, next }: ReturnType<typeof listEntries> = await file.do((tx) => listEntries(tx, table, from, page));
    expect(entries.length).toBeLessThanOrEqual(page);
    listed.push(...entries.map(({ name, target }): [string, Target] => [name, target]));
    after = next;
  } while (after !== null);
  expect(listed).toEqual(sorted);
  expect(await file.do((tx) => countEntries(tx, table))).toBe(model.size);
  for (const [name, target] of sorted.slice(0, 50)) {
    expect(await file.do((tx) => findEntry(tx, table, encodeText(name)))).toEqual(target);
  }
  expect(await file.do((tx) => findEntry(tx, table, encodeText("not there")))).toBeNull();
}

describe("a symbol table", () => {
  for (const [leafK, internalK] of [
    [4, 16],
    [1, 1],
    [2, 2],
  ] as const) {
    it(`with K ${leafK} and ${internalK} holds what a map holds after any edits, and its tree keeps every invariant`, async () => {
      const names = leafK === 4 ? 1500 : 150;
      await fc.assert(
        fc.asyncProperty(
          edits(names, leafK === 4 ? 3000 : 500),
          fc.integer({ min: 1, max: 400 }),
          async (list, page) => {
            const file = await newFile(false);
            withK(file, leafK, internalK);
            const table = await file.do(createSymbolTable);
            const model = await applyEdits(file, table, list);
            await expectSame(file, table, model, page);
            const image = await file.image();
            const walked = walkGroup(image, table, { leafK, internalK });
            expect(walked.names).toEqual([...model.keys()].sort(byBytes));
            const again = await openFile(image);
            await expectSame(again, table, model, page);
          },
        ),
        // Making thousands of edits fewer takes longer than reading them; small K finds the same with few.
        { numRuns: leafK === 4 ? 12 : 40, endOnFailure: leafK === 4, interruptAfterTimeLimit: 50_000 },
      );
    });
  }

  it("gives the same results over a storage that always has to be waited for and caches that keep nothing", async () => {
    await fc.assert(
      fc.asyncProperty(edits(120, 150), async (list) => {
        const file = await newFile(true);
        withK(file, 2, 2);
        const table = await file.do(createSymbolTable);
        const half = list.length >>> 1;
        const first = await applyEdits(file, table, list.slice(0, half));
        const image = await file.image();
        expect(walkGroup(image, table, { leafK: 2, internalK: 2 }).names).toEqual([...first.keys()].sort(byBytes));
        // Everything is on disk now, so that from here on every structure has to be waited for.
        const again = await openFile(image, true);
        await expectSame(again, table, first, 7);
        for (const name of first.keys()) {
          expect(await again.do((tx) => removeEntry(tx, table, encodeText(name)))).toBe(true);
          await again.image();
        }
        expect(walkGroup(await again.image(), table, { leafK: 2, internalK: 2 }).names).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it("goes back to an empty node of level 0 when the last of many links goes, from either end", async () => {
    for (const order of [(list: string[]) => list, (list: string[]) => list.toReversed()]) {
      const file = await newFile(false);
      const table = await file.do(createSymbolTable);
      const names = Array.from({ length: 2000 }, (_, i) => `name${i}`).sort(byBytes);
      for (const name of names) {
        file.do((tx) => insertEntry(tx, table, encodeText(name), { kind: "hard", address: 96, symbolTable: null }));
      }
      expect(walkGroup(await file.image(), table).levels).toBe(2);
      const before = file.state.allocator.endOfFile - file.state.allocator.freeBytes;
      for (const name of order(names)) {
        file.do((tx) => removeEntry(tx, table, encodeText(name)));
      }
      expect(walkGroup(await file.image(), table)).toMatchObject({ names: [], levels: 0 });
      const after = file.state.allocator.endOfFile - file.state.allocator.freeBytes;
      expect(before - after, "nodes are given back").toBeGreaterThan(2000 * 40);
    }
  });

  it("fills its nodes as libhdf5 does when names come in order: half the entries, nine tenths of the children", async () => {
    const file = await newFile(false);
    const table = await file.do(createSymbolTable);
    for (let i = 0; i < 400; i++) {
      const name = encodeText(`n${String(i).padStart(4, "0")}`);
      file.do((tx) => insertEntry(tx, table, name, { kind: "hard", address: 96, symbolTable: null }));
    }
    const image = await file.image();
    const { fill } = walkGroup(image, table);
    expect(fill.slice(0, -1).every((count) => count === 4)).toBe(true);
    const view = new DataView(image.buffer);
    const left = Number(view.getBigUint64(table.btreeAddress + 32, true));
    expect(view.getUint16(left + 6, true)).toBe(28);
  });

  it("splits a full node in two halves, a name that belongs between them going to the left", async () => {
    for (const [added, fill] of [
      ["a", [5, 4]],
      ["n3x", [5, 4]],
      ["n4x", [4, 5]],
      ["z", [4, 5]],
    ] as const) {
      const file = await newFile(false);
      const table = await file.do(createSymbolTable);
      for (const name of ["n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", added]) {
        file.do((tx) => insertEntry(tx, table, encodeText(name), { kind: "hard", address: 96, symbolTable: null }));
      }
      expect(walkGroup(await file.image(), table).fill).toEqual(fill);
    }
  });

  it("refuses a tree that leads twice to the same node, and one whose levels do not go down", async () => {
    const file = await newFile(false);
    const table = await file.do(createSymbolTable);
    for (let i = 0; i < 20; i++) {
      file.do((tx) => insertEntry(tx, table, encodeText(`n${i}`), { kind: "hard", address: 96, symbolTable: null }));
    }
    const image = await file.image();
    const view = new DataView(image.buffer);
    view.setBigUint64(table.btreeAddress + 48, view.getBigUint64(table.btreeAddress + 32, true), true);
    const twice = await openFile(image);
    expect(() => twice.do((tx) => countEntries(tx, table))).toThrowError(/twice/);
    view.setBigUint64(table.btreeAddress + 32, BigInt(table.btreeAddress), true);
    view.setUint8(table.btreeAddress + 5, 3);
    const loop = await openFile(image);
    expect(() => loop.do((tx) => countEntries(tx, table))).toThrowError(/twice/);
    expect(() => loop.do((tx) => findEntry(tx, table, encodeText("n1")))).toThrowError(/level 3 below level 3/);
  });
});
