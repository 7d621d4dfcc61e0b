/**
 * Reads an old-style group straight from the bytes of a file, by the words of the specification and by nothing of ours,
 * and throws where an invariant of the tree or of the heap does not hold.
 */
export interface WalkedGroup {
  /** Names in the order of the tree. */
  readonly names: readonly string[];
  readonly levels: number;
  /** Entries of each symbol table node. */
  readonly fill: readonly number[];
  readonly freeBytes: number;
  readonly heapBytes: number;
}

interface Entry {
  readonly name: string;
  readonly nameOffset: number;
  readonly targetOffset: number | null;
}

interface Node {
  readonly address: number;
  readonly left: number;
  readonly right: number;
  readonly keys: number[];
  readonly children: number[];
}

const UNDEFINED = -1;

export function walkGroup(
  image: Uint8Array,
  table: { readonly btreeAddress: number; readonly heapAddress: number },
  { leafK = 4, internalK = 16 } = {},
): WalkedGroup {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const u64 = (at: number): number => {
    const value = view.getBigUint64(at, true);
    return value === 0xffff_ffff_ffff_ffffn ? UNDEFINED : Number(value);
  };
  const signature = (at: number, expected: string): void => {
    const found = new TextDecoder().decode(image.subarray(at, at + 4));
    check(found === expected, `${expected} at ${at}, found ${found}`);
  };

  signature(table.heapAddress, "HEAP");
  const heapBytes = u64(table.heapAddress + 8);
  const dataAddress = u64(table.heapAddress + 24);
  const data = image.subarray(dataAddress, dataAddress + heapBytes);
  const text = (offset: number): string => {
    const end = data.indexOf(0, offset);
    check(end >= 0, `text at ${offset} ends`);
    return Buffer.from(data.subarray(offset, end)).toString("latin1");
  };
  const used: [number, number][] = [[0, 8]];
  let freeBytes = 0;
  for (let at = u64(table.heapAddress + 16), steps = 0; at !== 1; at = u64(dataAddress + at), steps++) {
    check(steps <= heapBytes, "free list ends");
    const size = u64(dataAddress + at + 8);
    check(size >= 16 && size % 8 === 0 && at % 8 === 0, `free block ${at} of ${size} is aligned`);
    used.push([at, at + size]);
    freeBytes += size;
  }

  const readNode = (address: number, level: number): Node => {
    signature(address, "TREE");
    check(view.getUint8(address + 4) === 0, "node type is group");
    check(view.getUint8(address + 5) === level, `level ${level} at ${address}`);
    const count = view.getUint16(address + 6, true);
    check(count <= 2 * internalK, `${count} children fit`);
    const keys: number[] = [];
    const children: number[] = [];
    for (let i = 0; i < count; i++) {
      keys.push(u64(address + 24 + 16 * i));
      children.push(u64(address + 32 + 16 * i));
    }
    if (count > 0) {
      keys.push(u64(address + 24 + 16 * count));
    }
    return { address, left: u64(address + 8), right: u64(address + 16), keys, children };
  };

  const readLeaf = (address: number): Entry[] => {
    signature(address, "SNOD");
    const count = view.getUint16(address + 6, true);
    check(count > 0 && count <= 2 * leafK, `${count} entries fit and there is one`);
    return Array.from({ length: count }, (_, i) => {
      const at = address + 8 + 40 * i;
      const nameOffset = u64(at);
      const isSoft = view.getUint32(at + 16, true) === 2;
      check(isSoft === (u64(at + 8) === UNDEFINED), "soft links, and only they, have no address");
      return { name: text(nameOffset), nameOffset, targetOffset: isSoft ? view.getUint32(at + 24, true) : null };
    });
  };

  const rootLevel = view.getUint8(table.btreeAddress + 5);
  let level = [readNode(table.btreeAddress, rootLevel)];
  let entries: Entry[][] = [];
  if (level[0]!.children.length === 0) {
    check(rootLevel === 0, "an empty tree has level 0");
    return { names: [], levels: 0, fill: [], freeBytes, heapBytes };
  }
  for (let depth = rootLevel; depth >= 0; depth--) {
    for (const [i, node] of level.entries()) {
      check(node.children.length > 0, "no node below the root is empty");
      check(node.left === (level[i - 1]?.address ?? UNDEFINED), `left sibling of ${node.address}`);
      check(node.right === (level[i + 1]?.address ?? UNDEFINED), `right sibling of ${node.address}`);
      check(node.keys[0] === (level[i - 1]?.keys.at(-1) ?? 0), `first key of ${node.address} is the one before`);
    }
    if (depth === 0) {
      entries = level.flatMap((node) => node.children.map(readLeaf));
      const keys = level.flatMap((node) => node.keys.slice(1));
      keys.forEach((key, i) => {
        check(key === entries[i]!.at(-1)!.nameOffset, `key ${i} is the last name of its child`);
      });
    } else {
      const parents = level;
      level = level.flatMap((node) => node.children.map((child) => readNode(child, depth - 1)));
      const keys = parents.flatMap((node) => node.keys.slice(1));
      keys.forEach((key, i) => {
        check(key === level[i]!.keys.at(-1), `key ${i} of level ${depth} is the last key of its child`);
      });
    }
  }
  const all = entries.flat();
  const names = all.map(({ name }) => name);
  for (let i = 1; i < names.length; i++) {
    check(names[i - 1]! < names[i]!, `${names[i - 1]} stands before ${names[i]}`);
  }
  for (const { nameOffset, targetOffset, name } of all) {
    used.push([nameOffset, nameOffset + align(name.length + 1)]);
    if (targetOffset !== null) {
      used.push([targetOffset, targetOffset + align(text(targetOffset).length + 1)]);
    }
  }
  used.sort((a, b) => a[0] - b[0]);
  for (let i = 1; i < used.length; i++) {
    check(used[i - 1]![1] <= used[i]![0], `heap texts and holes at ${used[i - 1]} and ${used[i]} do not overlap`);
  }
  check((used.at(-1)?.[1] ?? 0) <= heapBytes, "the last text lies in the heap");
  return {
    names: names.map((name) => Buffer.from(name, "latin1").toString("utf8")),
    levels: rootLevel + 1,
    fill: entries.map(({ length }) => length),
    freeBytes,
    heapBytes,
  };
}

function align(size: number): number {
  return Math.ceil(size / 8) * 8;
}

function check(condition: boolean, what: string): asserts condition {
  if (!condition) {
    throw new Error(`not so: ${what}`);
  }
}
