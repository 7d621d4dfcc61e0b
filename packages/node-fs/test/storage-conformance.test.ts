import { writeFileSync } from "node:fs";
import { storageConformance } from "@hdfive/testing";
import { describe, it } from "vitest";
import { type FileMode, FileStorage } from "../src/index.js";
import { temporaryFolder } from "./temporary-folder.js";

const inFolder = temporaryFolder();

const held = (mode: FileMode) => async (bytes: Uint8Array) => {
  writeFileSync(inFolder("a.h5"), bytes);
  return FileStorage.open(inFolder("a.h5"), { mode });
};

describe.each([
  { name: "a file opened for reading", create: held("r"), writable: false },
  { name: "a file opened for writing", create: held("r+"), writable: true, sparse: true },
])("$name does what a storage must do", (options) => {
  for (const { name, run } of storageConformance(options)) {
    it(name, run);
  }
});
