import { MemoryStorage, openStorageSync } from "@hdfive/core";
import { MESSAGE_IDS } from "@hdfive/format";
import { describe, expect, test } from "vitest";
import { type Field, join, planted, type RawMessage } from "./planted.js";
import { okCount, readAll, Specimen } from "./specimen.js";

/** Offsets in the structures of old-style groups. Sections III.A.1, III.B, III.C and III.D. */
const NODE = { type: 4, level: 5, count: 6, firstKey: 24, firstChild: 32, pair: 16 };
const SYMBOLS = { version: 4, count: 6, entries: 8, entry: 40 };
const ENTRY = { name: 0, header: 8, cacheType: 16, scratch: 24 };
const HEAP = { version: 4, dataSize: 8, freeList: 16, dataAddress: 24 };
/** The members of the root group come after those of nothing. */
const ROOT = 0;

const group = (count = 3): Specimen =>
  Specimen.made((file) => {
    for (let i = 0; i < count; i++) {
      file.createGroupSync(`member ${i}`);
    }
  });

describe("hostile version 1 B-trees of groups", () => {
  const TREE = { code: "CORRUPT", structure: "group-node" } as const;

  test("32: a node of another type, or with more children than fit, is corrupt", () => {
    group().set("group-node", NODE.type, 1, 1, ROOT).expect(TREE);
    group().set("group-node", NODE.count, 2, 33, ROOT).expect(TREE);
    group().set("group-node", NODE.count, 2, 0xffff, ROOT).expect(TREE);
    group().set("group-node", NODE.level, 1, 1, ROOT).expect({ code: "CORRUPT" });
  });

  test("32: a tree that contains itself ends, however deep it says it is", () => {
    for (const level of [0, 1, 2, 100, 255]) {
      const specimen = group();
      const root = specimen.address("group-node", ROOT);
      specimen.set("group-node", NODE.level, 1, level, ROOT);
      specimen.set("group-node", NODE.firstChild, 8, root, ROOT).expect({ code: "CORRUPT" });
    }
  });

  test("32: a node that is there twice is corrupt and not listed twice", () => {
    const specimen = group(40);
    const first = specimen.get("group-node", NODE.firstChild, 8, ROOT);
    specimen.set("group-node", NODE.firstChild + NODE.pair, 8, first, ROOT).expect(TREE);
  });

  test("32: children past the end and at the undefined address are corrupt", () => {
    for (const address of [2 ** 40, 2 ** 53 - 1, -1, 0, 1]) {
      group().set("group-node", NODE.firstChild, 8, address, ROOT).expect({ code: "CORRUPT" });
    }
  });

  test("34: a symbol table node with more entries than fit, or of another version, is corrupt", () => {
    group().set("symbol-node", SYMBOLS.count, 2, 9).expect({ code: "CORRUPT", structure: "symbol-node" });
    group().set("symbol-node", SYMBOLS.count, 2, 0xffff).expect({ code: "CORRUPT", structure: "symbol-node" });
    group().set("symbol-node", SYMBOLS.version, 1, 2).expect({ code: "CORRUPT", structure: "symbol-node" });
    // Fewer entries than there are: the others are not there.
    expect(okCount(group().set("symbol-node", SYMBOLS.count, 2, 1).read())).toBeGreaterThan(0);
  });

  test("34: names outside the heap, and without an end, are corrupt", () => {
    for (const offset of [2 ** 20, 2 ** 53 - 1, 88]) {
      group()
        .set("symbol-node", SYMBOLS.entries + ENTRY.name, 8, offset)
        .expect({ code: "CORRUPT", structure: /heap/ });
    }
    const specimen = group();
    const segment = specimen.get("local-heap", HEAP.dataAddress, 8, ROOT);
    specimen.put(segment, new Uint8Array(88).fill(0x61)).expect({ code: "CORRUPT", structure: /heap/ });
  });

  test("34: entries out of order, twice or with an empty name end in a result or an error", () => {
    for (const name of [0, 8, 24]) {
      for (const entry of [0, 1, 2]) {
        group()
          .set("symbol-node", SYMBOLS.entries + entry * SYMBOLS.entry + ENTRY.name, 8, name)
          .read();
      }
    }
  });

  test("34: an unknown cache type is corrupt or not trusted", () => {
    for (const type of [3, 0xffff_ffff]) {
      group()
        .set("symbol-node", SYMBOLS.entries + ENTRY.cacheType, 4, type)
        .read();
    }
    // A soft link whose path lies outside of the heap.
    const soft = group().set("symbol-node", SYMBOLS.entries + ENTRY.cacheType, 4, 2);
    soft.set("symbol-node", SYMBOLS.entries + ENTRY.scratch, 4, 0x7fff_ffff).expect({ code: "CORRUPT" });
  });

  test("35: a local heap whose segment is past the end, or of any size, costs no memory", () => {
    for (const size of [2 ** 20, 2 ** 32, 2 ** 53 - 1]) {
      const tally = group().set("local-heap", HEAP.dataSize, 8, size, ROOT).read();
      expect(tally.met.map(({ error }) => error.code).join()).toMatch(/CORRUPT|LIMIT/);
    }
    for (const address of [2 ** 40, 2 ** 53 - 1, -1]) {
      group().set("local-heap", HEAP.dataAddress, 8, address, ROOT).expect({ code: "CORRUPT" });
    }
    group().set("local-heap", HEAP.version, 1, 1, ROOT).expect({ code: "CORRUPT", structure: "local-heap" });
    group().set("local-heap", HEAP.dataSize, 8, 0, ROOT).expect({ code: "CORRUPT" });
  });

  test("35: a free list that is out of range or goes round in a circle does not matter to readers, and stops writers", () => {
    for (const [head, next] of [
      [0, 0],
      [32, 32],
      [32, 0],
      [80, 40],
    ] as const) {
      const specimen = group().set("local-heap", HEAP.freeList, 8, head, ROOT);
      const segment = specimen.get("local-heap", HEAP.dataAddress, 8, ROOT);
      specimen.put(segment + head, join([8, next], [8, 16]));
      specimen.read();
      const file = openStorageSync(new MemoryStorage(specimen.image.slice()), "r+");
      const write = (): unknown => file.createGroupSync("one more");
      expect(() => {
        try {
          write();
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "CORRUPT")) {
            throw error;
          }
        }
      }).not.toThrow();
    }
  });
});

describe("hostile links", () => {
  /** A new-style group with these link messages. Section IV.A.2.g. */
  const withLinks = (...links: Uint8Array[]): Specimen => {
    const info: RawMessage = { type: MESSAGE_IDS.linkInfo, data: join([1, 0], [1, 0], [8, -1], [8, -1]) };
    return planted([info, ...links.map((data): RawMessage => ({ type: MESSAGE_IDS.link, data }))]);
  };
  const hard = (name: string, address: Field): Uint8Array => join([1, 1], [1, 0], [1, name.length], name, address);
  const soft = (name: string, target: string): Uint8Array =>
    join([1, 1], [1, 8], [1, 1], [1, name.length], name, [2, target.length], target);
  const external = (...data: readonly (Field | string)[]): Uint8Array => {
    const bytes = join(...data);
    return join([1, 1], [1, 8], [1, 64], [1, 1], "e", [2, bytes.length], bytes);
  };
  const LINK = { code: "CORRUPT", structure: "link" } as const;

  test("48: names longer than the message, empty names and reserved types are corrupt", () => {
    expect(withLinks(soft("s", "/whole")).read().met).toEqual([]);
    withLinks(join([1, 1], [1, 3], [8, 2n ** 63n], "name")).expect(LINK);
    withLinks(join([1, 1], [1, 3], [8, 2 ** 40], "name")).expect(LINK);
    withLinks(join([1, 1], [1, 2], [4, 0xffff_ffff], "name")).expect(LINK);
    withLinks(join([1, 1], [1, 0], [1, 0], [8, 96])).expect(LINK);
    withLinks(join([1, 1], [1, 8], [1, 2], [1, 1], "x", [8, 96])).expect(LINK);
    withLinks(join([1, 1], [1, 8], [1, 63], [1, 1], "x", [8, 96])).expect(LINK);
    withLinks(join([1, 2], [1, 0], [1, 1], "x", [8, 96])).expect(LINK);
    withLinks(join([1, 1], [1, 0xe0], [1, 1], "x", [8, 96])).expect(LINK);
    withLinks(join([1, 1], [1, 0x10], [1, 2], [1, 1], "x", [8, 96])).expect(LINK);
    withLinks(hard("x", [8, -1])).expect(LINK);
  });

  test("48: soft links without a path, or with one longer than the message, are corrupt", () => {
    withLinks(join([1, 1], [1, 8], [1, 1], [1, 1], "s", [2, 0])).expect(LINK);
    withLinks(join([1, 1], [1, 8], [1, 1], [1, 1], "s", [2, 0xffff], "path")).expect(LINK);
  });

  test("49: external links of another version, or with names that do not end, are corrupt", () => {
    const problem = { code: "CORRUPT", structure: /external.link/ } as const;
    withLinks(external([1, 1], "file\0path\0")).expect(problem);
    withLinks(external([1, 0], "file\0path")).expect(problem);
    withLinks(external([1, 0], "file")).expect(problem);
    withLinks(external()).expect(problem);
  });

  test("50: soft links in a circle are a limit", () => {
    withLinks(soft("a", "/x/b"), soft("b", "a")).expect({ code: "LIMIT", message: /too many links/ });
    withLinks(soft("a", "a")).expect({ code: "LIMIT", message: /too many links/ });
    withLinks(soft("a", "./././a/a/a")).expect({ code: "LIMIT", message: /too many links/ });
  });

  test("50: paths that double at every soft link end", () => {
    const names = "abcdefghijklmnop";
    const links = [...names].map((name, i) => {
      const next = names[i + 1] ?? "x";
      return soft(name, `${next}/${next}/${next}/${next}`);
    });
    withLinks(...links).read();
  });

  test("50: groups that contain themselves and each other are walked once", () => {
    const file = openStorageSync(new MemoryStorage(), "w");
    const a = file.createGroupSync("a");
    const b = a.createGroupSync("b");
    b.createHardLinkSync("a again", a);
    b.createHardLinkSync("root", file);
    expect([...file.walkSync()].map(([path]) => path)).toEqual(["a", "a/b"]);
    file.closeSync();
    // The root group as a member of itself.
    const self = group(1);
    self.set("symbol-node", SYMBOLS.entries + ENTRY.header, 8, self.get("superblock", 64, 8));
    expect(self.read().met).toEqual([]);
  });

  test("50: a chain of two thousand groups is walked without a stack overflow", () => {
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w");
    let inner = file.createGroupSync("g");
    for (let i = 1; i < 2000; i++) {
      inner = inner.createGroupSync("g");
    }
    expect([...file.walkSync()]).toHaveLength(2000);
    expect(file.getSync("g/".repeat(1999))).toMatchObject({ kind: "group" });
    file.closeSync();
  });

  test("50: a path of a million components ends where the file does", () => {
    const file = openStorageSync(new MemoryStorage(), "w");
    file.createGroupSync("g");
    expect(() => file.getSync("g/".repeat(500_000))).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
    expect(() => file.getSync(`${"./".repeat(500_000)}nothing`)).toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
  });

  test("54: one address as two structures is an error of the second, and no confusion", () => {
    const specimen = group();
    const heap = specimen.address("local-heap", ROOT);
    const node = specimen.address("symbol-node");
    for (const address of [heap, node, 0, specimen.address("group-node", ROOT)]) {
      const mixed = group().set("symbol-node", SYMBOLS.entries + ENTRY.header, 8, address);
      mixed.expect({ code: "CORRUPT", structure: "object-header" });
    }
    const swapped = group();
    swapped.set("group-node", NODE.firstChild, 8, heap, ROOT).expect({ code: "CORRUPT", structure: "symbol-node" });
  });

  test("54: bytes that are only noise are refused", () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, i) => (i * 2_654_435_761) >>> 24);
    const image = group().image;
    const mixed = new Uint8Array(image.length + noise.length);
    mixed.set(image.subarray(0, 96));
    mixed.set(noise, 96);
    expect(readAll(mixed).met.length).toBeGreaterThan(0);
  });
});
