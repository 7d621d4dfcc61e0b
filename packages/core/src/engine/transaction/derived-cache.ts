/** Entries kept; the oldest go. */
const MOST_ENTRIES = 1024;

interface Entry {
  readonly from: object;
  readonly value: unknown;
}

/**
 * What was worked out from decoded structures, by their address.
 *
 * A structure is an immutable value: what was worked out holds for as long as the same value, not an equal one, stands at
 * the address. (A WeakMap by the value does the same without a bound; with it the collector took about a third longer over a
 * walk than without any cache.)
 */
export class DerivedCache {
  readonly #entries = new Map<number, Entry>();

  /** What was worked out from this value, or `undefined`. */
  get(address: number, from: object): unknown {
    const entry = this.#entries.get(address);
    return entry?.from === from ? entry.value : undefined;
  }

  /** Keeps what was worked out from a value. */
  set(address: number, from: object, value: object): void {
    this.#entries.delete(address);
    this.#entries.set(address, { from, value });
    if (this.#entries.size > MOST_ENTRIES) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        return;
      }
    }
  }
}
