import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HdfiveError, MemoryStorage, openStorage } from "@hdfive/core";
import { describe, expect, it } from "vitest";
import { createImage, describeImage, editImage, readImage } from "./image.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * What writers of HDF5 that were made from scratch got wrong, and the test of ours that would see it: its file, and words of
 * its name. What has no test elsewhere has one below.
 */
const SEEN_ELSEWHERE: readonly (readonly [trap: string, file: string, words: string])[] = [
  ["checksums are lookup3, of every structure, after every edit", "packages/format/test/lookup3.test.ts", "lookup3"],
  [
    "the end of the file is told with every growth",
    "tests/interop/whole-files.test.ts",
    "the end of file in the superblock",
  ],
  [
    "addresses are relative to the userblock, references too",
    "tests/interop/whole-files.test.ts",
    "relative to the base address",
  ],
  ["files may mix versions", "tests/interop/links.test.ts", "are edited in files that mix versions"],
  [
    "a header that grows does not overwrite its neighbour",
    "tests/interop/attributes.test.ts",
    "without touching the neighbours",
  ],
  [
    "attributes past 64 KiB do not fit old headers",
    "packages/core/test/engine/dense-attributes-edit.test.ts",
    "of more than 64 KiB",
  ],
  [
    "new groups have what libhdf5 needs to add links",
    "tests/interop/write-matrix/write-matrix.test.ts",
    "can be edited in turn",
  ],
  ["attributes are counted rightly, compact and dense", "tests/interop/check-sees.test.ts", "counts of messages"],
  ["null dataspaces have padding that is no data", "tests/interop/attributes.test.ts", "null dataspaces have padding"],
  ["names are sorted by their bytes", "tests/interop/links.test.ts", "sorted by their bytes"],
  [
    "a local heap that moves keeps its offsets",
    "packages/core/test/engine/local-heap.test.ts",
    "keeps every text at the offset",
  ],
  ["names with the same hash are sorted by name", "tests/interop/dense.test.ts", "are names with the same hash"],
  ["one of several hard links only decrements", "tests/interop/links.test.ts", "only decrements"],
  [
    "an object too large for a collection gets its own",
    "packages/core/test/engine/global-heap.test.ts",
    "a collection of its own",
  ],
  ["strings that are replaced give their room back", "tests/interop/contract.test.ts", "gives its room back"],
  ["free space of heaps is as libhdf5 wants it", "tests/interop/heap-free-space.test.ts", "just the size of the list"],
  ["the chunk index is the one libhdf5 takes", "tests/interop/write-matrix/write-matrix.test.ts", "is the same to the"],
  [
    "arrays have pages, blocks and rotated axes",
    "tests/interop/write-matrix/storage-cells.ts",
    "extensible second axis",
  ],
  [
    "version 1 B-trees split as libhdf5 splits them",
    "packages/core/test/engine/chunk-h5py.test.ts",
    "builds the same tree as we do",
  ],
  [
    "chunks at the edge are whole, with fill values",
    "tests/interop/contract.test.ts",
    "a chunk at the edge is stored whole",
  ],
  ["filter masks are kept", "tests/interop/contract.test.ts", "the filter mask of a chunk"],
  ["what filters store is what libhdf5 stores", "tests/interop/filters.test.ts", "byte for byte what libhdf5"],
  [
    "part of a chunk that exists is read, changed, written",
    "tests/interop/random-edits.test.ts",
    "leave what they should",
  ],
  [
    "shrinking prunes chunks, growth shows the fill value",
    "tests/interop/contract.test.ts",
    "shrinking prunes whole chunks",
  ],
  ["space never allocated holds the fill value", "tests/interop/contract.test.ts", "space never allocated"],
  ["arrays of another dtype are clamped", "tests/interop/contract.test.ts", "clamped, not wrapped"],
  ["booleans, complex numbers, strings are as h5py's", "tests/interop/matrix-types.ts", "complex128"],
  ["memory stays bounded over many edits", "tests/costs.test.ts", "memory"],
  ["opening r+ and closing changes no byte", "tests/interop/links.test.ts", "leave every byte alone"],
  ["what a crash leaves opens", "tests/crash.test.ts", "a session that is stopped at any moment"],
];

describe("what other writers got wrong", () => {
  it.each(SEEN_ELSEWHERE)("%s: there is a test", (_, file, words) => {
    expect(readFileSync(`${root}${file}`, "utf8")).toContain(words);
  });

  it("a gap in an object header, or any byte that is not written, holds zeros and nothing of what stood there before", async () => {
    const secret = "never to be seen again".repeat(20);
    let image = await createImage(async (file) => {
      await file.createDataset("data", { data: [secret], dtype: "S440" });
    });
    image = await editImage(image, (file) => file.delete("data"));
    image = await editImage(image, async (file) => {
      await file.createDataset("small", { data: [1, 2, 3], chunks: [100], maxShape: [null] });
      await file.attrs.set("x", 1);
    });
    const { value } = (await describeImage(image))["/small"] ?? {};
    expect(value).toEqual([1, 2, 3]);
    const grown = await editImage(image, async (file) => (await file.getDataset("small")).resize([50]));
    expect((await describeImage(grown))["/small"]?.value).toEqual([1, 2, 3, ...Array<number>(47).fill(0)]);
  });

  it("chunks larger than an axis that cannot grow are refused, before anything is made", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver: "latest" });
    const refused = file.createDataset("x", { shape: [4], dtype: "int8", chunks: [5] });
    await expect(refused).rejects.toThrow(HdfiveError);
    await expect(refused).rejects.toThrow(/Chunk shape must not be greater/);
    expect(await file.keys()).toEqual([]);
    await file.close();
  });

  it.each(["earliest", "v110"] as const)(
    "axes of no length and null dataspaces store nothing (libver %s)",
    async (libver) => {
      const image = await createImage(
        async (file) => {
          await file.createDataset("none", { shape: [0, 3], dtype: "int16", chunks: [1, 3], maxShape: [null, 3] });
          await file.createDataset("fixed", { shape: [0], dtype: "int16" });
          await file.createDataset("null", { dtype: "int16" });
        },
        { libver },
      );
      const sizes = await readImage(image, async (file) => {
        const infos = await Promise.all(
          ["none", "fixed", "null"].map(async (name) => (await file.getDataset(name)).info()),
        );
        return infos.map(({ storageSize }) => storageSize);
      });
      expect(sizes).toEqual([0, 0, 0]);
    },
  );

  it("an empty string is stored with a length that libhdf5 allows", async () => {
    const image = await createImage(async (file) => {
      await file.attrs.set("fixed", "", { dtype: "S1" });
      await file.attrs.set("any", "");
    });
    await readImage(image, async (file) => {
      expect(await file.attrs.get("fixed")).toBe("");
      expect(await file.attrs.get("any")).toBe("");
    });
  });
});
