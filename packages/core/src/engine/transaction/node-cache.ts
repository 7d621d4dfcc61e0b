import type { NodeCodec } from "@hdfive/format";

interface CachedNode {
  readonly codec: string;
  readonly value: unknown;
  readonly byteLength: number;
  /** Whether it was asked for since it came or since `trim` last passed it by. */
  used: boolean;
}

/** Stands for the codec of blocks that none covers; no codec has this name. */
const BLOCK = "";

/**
 * Decoded structures by address. When their bytes exceed the budget the oldest go first, but those in use get a second
 * round: a mark on use costs less than keeping all in the order of their use.
 */
export class NodeCache {
  readonly #nodes = new Map<number, CachedNode>();
  readonly #budget: number;
  #byteLength = 0;

  constructor(byteBudget: number) {
    this.#budget = byteBudget;
  }

  /** The structure decoded by this codec at this address, if it is here. */
  get<T>(codec: NodeCodec<T>, address: number): T | undefined {
    const node = this.#nodes.get(address);
    if (node === undefined || node.codec !== codec.name) {
      return undefined;
    }
    node.used = true;
    return node.value as T;
  }

  /** Keeps a decoded structure. */
  set<T>(codec: NodeCodec<T>, address: number, value: T, byteLength: number): void {
    this.#set(address, { codec: codec.name, value, byteLength, used: false });
  }

  /** The bytes of a block that no codec covers, if they are here in this length. */
  block(address: number, length: number): Uint8Array | undefined {
    const node = this.#nodes.get(address);
    return node?.value instanceof Uint8Array && node.byteLength === length ? node.value : undefined;
  }

  /** Keeps the bytes of a block that no codec covers. */
  setBlock(address: number, bytes: Uint8Array): void {
    this.#set(address, { codec: BLOCK, value: bytes, byteLength: bytes.length, used: false });
  }

  #set(address: number, node: CachedNode): void {
    this.delete(address);
    this.#nodes.set(address, node);
    this.#byteLength += node.byteLength;
  }

  /** Forgets the structure at an address. */
  delete(address: number): void {
    const node = this.#nodes.get(address);
    if (node !== undefined) {
      this.#byteLength -= node.byteLength;
      this.#nodes.delete(address);
    }
  }

  /** Drops what exceeds the budget. */
  trim(): void {
    if (this.#byteLength <= this.#budget) {
      return;
    }
    for (const [address, node] of this.#nodes) {
      this.#nodes.delete(address);
      if (node.used) {
        node.used = false;
        this.#nodes.set(address, node);
        continue;
      }
      this.#byteLength -= node.byteLength;
      if (this.#byteLength <= this.#budget) {
        return;
      }
    }
  }
}
