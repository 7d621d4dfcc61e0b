import type { Storage } from "../storage/storage.js";

/** Which files of sources are in use, and which of the others are closed first when there are too many. */
export class SourcePool {
  /** Files that are being opened. */
  opening = 0;
  readonly #limit: number;
  /** Who uses each file at the moment. */
  readonly #users = new Map<Storage, number>();
  /** Files that nobody uses, the one used longest ago first. */
  readonly #idle = new Set<Storage>();
  /** Files with handles of the user, which stay open. */
  readonly #pinned = new WeakSet<Storage>();
  readonly #closed = new WeakSet<Storage>();

  /** @param limit files open at the same time, as far as they are not all in use */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Keeps a file open, since it is used for something else too. */
  pin(storage: Storage): void {
    this.#pinned.add(storage);
    this.#idle.delete(storage);
  }

  /** Notes a user of a file; `false` when the file was closed already. */
  take(storage: Storage): boolean {
    if (this.#closed.has(storage)) {
      return false;
    }
    this.#idle.delete(storage);
    this.#users.set(storage, (this.#users.get(storage) ?? 0) + 1);
    return true;
  }

  /** Notes that a user has gone. */
  put(storage: Storage): void {
    const users = (this.#users.get(storage) ?? 1) - 1;
    if (users > 0) {
      this.#users.set(storage, users);
      return;
    }
    this.#users.delete(storage);
    if (!this.#pinned.has(storage) && !this.#closed.has(storage)) {
      this.#idle.add(storage);
    }
  }

  /** The files to be closed so that there are not too many, as far as nobody uses them. */
  idleBeyondRoom(): readonly Storage[] {
    return this.#closeFirst(this.#users.size + this.#idle.size + this.opening - this.#limit);
  }

  /** All files that nobody uses, to be closed. */
  allIdle(): readonly Storage[] {
    return this.#closeFirst(this.#idle.size);
  }

  #closeFirst(count: number): readonly Storage[] {
    const closing = [...this.#idle].slice(0, Math.max(0, count));
    for (const storage of closing) {
      this.#idle.delete(storage);
      this.#closed.add(storage);
    }
    return closing;
  }
}
