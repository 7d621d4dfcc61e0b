import { describe, expect, test } from "vitest";
import {
  chunkNode,
  DEFAULT_CONTEXT,
  FormatError,
  groupNode,
  localHeap,
  localHeapFreeBlock,
  symbolNode,
  symbolTableEntry,
} from "../src/index.js";
import { decodeHex, encodeHex, toHex } from "./hex.js";

const UNDEFINED = "ffffffffffffffff";
const SMALL = { ...DEFAULT_CONTEXT, groupLeafK: 1, groupInternalK: 1, chunkK: 1 };

/** An unsigned 64-bit field. */
function u64(value: number): string {
  return toHex(new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
}

function compact(digits: string): string {
  return digits.replace(/\s/g, "");
}

describe("a symbol table entry", () => {
  const soft = `${u64(8)} ${UNDEFINED} 02000000 00000000 10000000 ${"00".repeat(12)}`;

  test("of a soft link has no header, cache type 2 and the target's place in the heap", () => {
    const entry = decodeHex(symbolTableEntry, soft);
    expect(entry).toEqual({ nameOffset: 8, headerAddress: null, cache: { type: "soft-link", targetOffset: 16 } });
    expect(encodeHex(symbolTableEntry, entry)).toBe(compact(soft));
  });

  test("of a group repeats where its B-tree and heap are", () => {
    const digits = `${u64(0x18)} ${u64(0x538)} 01000000 00000000 ${u64(0x560)} ${u64(0x780)}`;
    const entry = decodeHex(symbolTableEntry, digits);
    expect(entry).toEqual({
      nameOffset: 0x18,
      headerAddress: 0x538,
      cache: { type: "group", btreeAddress: 0x560, heapAddress: 0x780 },
    });
    expect(encodeHex(symbolTableEntry, entry)).toBe(compact(digits));
  });

  test("stores the name's offset in the size of lengths, the addresses in the size of offsets", () => {
    const entry = { nameOffset: 8, headerAddress: 96, cache: { type: "none" } } as const;
    const context = { ...DEFAULT_CONTEXT, offsetSize: 8, lengthSize: 4 } as const;
    expect(encodeHex(symbolTableEntry, entry, context)).toMatch(/^08000000/);
    expect(encodeHex(symbolTableEntry, entry, context)).toHaveLength(2 * 36);
    expect(encodeHex(symbolTableEntry, entry)).toHaveLength(2 * 40);
  });

  test("of cache type 3, or of a group without a B-tree, is refused", () => {
    expect(() => decodeHex(symbolTableEntry, compact(soft).replace("02000000", "03000000"))).toThrow(FormatError);
    const lost = `${u64(8)} ${u64(96)} 01000000 00000000 ${UNDEFINED} ${u64(0)}`;
    expect(() => decodeHex(symbolTableEntry, lost)).toThrow(FormatError);
  });
});

describe("a symbol table node", () => {
  test("has room for twice the leaf K and is written in full however few entries it has", () => {
    expect(encodeHex(symbolNode, { entries: [] })).toHaveLength(2 * 328);
    expect(symbolNode.prefixSize(DEFAULT_CONTEXT)).toBe(328);
    const entry = { nameOffset: 8, headerAddress: 96, cache: { type: "none" } } as const;
    expect(encodeHex(symbolNode, { entries: [entry] })).toHaveLength(2 * 328);
    expect(() => encodeHex(symbolNode, { entries: Array.from({ length: 9 }, () => entry) })).toThrow(FormatError);
  });

  test("with more entries than fit, another version, or cut short is refused", () => {
    const full = (count: string, version = "01"): string => `534e4f44 ${version} 00 ${count} ${"00".repeat(80)}`;
    expect(decodeHex(symbolNode, full("0200"), SMALL).entries).toHaveLength(2);
    expect(() => decodeHex(symbolNode, full("0300"), SMALL)).toThrow(FormatError);
    expect(() => decodeHex(symbolNode, full("0200", "02"), SMALL)).toThrow(FormatError);
    expect(() => decodeHex(symbolNode, compact(full("0000")).slice(0, -2), SMALL)).toThrow(FormatError);
  });
});

describe("a version 1 B-tree node of a group", () => {
  const root = `54524545 00 00 0100 ${UNDEFINED} ${UNDEFINED} ${u64(0)} ${u64(0x3f0)} ${u64(0x30)}`;

  test("opens with the place of the empty name and closes each child with its last name", () => {
    const node = decodeHex(groupNode, compact(root).padEnd(2 * 544, "0"));
    expect(node).toEqual({ level: 0, leftSibling: null, rightSibling: null, keys: [0, 0x30], children: [0x3f0] });
    expect(encodeHex(groupNode, node)).toBe(compact(root).padEnd(2 * 544, "0"));
  });

  test("takes 544 bytes with the default K, also when it is empty", () => {
    const empty = { level: 0, leftSibling: null, rightSibling: null, keys: [], children: [] };
    expect(encodeHex(groupNode, empty)).toHaveLength(2 * 544);
    expect(encodeHex(groupNode, { ...empty, keys: [0] })).toBe(encodeHex(groupNode, empty));
    expect(decodeHex(groupNode, encodeHex(groupNode, empty))).toEqual(empty);
  });

  test("of another type, with too many children, or with a child nowhere is refused", () => {
    const node = (type: string, count: string, child: string): string =>
      `54524545 ${type} 00 ${count} ${UNDEFINED} ${UNDEFINED} ${u64(0)} ${child} ${"00".repeat(24)}`;
    expect(decodeHex(groupNode, node("00", "0200", u64(5)), SMALL).children).toEqual([5, 0]);
    expect(() => decodeHex(groupNode, node("01", "0200", u64(5)), SMALL)).toThrow(FormatError);
    expect(() => decodeHex(groupNode, node("00", "0300", u64(5)), SMALL)).toThrow(FormatError);
    expect(() => decodeHex(groupNode, node("00", "0200", UNDEFINED), SMALL)).toThrow(FormatError);
  });

  test("without a key for every child and one more cannot be written", () => {
    const node = { level: 0, leftSibling: null, rightSibling: null, keys: [0], children: [96] };
    expect(() => encodeHex(groupNode, node)).toThrow(FormatError);
  });
});

describe("a version 1 B-tree node of chunks", () => {
  const key = { storedSize: 800, filterMask: 2, offset: [10, 20], tail: 0 };
  const last = { storedSize: 0, filterMask: 0, offset: [20, 30], tail: 4 };
  const node = { level: 0, leftSibling: null, rightSibling: 4096, keys: [key, last], children: [10_160] };

  test("has element offsets in its keys, and one entry more for the element's bytes", () => {
    const digits = `54524545 01 00 0100 ${UNDEFINED} ${u64(4096)}
      20030000 02000000 ${u64(10)} ${u64(20)} ${u64(0)} ${u64(10_160)}
      00000000 00000000 ${u64(20)} ${u64(30)} ${u64(4)}`;
    expect(encodeHex(chunkNode(2), node)).toBe(compact(digits).padEnd(2 * (24 + 64 * 8 + 65 * 32), "0"));
    expect(decodeHex(chunkNode(2), encodeHex(chunkNode(2), node))).toEqual(node);
  });

  test("has offsets of 64 bits whatever the file's sizes are", () => {
    const context = { ...SMALL, offsetSize: 4, lengthSize: 4 } as const;
    expect(encodeHex(chunkNode(2), node, context)).toHaveLength(2 * (8 + 2 * 4 + 2 * 4 + 3 * (8 + 3 * 8)));
    const far = { ...node, keys: [key, { ...last, offset: [2 ** 40, 0] }] };
    expect(decodeHex(chunkNode(2), encodeHex(chunkNode(2), far, context), context)).toEqual(far);
  });

  test("has room for 64 children and no more with the default K", () => {
    const keys = Array.from({ length: 65 }, () => last);
    const children = Array.from({ length: 64 }, (_, i) => i);
    expect(decodeHex(chunkNode(2), encodeHex(chunkNode(2), { ...node, keys, children })).children).toHaveLength(64);
    const tooMany = { ...node, keys: [...keys, last], children: [...children, 64] };
    expect(() => encodeHex(chunkNode(2), tooMany)).toThrow(FormatError);
  });

  test("with keys of another rank, or of more than 32 dimensions, is refused", () => {
    expect(() => encodeHex(chunkNode(3), node)).toThrow(FormatError);
    expect(() => chunkNode(33)).toThrow(FormatError);
    expect(() => chunkNode(-1)).toThrow(FormatError);
  });
});

describe("a local heap", () => {
  const header = `48454150 00 000000 ${u64(88)} ${u64(8)} ${u64(0x2c8)}`;

  test("is read and written as libhdf5 does", () => {
    const heap = decodeHex(localHeap, header);
    expect(heap).toEqual({ dataSize: 88, freeListHead: 8, dataAddress: 0x2c8 });
    expect(encodeHex(localHeap, heap)).toBe(compact(header));
    expect(decodeHex(localHeapFreeBlock, `${u64(1)} ${u64(0x50)}`)).toEqual({ next: null, size: 80 });
    expect(encodeHex(localHeapFreeBlock, { next: null, size: 80 })).toBe(compact(`${u64(1)} ${u64(0x50)}`));
  });

  test("without free space has 1 as the list's head, and the undefined address of the specification is read as well", () => {
    const full = { dataSize: 88, freeListHead: null, dataAddress: 0x2c8 };
    const digits = `48454150 00 000000 ${u64(88)} ${u64(1)} ${u64(0x2c8)}`;
    expect(encodeHex(localHeap, full)).toBe(compact(digits));
    expect(decodeHex(localHeap, digits)).toEqual(full);
    expect(decodeHex(localHeap, `48454150 00 000000 ${u64(88)} ${UNDEFINED} ${u64(0x2c8)}`)).toEqual(full);
  });

  test("whose free list starts outside, of another version, or without data is refused", () => {
    expect(() => decodeHex(localHeap, `48454150 00 000000 ${u64(88)} ${u64(88)} ${u64(0x2c8)}`)).toThrow(FormatError);
    expect(() => decodeHex(localHeap, `48454150 01 000000 ${u64(88)} ${u64(8)} ${u64(0x2c8)}`)).toThrow(FormatError);
    expect(() => decodeHex(localHeap, `48454150 00 000000 ${u64(88)} ${u64(8)} ${UNDEFINED}`)).toThrow(FormatError);
  });
});
