import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FileStorage } from "@hdfive/node-fs";
import type { CorpusHost } from "../corpus/corpus-host.js";

/** Whether there is a corpus in a folder. */
export function isCorpusFolder(folder: string): boolean {
  return existsSync(join(folder, "manifest.json"));
}

/** A corpus in a folder of the file system. */
export function corpusFolder(folder: string): CorpusHost {
  return {
    openStorage: (path) => FileStorage.open(join(folder, path)),
    readText: (path) => readFile(resolve(folder, path), "utf8"),
    sha256: () => {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
    },
  };
}
