import type { Storage } from "@hdfive/core";
import { type Random, seededRandom } from "./random.js";

/** How a fault storm blows. */
export interface FaultStormOptions {
  /** Picks the order of the answers; the same seed gives the same order for the same calls. */
  readonly seed?: number | undefined;
  /** Longest delay of an answer in milliseconds; 0, the default, waits for turns of the event loop only. */
  readonly maxDelay?: number | undefined;
}

/**
 * A storage that answers nothing at once, and answers in another order than it was asked.
 *
 * It has no synchronous members, whatever the storage behind it can. Opened with `metadataCacheBytes: 0` everything is
 * evicted after each operation, so that each operation meets every fault it can meet; the results must be those of a
 * storage that answers at once.
 */
export class FaultStormStorage implements Storage {
  readonly name: string;
  readonly write?: NonNullable<Storage["write"]>;
  readonly truncate?: NonNullable<Storage["truncate"]>;
  readonly flush?: NonNullable<Storage["flush"]>;
  readonly identity?: string;
  readonly sibling?: NonNullable<Storage["sibling"]>;
  readonly #inner: Storage;
  readonly #random: Random;
  readonly #maxDelay: number;
  readonly #waiting: (() => void)[] = [];
  #turns = 0;
  #mostWaiting = 0;

  constructor(inner: Storage, { seed = 1, maxDelay = 0 }: FaultStormOptions = {}) {
    this.#inner = inner;
    this.#random = seededRandom(seed);
    this.#maxDelay = maxDelay;
    this.name = inner.name ?? "storm";
    if (inner.write !== undefined) {
      this.write = (offset, bytes) => this.#later(async () => inner.write?.(offset, bytes));
    }
    if (inner.truncate !== undefined) {
      this.truncate = (size) => this.#later(async () => inner.truncate?.(size));
    }
    if (inner.flush !== undefined) {
      this.flush = () => this.#later(async () => inner.flush?.());
    }
    if (inner.identity !== undefined) {
      this.identity = inner.identity;
    }
    if (inner.sibling !== undefined) {
      // The storm blows over what is beside the file as well.
      this.sibling = (name) =>
        this.#later(async () => {
          const beside = (await inner.sibling?.(name)) ?? null;
          return beside === null ? null : new FaultStormStorage(beside, { seed, maxDelay });
        });
    }
  }

  get size(): number {
    return this.#inner.size;
  }

  /** Answers given so far. */
  get turns(): number {
    return this.#turns;
  }

  /** Most calls that waited for an answer at the same time. */
  get mostWaiting(): number {
    return this.#mostWaiting;
  }

  read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    return this.#later(async () => this.#inner.read(offset, into, signal));
  }

  close(): Promise<void> {
    return this.#later(() => this.#inner.close());
  }

  #later<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => work().then(resolve, reject));
      this.#mostWaiting = Math.max(this.#mostWaiting, this.#waiting.length);
      this.#schedule(() => this.#answerOne());
    });
  }

  /** Answers one of the waiting calls, whichever the dice pick. */
  #answerOne(): void {
    const pick = Math.floor(this.#random() * this.#waiting.length);
    const [answer] = this.#waiting.splice(pick, 1);
    this.#turns++;
    answer?.();
  }

  #schedule(turn: () => void): void {
    const dice = this.#random();
    if (this.#maxDelay > 0) {
      setTimeout(turn, Math.floor(dice * (this.#maxDelay + 1)));
    } else if (dice < 0.5) {
      queueMicrotask(turn);
    } else {
      nextMacrotask(turn);
    }
  }
}

/** Runs a function in a later turn of the event loop; timers take a millisecond or more, so only where nothing else is. */
function nextMacrotask(turn: () => void): void {
  if (typeof setImmediate === "function") {
    setImmediate(turn);
  } else {
    setTimeout(turn, 0);
  }
}
