import { HdfiveError, type Storage } from "@hdfive/core";
import { type StorageCall, WrappedStorage } from "./wrapped-storage.js";

/** Which calls fail: the n-th of a kind, counted from 1; all later ones of the kind too when `stays` is set. */
export interface Failures {
  readonly read?: number | undefined;
  readonly write?: number | undefined;
  readonly truncate?: number | undefined;
  readonly flush?: number | undefined;
  /** Whether what failed once fails from then on. */
  readonly stays?: boolean | undefined;
}

/** A storage whose n-th read, write, truncation or flush fails with an `IO` error, and does nothing. */
export class FailingStorage extends WrappedStorage {
  readonly #state: { failed: number };

  constructor(inner: Storage, failures: Failures) {
    const state = { failed: 0 };
    const made: Record<StorageCall["kind"], number> = { read: 0, write: 0, truncate: 0, flush: 0 };
    super(inner, ({ kind, offset }) => {
      const nth = ++made[kind];
      const limit = failures[kind];
      if (limit !== undefined && (nth === limit || (failures.stays === true && nth > limit))) {
        state.failed++;
        throw new HdfiveError("IO", `Unable to ${kind} ${inner.name ?? "storage"} at byte ${offset} (made to fail)`, {
          path: inner.name,
        });
      }
    });
    this.#state = state;
  }

  /** Calls that failed so far. */
  get failed(): number {
    return this.#state.failed;
  }
}
