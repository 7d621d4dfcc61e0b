import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { FileStorage } from "../src/index.js";
import { temporaryFolder } from "./temporary-folder.js";

const inFolder = temporaryFolder();
const text = (path: string): string => readFileSync(path, "utf8");
const bytes = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(value));
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Both ways to open, as one: every mode must mean the same in each. */
const ways = [
  { way: "open", open: FileStorage.open },
  { way: "openSync", open: async (...args: Parameters<typeof FileStorage.openSync>) => FileStorage.openSync(...args) },
];

describe.each(ways)("modes, by $way", ({ open }) => {
  it("r reads a file that is there, and writes nothing", async () => {
    writeFileSync(inFolder("a"), "content");
    const file = await open(inFolder("a"));
    const into = new Uint8Array(4);
    expect(await file.read(3, into)).toBe(4);
    expect(Buffer.from(into).toString()).toBe("tent");
    expect(file).toMatchObject({ size: 7, writable: false, created: false, name: inFolder("a") });
    await expect(file.write(0, bytes("x"))).rejects.toMatchObject({ code: "READ_ONLY" });
    await expect(file.truncate(0)).rejects.toMatchObject({ code: "READ_ONLY" });
    expect(() => file.writeSync(0, bytes("x"))).toThrow("no write intent on file");
    await file.flush();
    await file.close();
    expect(text(inFolder("a"))).toBe("content");
  });

  it("r+ edits a file that is there", async () => {
    writeFileSync(inFolder("a"), "content");
    const file = await open(inFolder("a"), { mode: "r+" });
    await file.write(0, bytes("k"));
    await file.close();
    expect(text(inFolder("a"))).toBe("kontent");
  });

  it.each(["r", "r+"] as const)("%s needs a file", async (mode) => {
    const error = await open(inFolder("none.h5"), { mode }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "NOT_FOUND", path: inFolder("none.h5"), cause: { code: "ENOENT" } });
    expect(String(error)).toContain(`Unable to open file "${inFolder("none.h5")}" (no such file or directory)`);
    expect(existsSync(inFolder("none.h5"))).toBe(false);
  });

  it("w empties what is there, and makes what is not", async () => {
    writeFileSync(inFolder("a"), "content");
    const there = await open(inFolder("a"), { mode: "w" });
    expect(there).toMatchObject({ size: 0, writable: true, created: false });
    expect(text(inFolder("a"))).toBe("");
    await there.close();
    const fresh = await open(inFolder("b"), { mode: "w" });
    expect(fresh).toMatchObject({ size: 0, created: true });
    await fresh.close();
    expect(text(inFolder("b"))).toBe("");
  });

  it("w with keep leaves the emptying to the caller", async () => {
    writeFileSync(inFolder("a"), "content");
    const file = await open(inFolder("a"), { mode: "w", keep: true });
    expect(file.size).toBe(7);
    await file.close();
    expect(text(inFolder("a"))).toBe("content");
  });

  it.each(["w-", "x"] as const)("%s makes a file, and never touches one that is there", async (mode) => {
    const file = await open(inFolder("a"), { mode });
    expect(file.created).toBe(true);
    await file.write(0, bytes("mine"));
    await file.close();
    const error = await open(inFolder("a"), { mode }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "ALREADY_EXISTS", path: inFolder("a") });
    expect(String(error)).toContain("Unable to create file");
    expect(text(inFolder("a"))).toBe("mine");
  });

  it("a opens what is there, and makes what is not", async () => {
    const fresh = await open(inFolder("a"), { mode: "a" });
    expect(fresh.created).toBe(true);
    await fresh.write(0, bytes("one"));
    await fresh.close();
    const there = await open(inFolder("a"), { mode: "a" });
    expect(there).toMatchObject({ size: 3, created: false });
    await there.write(there.size, bytes(" two"));
    await there.close();
    expect(text(inFolder("a"))).toBe("one two");
  });

  it.each(["w", "a"] as const)("%s makes the target of a symbolic link to nothing", async (mode) => {
    symlinkSync(inFolder("target"), inFolder("link"));
    await (await open(inFolder("link"), { mode })).close();
    expect(statSync(inFolder("target")).size).toBe(0);
  });

  it("takes a file: URL, with characters that a URL escapes", async () => {
    writeFileSync(inFolder("a b#ü.h5"), "x");
    const file = await open(pathToFileURL(inFolder("a b#ü.h5")));
    expect(file.name).toBe(inFolder("a b#ü.h5"));
    await file.close();
    await expect(open(new URL("https://example.org/a.h5"))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("refuses what is no mode, no path and no file", async () => {
    await expect(open("a", { mode: "rw" as "r" })).rejects.toThrow("must be one of r, r+, w, w-, x, a");
    await expect(open("a", { mode: "toString" as "r" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(open("a\0b")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    mkdirSync(inFolder("folder"));
    await expect(open(inFolder("folder"))).rejects.toThrow(/Unable to open file ".*folder" \(it is a directory\)/);
    await expect(open(inFolder("folder"), { mode: "w" })).rejects.toMatchObject({
      code: "IO",
      cause: { code: "EISDIR" },
    });
    writeFileSync(inFolder("a"), "");
    await expect(open(inFolder("a/b"))).rejects.toMatchObject({ code: "NOT_FOUND", cause: { code: "ENOTDIR" } });
    await expect(open(inFolder("folder/none/b"), { mode: "w" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(open(inFolder("n".repeat(300)))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it.skipIf(process.platform === "win32")("refuses a device instead of reading it for ever", async () => {
    await expect(open("/dev/zero")).rejects.toThrow("it is not a regular file");
  });
});

describe("two handles on one file", () => {
  it("cannot both write, by whatever path they came", async () => {
    const first = await FileStorage.open(inFolder("a"), { mode: "w" });
    await first.write(0, bytes("data"));
    symlinkSync(inFolder("a"), inFolder("symbolic"));
    linkSync(inFolder("a"), inFolder("hard"));
    for (const path of ["a", "symbolic", "hard"]) {
      for (const mode of ["r+", "a"] as const) {
        await expect(FileStorage.open(inFolder(path), { mode })).rejects.toMatchObject({ code: "IO" });
      }
      await expect(FileStorage.open(inFolder(path), { mode: "w" })).rejects.toThrow(
        "unable to truncate a file which is already open",
      );
      expect(() => FileStorage.openSync(inFolder(path), { mode: "r+" })).toThrow("already open for writing");
    }
    expect(text(inFolder("a"))).toBe("data");
    await first.close();
    const second = await FileStorage.open(inFolder("hard"), { mode: "r+" });
    second.closeSync();
  });

  it("can both read, beside one writer; a reader keeps the file from being emptied", async () => {
    writeFileSync(inFolder("a"), "data");
    const readers = [await FileStorage.open(inFolder("a")), FileStorage.openSync(inFolder("a"))];
    const writer = await FileStorage.open(inFolder("a"), { mode: "r+" });
    await writer.close();
    await expect(FileStorage.open(inFolder("a"), { mode: "w" })).rejects.toMatchObject({ code: "IO" });
    for (const reader of readers) {
      await reader.close();
      await reader.close();
    }
    await (await FileStorage.open(inFolder("a"), { mode: "w" })).close();
  });
});

describe("reading and writing", () => {
  it("reads and writes large pieces as small ones, in place of views with an offset", async () => {
    const size = 5 * MIB + 12345;
    const data = new Uint8Array(size).map((_, i) => (i * 31 + (i >>> 13)) & 255);
    const file = await FileStorage.open(inFolder("a"), { mode: "w" });
    await file.write(7, data);
    expect(file.size).toBe(size + 7);
    const into = new Uint8Array(size + 100).subarray(50, 50 + size);
    expect(await file.read(7, into)).toBe(size);
    expect(Buffer.compare(into, data)).toBe(0);
    into.fill(0);
    expect(file.readSync(7, into)).toBe(size);
    expect(Buffer.compare(into, data)).toBe(0);
    file.closeSync();
  });

  it.each([0, 1, MIB, 2 * MIB + 5, 3 * MIB])("says how much there was when %i of 3 MiB remain", async (remaining) => {
    writeFileSync(inFolder("a"), Buffer.alloc(3 * MIB, 1));
    const file = await FileStorage.open(inFolder("a"));
    const into = new Uint8Array(3 * MIB + 10);
    expect(await file.read(3 * MIB - remaining, into)).toBe(remaining);
    expect(into.indexOf(0)).toBe(remaining);
    expect(file.readSync(3 * MIB - remaining, into)).toBe(remaining);
    await file.close();
  });

  it("reads and writes past 4 GiB of a file with a hole, and past 2 GiB of one call's positions", async () => {
    const file = await FileStorage.open(inFolder("a"), { mode: "w" });
    for (const at of [2 * GIB - 3, 4 * GIB + 1, 9 * GIB]) {
      await file.write(at, bytes(`at ${at}`));
      file.writeSync(at + 100, bytes("sync"));
      const into = new Uint8Array(20);
      expect(await file.read(at, into)).toBe(20);
      expect(Buffer.from(into).toString("latin1")).toMatch(`at ${at}\0`);
      expect(file.readSync(at + 100, into)).toBe(4);
    }
    const large = new Uint8Array(40 * 1024).fill(5);
    await file.write(6 * GIB, large);
    const back = new Uint8Array(40 * 1024);
    await file.read(6 * GIB, back);
    expect(back).toEqual(large);
    expect(file.size).toBe(9 * GIB + 104);
    await file.truncate(5 * GIB);
    expect(file.size).toBe(5 * GIB);
    expect(statSync(inFolder("a")).size).toBe(5 * GIB);
    await file.close();
  });

  it("takes calls in parallel without mixing them up", async () => {
    const file = await FileStorage.open(inFolder("a"), { mode: "w" });
    const part = 100_000;
    await Promise.all(Array.from({ length: 40 }, (_, i) => file.write(i * part, new Uint8Array(part).fill(i))));
    const parts = await Promise.all(
      Array.from({ length: 40 }, async (_, i) => {
        const into = new Uint8Array(part);
        await file.read(i * part, into);
        return into.every((value) => value === i);
      }),
    );
    expect(parts.every(Boolean)).toBe(true);
    await file.close();
  });

  it("shrinks and grows by truncating, with zeros in the new part", async () => {
    const file = await FileStorage.open(inFolder("a"), { mode: "w" });
    await file.write(0, bytes("content"));
    file.truncateSync(3);
    await file.truncate(6);
    expect(text(inFolder("a"))).toBe("con\0\0\0");
    await file.close();
  });
});

describe("stopping and closing", () => {
  it("stops a read between two pieces when the signal says so, with the signal's reason", async () => {
    writeFileSync(inFolder("a"), "");
    truncateSync(inFolder("a"), GIB / 4);
    const file = await FileStorage.open(inFolder("a"));
    const stop = new AbortController();
    const into = new Uint8Array(GIB / 4).fill(1);
    const reading = file.read(0, into, stop.signal);
    stop.abort(new Error("enough"));
    await expect(reading).rejects.toThrow("enough");
    expect(into.at(-1)).toBe(1);
    await expect(file.read(0, new Uint8Array(1), stop.signal)).rejects.toThrow("enough");
    await file.close();
  });

  it("fails every call after close, and closes once", async () => {
    const file = await FileStorage.open(inFolder("a"), { mode: "w" });
    await file.close();
    await file.close();
    file.closeSync();
    const into = new Uint8Array(1);
    await expect(file.read(0, into)).rejects.toMatchObject({ code: "CLOSED", path: inFolder("a") });
    await expect(file.read(0, new Uint8Array(MIB))).rejects.toMatchObject({ code: "CLOSED" });
    await expect(file.write(0, into)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(file.truncate(0)).rejects.toMatchObject({ code: "CLOSED" });
    await expect(file.flush()).rejects.toMatchObject({ code: "CLOSED" });
    await expect(file.sibling("b")).rejects.toMatchObject({ code: "CLOSED" });
    expect(() => file.readSync(0, into)).toThrow("is closed");
    expect(() => file.writeSync(0, into)).toThrow("is closed");
    expect(() => file.flushSync()).toThrow("is closed");
  });

  it.each(["close", "closeSync"] as const)("%s lets work on its way end on its own file", async (close) => {
    writeFileSync(inFolder("a"), Buffer.alloc(8 * MIB, 1));
    writeFileSync(inFolder("b"), Buffer.alloc(8 * MIB, 2));
    const file = await FileStorage.open(inFolder("a"));
    const into = new Uint8Array(8 * MIB);
    const reading = file.read(0, into);
    const closing = file[close]();
    // Were the descriptor given back too early, this file would get its number.
    const other = FileStorage.openSync(inFolder("b"));
    expect(await reading).toBe(8 * MIB);
    expect(into.every((value) => value === 1)).toBe(true);
    await closing;
    other.closeSync();
  });

  it("abandon removes only a file that opening made", async () => {
    writeFileSync(inFolder("old"), "content");
    (await FileStorage.open(inFolder("old"), { mode: "a" })).abandon();
    (await FileStorage.open(inFolder("new"), { mode: "a" })).abandon();
    expect(text(inFolder("old"))).toBe("content");
    expect(existsSync(inFolder("new"))).toBe(false);
  });
});

describe("files beside a file", () => {
  it("are found in its folder and below, and are null when they are not there", async () => {
    mkdirSync(inFolder("data/sub"), { recursive: true });
    for (const name of ["data/a", "data/b", "data/sub/c", "data/..d"]) {
      writeFileSync(inFolder(name), name);
    }
    const file = await FileStorage.open(inFolder("data/a"));
    for (const name of ["b", "./b", "sub/c", "sub/../b", "..d", inFolder("data/b")]) {
      const sibling = await file.sibling(name);
      expect(sibling?.writable, name).toBe(false);
      await sibling?.close();
    }
    for (const name of ["none", "sub/none", "b/under-a-file", "a\0b", "n".repeat(300)]) {
      expect(await file.sibling(name), name).toBeNull();
    }
    await file.close();
  });

  it("are not followed out of its folder, be it by name or by symbolic link", async () => {
    mkdirSync(inFolder("data"));
    mkdirSync(inFolder("data-other"));
    for (const name of ["data/a", "secret", "data-other/b"]) {
      writeFileSync(inFolder(name), name);
    }
    symlinkSync(inFolder("secret"), inFolder("data/link"));
    symlinkSync(inFolder("."), inFolder("data/up"));
    const file = await FileStorage.open(inFolder("data/a"));
    for (const name of [
      "../secret",
      "../none",
      "../data-other/b",
      inFolder("secret"),
      "/etc/passwd",
      "link",
      "up/secret",
      ".",
    ]) {
      await expect(file.sibling(name), name).rejects.toMatchObject({ code: "FORBIDDEN" });
      expect(() => file.siblingSync(name), name).toThrow("outside the folder");
    }
    await file.close();
  });
});
