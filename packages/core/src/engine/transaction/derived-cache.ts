/** Entries kept where nobody says otherwise. */
const MOST_ENTRIES = 1024;

interface Entry {
  readonly from: object;
  readonly value: unknown;
  readonly weight: number;
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
  readonly #budget: number;
  #weight = 0;

  /** @param budget sum of the weights that are kept; the oldest entries go, the newest stays whatever its weight */
  constructor(budget: number = MOST_ENTRIES) {
    this.#budget = budget;
  }

  /** What was worked out from this value, or `undefined`. */
  get(address: number, from: object): unknown {
    const entry = this.#entries.get(address);
    return entry?.from === from ? entry.value : undefined;
  }

  /** Keeps what was worked out from a value; without a weight it counts as one. */
  set(address: number, from: object, value: object, weight = 1): void {
    this.#delete(address);
    this.#entries.set(address, { from, value, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.#budget || oldest === address) {
        return;
      }
      this.#delete(oldest);
    }
  }

  #delete(address: number): void {
    this.#weight -= this.#entries.get(address)?.weight ?? 0;
    this.#entries.delete(address);
  }
}
