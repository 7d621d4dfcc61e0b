import { compound, MemoryStorage, openStorageSync } from "@hdfive/core";
import { describe, expect, test } from "vitest";
import { Specimen } from "./specimen.js";

/** Names that mean something to objects of JavaScript. */
const MAGIC = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "then", "length"];

const clean = (): void => {
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
};

describe("names in hostile files", () => {
  test("57: names that mean something to JavaScript are names of links like others", () => {
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w");
    for (const name of MAGIC) {
      expect(file.hasSync(name)).toBe(false);
      expect(() => file.getSync(name)).toThrow(expect.objectContaining({ code: "NOT_FOUND" }));
      file.createGroupSync(name).attrs.setSync("polluted", 1);
    }
    file.closeSync();
    const again = openStorageSync(new MemoryStorage(storage.image().slice()));
    expect(again.keysSync().sort()).toEqual([...MAGIC].sort());
    for (const [name, object] of again.entriesSync()) {
      expect(object).toMatchObject({ kind: "group", path: `/${name}` });
      expect(again.getGroupSync(name).attrs.getSync("polluted")).toBe(1);
    }
    expect([...again.walkSync()].map(([path]) => path).sort()).toEqual([...MAGIC].sort());
    clean();
  });

  test("57: names that mean something to JavaScript are names of attributes like others", () => {
    const file = openStorageSync(new MemoryStorage(), "w");
    for (const [i, name] of MAGIC.entries()) {
      expect(file.attrs.hasSync(name)).toBe(false);
      file.attrs.setSync(name, i);
    }
    expect(file.attrs.keysSync().sort()).toEqual([...MAGIC].sort());
    for (const [i, name] of MAGIC.entries()) {
      expect(file.attrs.getSync(name)).toBe(i);
    }
    clean();
  });

  test("57: names that mean something to JavaScript are names of fields like others", () => {
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w");
    const dtype = compound(MAGIC.map((name) => [name, "int32"] as const));
    const row = Object.fromEntries(MAGIC.map((name, i) => [name, i]));
    // An object literal's `__proto__` would be its prototype; this is a property of that name.
    file.createDatasetSync("x", { data: [row] as never, dtype });
    file.closeSync();
    const data = openStorageSync(new MemoryStorage(storage.image().slice())).getDatasetSync("x");
    const read = data.readSync().data as { row(index: number): Record<string, unknown> };
    const first = read.row(0);
    expect(Object.keys(first).sort()).toEqual([...MAGIC].sort());
    for (const [i, name] of MAGIC.entries()) {
      expect(Object.getOwnPropertyDescriptor(first, name)?.value).toBe(i);
    }
    expect(Object.getPrototypeOf(first) === null || Object.getPrototypeOf(first) === Object.prototype).toBe(true);
    clean();
  });

  test("56: names in bytes that are no UTF-8 are read, listed and opened by what was read", () => {
    for (const bytes of [
      [0xff, 0xfe, 0xfd],
      [0xc3, 0x28, 0x41],
      [0xed, 0xa0, 0x80],
      [0x80, 0x80, 0x80],
    ]) {
      const specimen = Specimen.made((file) => file.createGroupSync("abc"));
      specimen.put(specimen.find("abc"), bytes);
      const file = openStorageSync(new MemoryStorage(specimen.image.slice()));
      const [name] = file.keysSync();
      expect(name).toHaveLength(3);
      expect([...file.entriesSync()]).toMatchObject([[name, { kind: "group" }]]);
    }
  });

  test("56: attribute names and texts in bytes that are no UTF-8 are read", () => {
    const specimen = Specimen.made((file) => {
      file.attrs.setSync("name", "some text");
      file.createDatasetSync("x", { data: ["other text"] });
    });
    specimen.put(specimen.find("name\0"), [0xff, 0xff, 0xff, 0xff]);
    specimen.put(specimen.find("some text"), [0xff, 0xc0]);
    specimen.put(specimen.find("other text"), [0xff, 0xc0]);
    const tally = specimen.read();
    expect(tally.met.map(({ error }) => error.message)).toEqual([]);
  });

  test("56: a NUL inside a name ends it or is corrupt, and is not part of it", () => {
    const specimen = Specimen.made((file) => {
      file.createGroupSync("a name");
      file.attrs.setSync("an attribute", 1);
    });
    const link = specimen.find("a name");
    const cut = new Specimen(specimen.image).put(link + 1, [0]);
    expect(openStorageSync(new MemoryStorage(cut.image.slice())).keysSync()).toEqual(["a"]);
    const attribute = new Specimen(specimen.image).put(specimen.find("an attribute") + 2, [0]);
    attribute.expect({ code: "CORRUPT", structure: /attribute/ });
  });

  test("56: names with a NUL are not looked for", () => {
    const file = openStorageSync(new MemoryStorage(), "w");
    file.createGroupSync("abc");
    expect(file.hasSync("abc\0")).toBe(false);
    expect(() => file.getSync("abc\0def")).toThrow(expect.objectContaining({ name: expect.stringMatching(/Error$/) }));
  });

  test("56: names of 64 KiB are listed and opened", () => {
    const name = "n".repeat(65_535);
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w");
    file.createGroupSync(name).createGroupSync(name);
    file.createSoftLinkSync("soft", `${name}/${name}`);
    file.closeSync();
    const again = openStorageSync(new MemoryStorage(storage.image().slice()));
    expect(again.getSync(`${name}/${name}`)).toMatchObject({ kind: "group" });
    expect(again.getSync("soft")).toMatchObject({ kind: "group" });
    expect(again.keysSync()).toEqual([name, "soft"]);
  });

  test("56: names of control characters and of direction marks are kept as they are", () => {
    const names = ["\u202e\u200b", "\u0007\u001b[31m", "..", "a\nb", " ", "\ufeffbom", "\u{1f600}"];
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w");
    for (const name of names) {
      file.createGroupSync(name);
    }
    file.closeSync();
    const again = openStorageSync(new MemoryStorage(storage.image().slice()));
    expect(again.keysSync().sort()).toEqual([...names].sort());
    for (const name of names) {
      expect(again.getSync(name), JSON.stringify(name)).toMatchObject({ kind: "group" });
    }
  });

  test("57: numbers past 2^53 in any 8-byte field are an error and no rounded number", () => {
    const whole = Specimen.made((file) => file.createDatasetSync("x", { data: Int32Array.of(1, 2), chunks: [2] }));
    const past = Uint8Array.of(1, 0, 0, 0, 0, 0, 0x20, 0);
    for (let at = 24; at + 8 <= whole.image.length; at += 8) {
      new Specimen(whole.image).put(at, past).read();
    }
  });
});
