import { HdfiveError } from "@hdfive/format";

/** How far a read costs: it picks the sizes of blocks and the gaps worth reading over. */
export type StorageDistance = "local" | "remote";

/**
 * Where the bytes of a file are.
 *
 * Three members make a storage that can be read: `size`, `read` and `close`. `readSync` turns on the synchronous methods
 * of everything above; `write`, `truncate` and `flush` turn on writing (each with its `Sync` twin for synchronous
 * writing). The conformance suite of `@hdfive/testing` checks a storage against this contract.
 */
export interface Storage {
  /** Bytes in the storage now. */
  readonly size: number;
  /** What the storage is, for messages: a path, a URL. */
  readonly name?: string;
  /** Whether a read is cheap (`local`, the default) or a request over a network (`remote`). */
  readonly distance?: StorageDistance;
  /** `false` when this storage has `write` but was opened for reading. */
  readonly writable?: boolean;
  /** Fills `into` from byte `offset` on and resolves to the bytes read: fewer than asked only at the end. */
  read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number>;
  /** As `read`, without waiting. */
  readSync?(offset: number, into: Uint8Array<ArrayBuffer>): number;
  /** Writes all of `bytes` at byte `offset`; the storage grows as needed, with zeros between. */
  write?(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** As `write`, without waiting. */
  writeSync?(offset: number, bytes: Uint8Array<ArrayBuffer>): void;
  /** Makes the storage exactly `size` bytes long. */
  truncate?(size: number): Promise<void>;
  /** As `truncate`, without waiting. */
  truncateSync?(size: number): void;
  /** Makes what was written durable, as far as the medium can. */
  flush?(): Promise<void>;
  /** As `flush`, without waiting. */
  flushSync?(): void;
  /** Equal for storages of the same bytes, where that can be known: a file is then opened once, however it is named. */
  readonly identity?: string;
  /**
   * Opens, for reading, the storage of another file by a name found in this one; `null` when there is none. Nobody
   * vouches for the name: a storage says with `FORBIDDEN` where it may not lead.
   */
  sibling?(name: string): Promise<Storage | null>;
  /** As `sibling`, without waiting. */
  siblingSync?(name: string): Storage | null;
  /** Gives the storage back; later calls fail. */
  close(): Promise<void>;
  /** As `close`, without waiting. */
  closeSync?(): void;
}

/** The error of a synchronous write while an asynchronous one has not ended: it cannot wait for it. */
export function writeUnderWay(storage: Storage): HdfiveError {
  return new HdfiveError("SYNC_UNAVAILABLE", "Another write is under way: wait for it before a synchronous one", {
    path: storage.name,
  });
}

/** The error of a call that must not wait on a storage that can only answer later. */
export function syncUnavailable(storage: Storage, action: string): HdfiveError {
  return new HdfiveError(
    "SYNC_UNAVAILABLE",
    `Cannot ${action} ${storage.name ?? "this storage"} synchronously: use the method without "Sync"`,
    { path: storage.name },
  );
}
