import type { Storage } from "@hdfive/core";

/** A digest in the making. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** The digest of everything so far, in lower-case hexadecimal digits; ends it. */
  hex(): string;
}

/** What the corpus runner needs of the platform it runs on. */
export interface CorpusHost {
  /** Opens a file of the corpus by its path below the folder. */
  openStorage(path: string): Promise<Storage>;
  /** Reads a text file of the corpus by its path below the folder. */
  readText(path: string): Promise<string>;
  /** Starts a SHA-256 digest. */
  sha256(): Hasher;
}
