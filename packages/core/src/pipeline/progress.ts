import { type Effect, perform, type Task } from "../task.js";

/** How far a long operation has come. */
export interface Progress {
  /**
   * Bytes of data that are done: elements as they lie in the file without filters, text and other data of variable length
   * counted by what points to it; of a copy or a rewriting, the bytes that it moved.
   */
  readonly bytes: number;
  /** How many there will be; `null` where nobody knows before, as for a copy. */
  readonly totalBytes: number | null;
  /** Objects that are finished; a read or a write is of one. */
  readonly objects: number;
}

/** What a long operation tells of itself, and how it is stopped. */
export interface ProgressOptions {
  /** Stops the operation, with `ABORTED`. What runs without waiting is stopped by an error that `progress` throws. */
  readonly signal?: AbortSignal | undefined;
  /** Called between steps, and at the end. What it throws ends the operation as the signal does. */
  readonly progress?: ((progress: Progress) => void) | undefined;
}

/** Bytes between two calls, so that telling costs nothing beside doing. */
const STEP_BYTES = 256 * 1024;
/** Ends an operation that was aborted, also between steps that do not wait. */
export const CHECKPOINT: Effect<void> = { async: (signal) => signal?.throwIfAborted(), sync: () => {} };

/** Counts what a read or a write of one dataset has done, and tells of it. */
export class ProgressTally {
  readonly #tell: ProgressOptions["progress"];
  #totalBytes = 0;
  #bytes = 0;
  #told = 0;

  constructor(tell: ProgressOptions["progress"]) {
    this.#tell = tell;
  }

  /** Says how much there is to do, once that is known. */
  begin(totalBytes: number): void {
    this.#totalBytes = totalBytes;
  }

  /** Counts bytes that are done. */
  *add(byteLength: number): Task<void> {
    this.#bytes += byteLength;
    if (this.#bytes - this.#told >= STEP_BYTES && this.#bytes < this.#totalBytes) {
      this.#told = this.#bytes;
      this.#tell?.({ bytes: this.#bytes, totalBytes: this.#totalBytes, objects: 0 });
      yield* perform(CHECKPOINT);
    }
  }

  /** Tells that all is done. */
  end(): void {
    this.#tell?.({ bytes: this.#totalBytes, totalBytes: this.#totalBytes, objects: 1 });
  }
}
