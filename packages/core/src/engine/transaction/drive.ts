import { HdfiveError } from "@hdfive/format";
import { syncUnavailable } from "../../storage/storage.js";
import type { Effect } from "../../task.js";
import { FAULT } from "./fault.js";
import type { FileState } from "./file-state.js";
import { Tx } from "./tx.js";

/** An engine operation: plain synchronous code over a transaction, which may be run several times. */
export type Operation<T> = (tx: Tx) => T;

/** How an operation ended that may find the file at fault. */
export type Probed<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly error: HdfiveError };

/** What is not the file's fault: who looks at it cannot go on. */
const OUTSIDE: readonly string[] = ["ABORTED", "CLOSED", "IO", "SYNC_UNAVAILABLE"];

type Attempt<T> = { readonly done: true; readonly value: T } | { readonly done: false; readonly tx: Tx };

/**
 * Runs an operation to its end: over a storage that answers at once in one go, else again after each fetch.
 *
 * Every run that ends does so without a pause from its first read to `apply`, so operations never see each other halfway.
 */
export function transact<T>(state: FileState, operation: Operation<T>): Effect<T> {
  return {
    async: (signal) => drive(state, operation, signal),
    sync: () => driveSync(state, operation),
  };
}

/** As `transact`, where an error that the file is to blame for is an answer. */
export function probe<T>(state: FileState, operation: Operation<T>): Effect<Probed<T>> {
  return {
    async: async (signal) => {
      try {
        return { done: true, value: await drive(state, operation, signal) };
      } catch (error) {
        return blamed(error);
      }
    },
    sync: () => {
      try {
        return { done: true, value: driveSync(state, operation) };
      } catch (error) {
        return blamed(error);
      }
    },
  };
}

function blamed(error: unknown): { readonly done: false; readonly error: HdfiveError } {
  if (error instanceof HdfiveError && !OUTSIDE.includes(error.code)) {
    return { done: false, error };
  }
  throw error;
}

function drive<T>(state: FileState, operation: Operation<T>, signal: AbortSignal | undefined): Promise<T> | T {
  const pins = new Set<number>();
  let first: Attempt<T>;
  try {
    first = attempt(state, operation, pins);
  } catch (error) {
    settle(state, pins);
    throw error;
  }
  if (first.done) {
    settle(state, pins);
    return first.value;
  }
  return again(state, operation, first.tx, pins, signal);
}

async function again<T>(
  state: FileState,
  operation: Operation<T>,
  faulted: Tx,
  pins: Set<number>,
  signal: AbortSignal | undefined,
): Promise<T> {
  try {
    let tx = faulted;
    for (let faults = 0; faults < state.limits.work; faults++) {
      await state.blocks.load(tx.wanted, pins, signal);
      const next = attempt(state, operation, pins);
      if (next.done) {
        return next.value;
      }
      tx = next.tx;
    }
    throw new HdfiveError("LIMIT", `The operation waited for its storage more than ${state.limits.work} times`);
  } finally {
    settle(state, pins);
  }
}

function driveSync<T>(state: FileState, operation: Operation<T>): T {
  const pins = new Set<number>();
  try {
    const result = attempt(state, operation, pins);
    if (!result.done) {
      throw syncUnavailable(state.storage, "read");
    }
    return result.value;
  } finally {
    settle(state, pins);
  }
}

function attempt<T>(state: FileState, operation: Operation<T>, pins: Set<number>): Attempt<T> {
  const tx = new Tx(state, pins);
  try {
    const value = operation(tx);
    tx.apply();
    return { done: true, value };
  } catch (error) {
    tx.discard();
    if (error === FAULT) {
      return { done: false, tx };
    }
    throw error;
  }
}

function settle(state: FileState, pins: Set<number>): void {
  state.blocks.release(pins);
  state.blocks.trim();
  state.nodes.trim();
}
