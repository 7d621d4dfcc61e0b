import { type File, type Limits, MemoryStorage, type OpenOptions, openStorageSync } from "@hdfive/core";
import { describe, expect, test } from "vitest";
import { datasetMessages, datatypeBytes, INT32, join, planted } from "./malformed/planted.js";

const LIMIT = expect.objectContaining({ code: "LIMIT" });

/** A file made in memory, opened again for reading with limits. */
function opened(make: (file: File) => void, limits?: Partial<Limits>, options: OpenOptions = {}): File {
  const storage = new MemoryStorage();
  const file = openStorageSync(storage, "w");
  make(file);
  file.closeSync();
  return openStorageSync(new MemoryStorage(storage.image().slice()), "r", { ...options, limits });
}

describe("limits of an open file", () => {
  test("links: so many soft links are followed in one path, 16 when nothing is said", () => {
    const chain = (count: number) => (file: File) => {
      file.createGroupSync("0");
      for (let i = 1; i <= count; i++) {
        file.createSoftLinkSync(String(i), `/${i - 1}`);
      }
    };
    expect(opened(chain(16)).getSync("16")).toMatchObject({ kind: "group" });
    expect(() => opened(chain(17)).getSync("17")).toThrow(LIMIT);
    expect(opened(chain(17), { links: 17 }).getSync("17")).toMatchObject({ kind: "group" });
    expect(() => opened(chain(17), { links: 2 }).getSync("3")).toThrow(LIMIT);
  });

  test("links: a path through many links counts all of them", () => {
    const file = opened(
      (made) => {
        made.createGroupSync("g");
        made.createSoftLinkSync("g/up", "/g");
      },
      { links: 5 },
    );
    expect(file.getSync("g/up/up/up/up/up")).toMatchObject({ kind: "group" });
    expect(() => file.getSync("g/up/up/up/up/up/up")).toThrow(LIMIT);
  });

  test("work: an operation looks at so many structures", () => {
    const many = (file: File): void => {
      for (let i = 0; i < 300; i++) {
        file.createGroupSync(`member ${i}`);
      }
    };
    expect(opened(many).keysSync()).toHaveLength(300);
    expect(() => opened(many, { work: 20 }).infoSync()).toThrow(LIMIT);
  });

  test("depth: so many datatypes stand inside one another, 64 when nothing is said", () => {
    const nested = (depth: number): Uint8Array<ArrayBuffer> => {
      let type = INT32;
      for (let i = 1; i < depth; i++) {
        type = datatypeBytes(6, 3, 1, 4, join("m\0", [1, 0], type));
      }
      return planted(datasetMessages({ datatype: type })).image;
    };
    const read = (depth: number, limits?: Partial<Limits>): unknown =>
      openStorageSync(new MemoryStorage(nested(depth)), "r", { limits })
        .getDatasetSync("x")
        .readSync();
    expect(() => read(64)).not.toThrow();
    expect(() => read(65)).toThrow(LIMIT);
    expect(() => read(65)).toThrow(/limits: \{ depth \}/);
    expect(() => read(200, { depth: 200 })).not.toThrow();
    expect(() => read(3, { depth: 2 })).toThrow(LIMIT);
  });

  test("chunkBytes: chunks have so many bytes, and filters give no more", () => {
    const zeros = (file: File): void => {
      file.createDatasetSync("x", { data: new Uint8Array(2 ** 20), chunks: [2 ** 20], compression: "gzip" });
    };
    expect(
      opened(zeros, { chunkBytes: 2 ** 20 })
        .getDatasetSync("x")
        .readSync().size,
    ).toBe(2 ** 20);
    const refused = opened(zeros, { chunkBytes: 2 ** 20 - 1 }).getDatasetSync("x");
    expect(() => refused.readSync()).toThrow(LIMIT);
    expect(() => refused.readSync()).toThrow(/limits: \{ chunkBytes \}/);
  });

  test("readBytes: a read gives so many bytes, a part of it is given", () => {
    const numbers = (file: File): void => {
      file.createDatasetSync("x", { shape: [2 ** 40], chunks: [1024], dtype: "float64" });
    };
    const data = opened(numbers).getDatasetSync("x");
    expect(() => data.readSync()).toThrow(LIMIT);
    expect(() => data.readSync()).toThrow(/limits: \{ readBytes \}/);
    expect(data.readSync([5]).data).toEqual(Float64Array.of(0));
    const small = opened(numbers, { readBytes: 7 }).getDatasetSync("x");
    expect(() => small.readSync([5])).toThrow(LIMIT);
    expect(() => small.fillValueSync()).toThrow(LIMIT);
  });

  test("a limit that is no number is refused, and one of undefined is the default", () => {
    for (const limit of [Number.NaN, -1, "many"]) {
      expect(() => opened(() => {}, { work: limit as number })).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
    expect(opened(() => {}, { work: Number.POSITIVE_INFINITY }).keysSync()).toEqual([]);
    const wide = (made: File): void => {
      made.createDatasetSync("x", { shape: [2 ** 40], chunks: [1024], dtype: "float64" });
    };
    const absent: Partial<Limits> = JSON.parse("{}");
    Object.assign(absent, { readBytes: undefined });
    expect(() => opened(wide, absent).getDatasetSync("x").readSync()).toThrow(LIMIT);
  });
});
