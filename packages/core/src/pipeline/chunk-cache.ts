import { Lock } from "../task.js";

/** A chunk in memory, as its datatype lies in the file, without filters. */
export interface CachedChunk {
  /** Address of the dataset's object header. */
  readonly dataset: number;
  /** Position in the grid of chunks. */
  readonly scaled: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Counts the changes; equal to `stored` when the file has this content. */
  version: number;
  stored: number;
  /** Users that hold on to the entry: it stays while there are any. */
  pins: number;
}

/**
 * The chunks of a file that are in memory, within a budget of bytes.
 *
 * It holds the one decoded truth: what is here is newer than what the file has. Changed chunks leave only after they were
 * stored.
 */
export class ChunkCache {
  /** Held by whoever stores changed chunks. */
  readonly storeLock: Lock = new Lock();
  /** Bytes that the cache may hold. */
  readonly budget: number;
  readonly #datasets = new Map<number, Map<string, CachedChunk>>();
  /** Every entry, the least recently used first. */
  readonly #order = new Set<CachedChunk>();
  #byteLength = 0;
  /** Counts the changed chunks that left: what was fetched before one of them was stored may be old. */
  generation = 0;

  constructor(byteBudget: number) {
    this.budget = byteBudget;
  }

  /** Whether the cache holds more than its budget. */
  get isOver(): boolean {
    return this.#byteLength > this.budget;
  }

  /** The chunk at a position of a dataset, if it is here. */
  get(dataset: number, scaled: readonly number[]): CachedChunk | undefined {
    const chunk = this.#datasets.get(dataset)?.get(scaled.join());
    if (chunk !== undefined) {
      this.#order.delete(chunk);
      this.#order.add(chunk);
    }
    return chunk;
  }

  /** Puts a chunk here, or returns the one that somebody else put here in the meantime. */
  add(dataset: number, scaled: readonly number[], bytes: Uint8Array<ArrayBuffer>): CachedChunk {
    let chunks = this.#datasets.get(dataset);
    if (chunks === undefined) {
      chunks = new Map();
      this.#datasets.set(dataset, chunks);
    }
    const key = scaled.join();
    const existing = chunks.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const chunk: CachedChunk = { dataset, scaled: [...scaled], bytes, version: 0, stored: 0, pins: 0 };
    chunks.set(key, chunk);
    this.#order.add(chunk);
    this.#byteLength += bytes.length;
    return chunk;
  }

  /** Marks a chunk as changed by the user. */
  change(chunk: CachedChunk): void {
    chunk.version++;
  }

  /** Forgets all chunks of a dataset, changed or not: it is deleted. */
  drop(dataset: number): void {
    this.generation++;
    for (const chunk of this.ofDataset(dataset)) {
      this.remove(chunk);
    }
  }

  /** Takes a chunk out, changed or not. */
  remove(chunk: CachedChunk): void {
    if (this.#order.delete(chunk)) {
      this.#byteLength -= chunk.bytes.length;
      this.generation += chunk.version === 0 ? 0 : 1;
      const chunks = this.#datasets.get(chunk.dataset);
      chunks?.delete(chunk.scaled.join());
      if (chunks?.size === 0) {
        this.#datasets.delete(chunk.dataset);
      }
    }
  }

  /** The chunks of one dataset that are here. */
  ofDataset(dataset: number): CachedChunk[] {
    return [...(this.#datasets.get(dataset)?.values() ?? [])];
  }

  /** All changed chunks, in the order of their datasets and positions. */
  changed(): CachedChunk[] {
    return [...this.#order].filter(isChanged);
  }

  /** Drops unchanged chunks, oldest first, until the rest fits; returns the changed ones that are in the way. */
  trim(target: number = this.budget): CachedChunk[] {
    const inTheWay: CachedChunk[] = [];
    let excess = this.#byteLength - target;
    for (const chunk of this.#order) {
      if (excess <= 0) {
        break;
      }
      if (chunk.pins > 0) {
        continue;
      }
      excess -= chunk.bytes.length;
      if (isChanged(chunk)) {
        inTheWay.push(chunk);
      } else {
        this.remove(chunk);
      }
    }
    return inTheWay;
  }
}

/** Whether a chunk has changes that the file does not. */
export function isChanged(chunk: CachedChunk): boolean {
  return chunk.version !== chunk.stored;
}
