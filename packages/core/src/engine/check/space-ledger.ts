import type { CheckedSpace } from "./problem.js";

/** Two structures that stand on the same bytes. */
export interface Overlap {
  readonly address: number;
  readonly length: number;
  readonly first: Claim;
  readonly second: Claim;
}

/** Bytes that a structure says are its own. */
export interface Claim {
  readonly kind: string;
  readonly address: number;
  readonly length: number;
  /** Path of the object that it belongs to. */
  readonly path: string | null;
}

/** Kind of the space that the file lists as free. */
export const FREE_SPACE = "free-space";

/** Which bytes of a file are whose. Claims are kept as numbers: there may be millions, one for each chunk. */
export class SpaceLedger {
  readonly #starts: number[] = [];
  readonly #lengths: number[] = [];
  readonly #kinds: number[] = [];
  readonly #owners: number[] = [];
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #met = new Set<number>();

  /** Notes bytes as in use. */
  claim(kind: string, address: number, length: number, path: string | null): void {
    if (length > 0) {
      this.#starts.push(address);
      this.#lengths.push(length);
      this.#kinds.push(this.#number(kind));
      this.#owners.push(path === null ? -1 : this.#number(path));
    }
  }

  /** As `claim`, for what leads to other structures: false, and nothing noted, when it was claimed before. */
  claimOnce(kind: string, address: number, length: number, path: string | null): boolean {
    if (this.#met.has(address)) {
      return false;
    }
    this.#met.add(address);
    this.claim(kind, address, length, path);
    return true;
  }

  #number(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#names.length;
      this.#names.push(name);
      this.#numbers.set(name, number);
    }
    return number;
  }

  #claimAt(i: number): Claim {
    const owner = this.#owners[i] as number;
    return {
      kind: this.#names[this.#kinds[i] as number] as string,
      address: this.#starts[i] as number,
      length: this.#lengths[i] as number,
      path: owner < 0 ? null : (this.#names[owner] as string),
    };
  }

  /**
   * Adds everything up.
   *
   * @param userblock bytes before the base address, from which claims are counted
   * @param fileSize bytes of the file, userblock included
   * @param clash is told of each overlap, in the order of addresses
   */
  settle(userblock: number, fileSize: number, clash: (overlap: Overlap) => void): CheckedSpace {
    const starts = this.#starts;
    const order = Uint32Array.from(starts.keys()).sort(
      (a, b) =>
        (starts[a] as number) - (starts[b] as number) || (this.#lengths[a] as number) - (this.#lengths[b] as number),
    );
    const used: Record<string, number> = userblock > 0 ? { userblock } : {};
    const end = fileSize - userblock;
    let free = 0;
    let unaccounted = 0;
    let reached = 0;
    let furthest = -1;
    for (const i of order) {
      const claim = this.#claimAt(i);
      const { kind, address, length } = claim;
      const last = address + length;
      if (address < reached && furthest >= 0) {
        const common = Math.min(reached, last) - address;
        clash({ address, length: common, first: this.#claimAt(furthest), second: claim });
      }
      unaccounted += Math.max(0, Math.min(address, end) - reached);
      const own = Math.max(0, Math.min(last, end) - Math.max(address, reached));
      if (kind === FREE_SPACE) {
        free += own;
      } else if (own > 0) {
        used[kind] = (used[kind] ?? 0) + own;
      }
      if (last > reached) {
        reached = last;
        furthest = i;
      }
    }
    unaccounted += Math.max(0, end - reached);
    return { used, free, unaccounted, fileSize };
  }
}
