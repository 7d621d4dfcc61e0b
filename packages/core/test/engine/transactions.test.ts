import { HdfiveError, objectHeader } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFileState } from "../../src/engine/file/create.js";
import { openFileState } from "../../src/engine/file/open.js";
import { insertLink, listLinks, requireGroup } from "../../src/engine/groups/links.js";
import { ensureGroups, resolvePath } from "../../src/engine/groups/path.js";
import { putAttribute } from "../../src/engine/object-header/attributes-edit.js";
import { transact } from "../../src/engine/transaction/drive.js";
import type { FileState } from "../../src/engine/transaction/file-state.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { runAsync, runSync } from "../../src/task.js";
import { newFile, openFile } from "./engine-file.js";
import { StormStorage } from "./storm-storage.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

/** All that an operation can change, as values that stay. */
function snapshot(state: FileState): unknown {
  return {
    nodes: [...state.dirtyNodes],
    blocks: [...state.dirtyBlocks].map(([address, bytes]) => [address, bytes.slice()]),
    fresh: [...state.fresh].sort(),
    endOfFile: state.allocator.endOfFile,
    freeBytes: state.allocator.freeBytes,
    heapCursor: state.heapCursor,
    superblock: state.superblock,
    superblockDirty: state.superblockDirty,
  };
}

const int32 = {
  class: "fixed-point",
  version: 1,
  size: 4,
  byteOrder: "LE",
  signed: true,
  lowPad: 0,
  highPad: 0,
  bitOffset: 0,
  bitPrecision: 32,
} as const;

/** One edit of each kind: groups, links, attributes, blocks, space given and taken. */
const EDITS: readonly ((tx: Tx, n: number) => void)[] = [
  (tx, n) => void ensureGroups(tx, rootOf(tx), [`g${n}`, `h${n}`]),
  (tx, n) => {
    insertLink(tx, requireGroup(tx, rootOf(tx)), { name: `s${n}`, kind: "soft", target: "somewhere" });
  },
  (tx, n) => {
    const dataspace = { version: 1, type: "simple", dimensions: [n + 1], maxDimensions: null } as const;
    putAttribute(tx, rootOf(tx), { name: `a${n % 3}`, datatype: int32, dataspace, data: new Uint8Array(4 * n + 4) });
  },
  (tx) => tx.free(tx.alloc(40), 40),
  (tx, n) => tx.putBlock(tx.alloc(16), new Uint8Array(16).fill(n)),
];

describe("an operation that throws", () => {
  it("leaves everything as it was, wherever it throws, over either kind of storage", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(EDITS.length - 1), { maxLength: 8 }),
        fc.array(fc.nat(EDITS.length - 1), { maxLength: 8 }),
        fc.boolean(),
        async (before, during, storm) => {
          const file = await newFile(storm);
          for (const [n, edit] of before.entries()) {
            await file.do((tx) => EDITS[edit]?.(tx, n));
          }
          const expected = snapshot(file.state);
          const failing = async (): Promise<void> => {
            await file.do((tx) => {
              for (const [n, edit] of during.entries()) {
                EDITS[edit]?.(tx, 100 + n);
              }
              throw new HdfiveError("INVALID_ARGUMENT", "enough");
            });
          };
          await expect(failing()).rejects.toThrow("enough");
          expect(snapshot(file.state)).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("gives back what it took even when another took more in between", async () => {
    const file = await newFile(false);
    const end = file.state.allocator.endOfFile;
    expect(() =>
      file.do((tx) => {
        tx.alloc(100);
        file.do((other) => other.putBlock(other.alloc(50), new Uint8Array(50)));
        throw new Error("late");
      }),
    ).toThrow("late");
    expect(file.state.allocator.endOfFile).toBe(end + 150);
    expect(file.state.allocator.freeBytes).toBe(100);
  });
});

describe("an operation that runs again after faults", () => {
  it("has one effect, however many runs it took", async () => {
    const image = await (await populated()).image();
    const calm = await openFile(image);
    const stormy = await openFile(image, true);
    const runs = { calm: 0, stormy: 0 };
    const edit = (of: "calm" | "stormy") => (tx: Tx) => {
      runs[of]++;
      const group = ensureGroups(tx, rootOf(tx), ["g7", "deep", "deeper"]);
      insertLink(tx, requireGroup(tx, group), { name: "end", kind: "soft", target: "/" });
      return group;
    };
    expect(await stormy.do(edit("stormy"))).toBe(await calm.do(edit("calm")));
    expect(runs.calm).toBe(1);
    expect(runs.stormy).toBeGreaterThan(2);
    expect(Buffer.compare(await stormy.image(), await calm.image())).toBe(0);
  });

  it("sees what others did while it waited", async () => {
    const file = await openFile(await (await populated()).image(), true);
    const slow = file.do((tx) => {
      resolvePath(tx, rootOf(tx), "g3");
      const links = listLinks(tx, requireGroup(tx, rootOf(tx)), null, 1000).links;
      return links.map(({ name }) => name);
    });
    const quick = file.do((tx) => ensureGroups(tx, rootOf(tx), ["zz"]));
    await quick;
    const seen = await slow;
    expect(seen.length === 50 || seen.includes("zz")).toBe(true);
  });

  it("lets 400 inserts at the same time all arrive, sorted", async () => {
    const file = await newFile(true);
    const names = Array.from({ length: 400 }, (_, i) => `link${(i * 7919) % 1009}`);
    await file.image();
    await Promise.all(
      names.map((name) =>
        file.do((tx) => insertLink(tx, requireGroup(tx, rootOf(tx)), { name, kind: "soft", target: name })),
      ),
    );
    const image = await file.image();
    const reopened = await openFile(image);
    const { links } = await reopened.do((tx) => listLinks(tx, requireGroup(tx, rootOf(tx)), null, 1000));
    expect(links.map(({ name }) => name)).toEqual([...names].sort());
    expect(file.state.blocks.missing([{ start: 0, end: 1 }])).toEqual([0]);
  });
});

describe("limits", () => {
  it("end an operation that looks at too much", () => {
    const state = runSync(createFileState(new MemoryStorage(), { writable: true, limits: { work: 100 } }));
    const endless = (tx: Tx): void => {
      for (;;) {
        tx.node(objectHeader, rootOf(tx));
      }
    };
    expect(() => transact(state, endless).sync()).toThrow(expect.objectContaining({ code: "LIMIT" }));
  });

  it("end an operation that asks for another block each time it runs", async () => {
    const image = new Uint8Array(2_000_000);
    image.set(await (await populated()).image());
    const storm = new StormStorage(image);
    const state = await runAsync(openFileState(storm, { writable: false, blockBytes: 0, limits: { work: 20 } }));
    let run = 0;
    const wandering = (tx: Tx): void => tx.want([{ address: ++run * 65_536, length: 1 }]);
    await expect(async () => transact(state, wandering).async(undefined)).rejects.toThrow(
      expect.objectContaining({ code: "LIMIT" }),
    );
    expect(run).toBe(21);
  });

  it("let nothing be written to a file that was opened for reading", async () => {
    const image = await (await populated()).image();
    const state = runSync(openFileState(new MemoryStorage(image), { writable: false }));
    const before = snapshot(state);
    const edit = (tx: Tx): unknown => ensureGroups(tx, rootOf(tx), ["new"]);
    expect(() => transact(state, edit).sync()).toThrow(expect.objectContaining({ code: "READ_ONLY" }));
    expect(snapshot(state)).toEqual(before);
  });

  it("let no length of a file cost more than the file has", async () => {
    const storage = new MemoryStorage(await (await populated()).image());
    const state = runSync(openFileState(storage, { writable: false }));
    const peeked = transact(state, (tx) => tx.peek(100, Number.MAX_SAFE_INTEGER).length).sync();
    expect(peeked).toBe(storage.size - 100);
    expect(transact(state, (tx) => tx.peek(2 ** 50, 8).length).sync()).toBe(0);
    const read = (tx: Tx): unknown => tx.bytes(100, 2 ** 40, "test");
    expect(() => transact(state, read).sync()).toThrow(expect.objectContaining({ code: "CORRUPT" }));
  });
});

async function populated(): ReturnType<typeof newFile> {
  const file = await newFile(false);
  for (let i = 0; i < 50; i++) {
    await file.do((tx) => ensureGroups(tx, rootOf(tx), [`g${i}`]));
  }
  return file;
}
