import { readFileSync } from "node:fs";
import { MemoryStorage, openStorageSync } from "@hdfive/core";
import { describe, expect, test } from "vitest";
import { changed, randomChanges } from "./changes.js";
import { corpusIsPresent, smallFiles } from "./corpus-files.js";
import { damaged, generator } from "./damage.js";
import { differences } from "./differences.js";
import { baseOf } from "./places.js";
import { recordAll, seal } from "./seal.js";
import { Specimen } from "./specimen.js";

const small = (): Uint8Array<ArrayBuffer> =>
  Specimen.made((file) => {
    file.createDatasetSync("x", { data: Int32Array.of(1, 2, 3), chunks: [2], fletcher32: true }).attrs.setSync("a", 1);
  }).image;

describe("damages of structures", () => {
  test("are the same for the same seed, and others for others", () => {
    const image = small();
    const one = damaged(image, { kind: "structural", seed: 7 });
    expect(damaged(image, { kind: "structural", seed: 7 })).toEqual(one);
    const others = Array.from({ length: 20 }, (_, seed) => damaged(image, { kind: "structural", seed }));
    expect(new Set(others.map((other) => Buffer.from(other).toString("hex"))).size).toBeGreaterThan(15);
  });

  test("are told by their differences, whatever their length", () => {
    const image = small();
    const material = { image, recording: recordAll(image), donor: image };
    for (let seed = 0; seed < 200; seed++) {
      const other = changed(image, randomChanges(material, generator(seed)));
      expect(Buffer.compare(changed(image, differences(image, other)), other), `seed ${seed}`).toBe(0);
    }
  });

  test("are of fields that stand where the decoders read them", () => {
    const image = small();
    const { places, structures } = recordAll(image);
    expect(baseOf(image)).toBe(0);
    const signatures = places.filter(({ kind }) => kind === "signature");
    expect(signatures.map(({ at }) => Buffer.from(image.subarray(at, at + 4)).toString())).toContain("TREE");
    expect(structures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["dataspace", "chunk-node", "attribute"]),
    );
  });

  test("leave the readers' methods as they were", () => {
    const before = openStorageSync(new MemoryStorage(small())).keysSync();
    recordAll(small());
    expect(openStorageSync(new MemoryStorage(small())).keysSync()).toEqual(before);
  });
});

describe.skipIf(!corpusIsPresent())("checksums", () => {
  test("are found and put right, those of heaps and trees included", () => {
    let sealed = 0;
    for (const path of smallFiles()) {
      const image = new Uint8Array(readFileSync(path));
      const { checksums } = recordAll(image);
      const broken = image.slice();
      for (const { at } of checksums) {
        broken[at] = (broken[at] as number) ^ 0xff;
      }
      seal(broken, checksums);
      expect(Buffer.compare(broken, image), path).toBe(0);
      sealed += checksums.length;
    }
    expect(sealed).toBeGreaterThan(10);
  });
});
