import { vlen } from "@hdfive/core";
import { describe, expect, test } from "vitest";
import { readAll, Specimen } from "./specimen.js";

/** Offsets in a global heap collection and in the objects in it. Section III.E. */
const HEAP = { version: 4, size: 8, firstObject: 16 };
const OBJECT = { index: 0, size: 8, data: 16 };
/** The element of variable-length data: length, address and index. Section VIII.B. */
const ELEMENT = { length: 0, address: 4, index: 12, size: 16 };

const TEXTS = ["a text", "another text", "a third"];
const strings = (): Specimen => Specimen.made((file) => file.createDatasetSync("x", { data: TEXTS }));
const sequences = (): Specimen =>
  Specimen.made((file) => file.createDatasetSync("x", { data: [[1, 2, 3], [4], []], dtype: vlen("int32") }));

/** Where the elements of the dataset stand: contiguous data, by its address in the layout message. */
const elements = (specimen: Specimen): number => specimen.get("data-layout", 2, 8);

describe("hostile global heaps", () => {
  const COLLECTION = { code: "CORRUPT", structure: "global-heap", step: "/x data" } as const;

  test("36: collections of no bytes, of fewer than their header or past the end are corrupt", () => {
    for (const size of [0, 8, 15, 2 ** 20, 2 ** 32, 2 ** 53 - 1]) {
      strings().set("global-heap", HEAP.size, 8, size).expect(COLLECTION);
    }
    strings()
      .set("global-heap", HEAP.size, 8, 2n ** 63n)
      .expect(COLLECTION);
    strings().set("global-heap", HEAP.version, 1, 2).expect(COLLECTION);
    strings().set("global-heap", 0, 1, 0).expect(COLLECTION);
  });

  test("36: objects that overrun their collection are corrupt", () => {
    for (const size of [4090, 2 ** 20, 2 ** 32, 2 ** 53 - 1]) {
      strings()
        .set("global-heap", HEAP.firstObject + OBJECT.size, 8, size)
        .expect(COLLECTION);
    }
  });

  test("36: free space of no bytes, or of an odd number, does not loop", () => {
    for (const size of [0, 1, 8, 17, 2 ** 40]) {
      const specimen = strings().set("global-heap", HEAP.firstObject + OBJECT.index, 2, 0);
      specimen.set("global-heap", HEAP.firstObject + OBJECT.size, 8, size).expect(COLLECTION);
    }
  });

  test("36: an object that is there twice, or not at all, is corrupt", () => {
    strings()
      .set("global-heap", HEAP.firstObject + OBJECT.index, 2, 2)
      .expect(COLLECTION);
    strings()
      .set("global-heap", HEAP.firstObject + OBJECT.index, 2, 60_000)
      .expect(COLLECTION);
  });

  test("37: elements that name no collection, no object or more than the object holds are corrupt", () => {
    for (const make of [strings, sequences]) {
      for (const [offset, width, value] of [
        [ELEMENT.address, 8, 96],
        [ELEMENT.address, 8, 2 ** 40],
        [ELEMENT.address, 8, 2 ** 53 - 1],
        [ELEMENT.index, 4, 999],
        [ELEMENT.index, 4, 0xffff_ffff],
        [ELEMENT.length, 4, 0xffff_ffff],
        [ELEMENT.length, 4, 0x4000_0000],
        [ELEMENT.length, 4, 1000],
      ] as const) {
        const specimen = make();
        const bits = BigInt(value);
        const bytes = Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));
        specimen.put(elements(specimen) + offset, bytes).expect({ code: "CORRUPT", step: "/x data" });
      }
    }
  });

  test("37: the undefined address, and numbers past 2^53, are corrupt", () => {
    for (const bytes of [new Uint8Array(8).fill(0xff), Uint8Array.of(0, 0, 0, 0, 0, 0, 0x20, 0)]) {
      const specimen = strings();
      specimen.put(elements(specimen) + ELEMENT.address, bytes).expect({ code: "CORRUPT", step: "/x data" });
    }
  });

  test("37: an element of no length with any address is empty, as in libhdf5", () => {
    const specimen = sequences();
    specimen.put(elements(specimen) + ELEMENT.length, new Uint8Array(4));
    specimen.read();
  });

  test("37: a million elements that name one object are counted each time", () => {
    const image = Specimen.made((file) =>
      file.createDatasetSync("x", { data: new Array(50_000).fill("y".repeat(200)) as string[] }),
    );
    const at = elements(image);
    const first = image.image.slice(at, at + ELEMENT.size);
    for (let i = 1; i < 50_000; i++) {
      image.put(at + i * ELEMENT.size, first);
    }
    image.expect({ code: "LIMIT", step: "/x data" });
    expect(readAll(image.image, { readBytes: 2 ** 25 }).met).toEqual([]);
  });
});
