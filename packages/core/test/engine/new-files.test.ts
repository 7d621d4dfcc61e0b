import { LIBVERS, type Libver, structureVersions } from "@hdfive/format";
import { describe, expect, it } from "vitest";
import { commit } from "../../src/engine/file/commit.js";
import { createFileState } from "../../src/engine/file/create.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";
import { runSync } from "../../src/task.js";

/** Bytes of the empty file that h5py 3.16 (HDF5 2.0.0) makes under each bound, without times. */
const SIZES: { readonly [bound in Libver]: number } = {
  earliest: 800,
  v108: 179,
  v110: 179,
  v112: 179,
  v114: 179,
  v200: 179,
  latest: 179,
};

function emptyFile(libver: Libver, ordered: boolean): Uint8Array {
  const storage = new MemoryStorage();
  const root = ordered ? ({ linkOrder: "indexed", attributeOrder: "indexed" } as const) : undefined;
  const state = runSync(createFileState(storage, { writable: true, libver }, { root }));
  runSync(commit(state));
  return storage.image().slice();
}

describe("an empty file", () => {
  it("is as long as libhdf5 makes it, with the superblock of the bound", () => {
    for (const libver of LIBVERS) {
      const image = emptyFile(libver, false);
      expect(image.length, libver).toBe(SIZES[libver]);
      expect(image[8], libver).toBe(structureVersions(libver).superblock);
    }
  });

  it("is as long as libhdf5 makes it when its root keeps the order of links and attributes", () => {
    expect(emptyFile("v108", true).length).toBe(239);
    expect(emptyFile("earliest", true).length).toBe(331);
  });
});
