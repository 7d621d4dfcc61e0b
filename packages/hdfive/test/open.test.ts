import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type File, type FilterCodec, isHdf5, MemoryStorage, type Mode, open, openSync } from "../src/index.js";

let folder: string;
const path = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hdfive-open-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function makeFile(name: string): Promise<string> {
  await using file = await open(path(name), "w");
  await file.createDataset("values", { data: new Int32Array([1, 2, 3]), chunks: [2], compression: "gzip" });
  return path(name);
}

async function values(file: File): Promise<unknown> {
  return (await (await file.getDataset("values")).read()).toNested();
}

const ways = [
  { way: "open", start: open },
  { way: "openSync", start: async (...args: Parameters<typeof openSync>) => openSync(...args) },
];

describe.each(ways)("$way", ({ start }) => {
  it("writes a file in one session and reads it in the next, by path and by URL", async () => {
    const name = await makeFile("a b.h5");
    for (const target of [name, pathToFileURL(name)]) {
      await using file = await start(target);
      expect(file.mode).toBe("r");
      expect(file.filename).toBe(name);
      expect(await values(file)).toEqual([1, 2, 3]);
    }
  });

  it("goes on editing with r+ and a", async () => {
    const name = await makeFile("a.h5");
    for (const mode of ["r+", "a"] as const) {
      await using file = await start(name, mode);
      await file.attrs.set(mode, 1);
    }
    await using file = await start(name);
    expect(await file.attrs.keys()).toEqual(["a", "r+"]);
    expect(await values(file)).toEqual([1, 2, 3]);
  });

  it("a makes a file where there is none, and where there is an empty one", async () => {
    writeFileSync(path("empty.h5"), "");
    for (const name of ["empty.h5", "none.h5"]) {
      await (await start(path(name), "a")).close();
      expect(statSync(path(name)).size, name).toBe(800);
    }
  });

  it.each(["w-", "x"] as const)("%s refuses a file that is there and leaves it as it is", async (mode) => {
    const before = readFileSync(await makeFile("a.h5"));
    await expect(start(path("a.h5"), mode)).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(readFileSync(path("a.h5")).equals(before)).toBe(true);
    await (await start(path("b.h5"), mode)).close();
    expect(await isHdf5(path("b.h5"))).toBe(true);
  });

  it("opening with r+ and closing changes no byte", async () => {
    const before = readFileSync(await makeFile("a.h5"));
    await (await start(path("a.h5"), "r+")).close();
    expect(readFileSync(path("a.h5")).equals(before)).toBe(true);
  });

  it("does not empty a file that it then cannot make", async () => {
    const before = readFileSync(await makeFile("a.h5"));
    await expect(start(path("a.h5"), "w", { userblockSize: 100 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(readFileSync(path("a.h5")).equals(before)).toBe(true);
    const reader = await start(path("a.h5"));
    await expect(start(path("a.h5"), "w")).rejects.toThrow("unable to truncate a file which is already open");
    expect(await values(reader)).toEqual([1, 2, 3]);
    await reader.close();
    expect(readFileSync(path("a.h5")).equals(before)).toBe(true);
  });

  it.each(["w", "w-", "x", "a"] as const)("leaves no file behind when %s fails", async (mode) => {
    await expect(start(path("new.h5"), mode, { userblockSize: 100 })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(existsSync(path("new.h5"))).toBe(false);
    await (await start(path("new.h5"), mode)).close();
  });

  it("gives the file back when it is none of HDF5, so that it can be opened again", async () => {
    writeFileSync(path("a.txt"), "some text");
    for (let i = 0; i < 3; i++) {
      await expect(start(path("a.txt"), "r+")).rejects.toMatchObject({ code: "NOT_HDF5" });
    }
    await expect(start(path("a.txt"), "a")).rejects.toMatchObject({ code: "NOT_HDF5" });
    expect(readFileSync(path("a.txt"), "utf8")).toBe("some text");
    await expect(start(path("none.h5"))).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("reads bytes, whatever view they come as, and does not write them", async () => {
    const image = readFileSync(await makeFile("a.h5"));
    const inside = new Uint8Array(image.length + 10);
    inside.set(image, 5);
    const shared = new Uint8Array(new SharedArrayBuffer(image.length));
    shared.set(image);
    const whole = new Uint8Array(image).buffer;
    for (const target of [image, inside.subarray(5, 5 + image.length), shared, whole]) {
      await using file = await start(target);
      expect(await values(file)).toEqual([1, 2, 3]);
    }
    for (const mode of ["r+", "w", "a"] as Mode[]) {
      await expect(start(image, mode)).rejects.toThrow("open a MemoryStorage to write");
    }
  });

  it("takes a storage, and leaves its image", async () => {
    const storage = new MemoryStorage();
    const file = await start(storage, "w");
    await file.attrs.set("made", "in memory");
    await file.close();
    writeFileSync(path("image.h5"), storage.image());
    await using again = await start(path("image.h5"));
    expect(await again.attrs.get("made")).toBe("in memory");
  });

  it("says what can be opened when given something else", async () => {
    for (const target of [42, null, {}, undefined]) {
      await expect(start(target as unknown as string)).rejects.toThrow("Only a path, a URL, bytes or a storage");
    }
    await expect(start(path("a.h5"), "rw" as "r")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });

  it("lets the codec of the caller go before native zlib", async () => {
    const name = await makeFile("a.h5");
    const seen: number[] = [];
    const mine: FilterCodec = {
      id: 1,
      name: "mine",
      decode: (_, { maxSize }) => {
        seen.push(maxSize);
        return new Uint8Array(maxSize);
      },
    };
    await using file = await start(name, "r", { filters: [mine] });
    expect(await values(file)).toEqual([0, 0, 0]);
    expect(seen).toEqual([8, 8]);
  });
});

describe("isHdf5", () => {
  it("knows a file by its signature, behind a user block too", async () => {
    const name = await makeFile("a.h5");
    expect(await isHdf5(name)).toBe(true);
    expect(await isHdf5(pathToFileURL(name))).toBe(true);
    expect(await isHdf5(readFileSync(name))).toBe(true);
    expect(await isHdf5(Buffer.concat([Buffer.alloc(2048), readFileSync(name)]))).toBe(true);
    expect(await isHdf5(Buffer.concat([Buffer.alloc(1000), readFileSync(name)]))).toBe(false);
  });

  it("is false for another file, an empty one and none, and fails for what is no file", async () => {
    writeFileSync(path("a.txt"), "some text");
    writeFileSync(path("empty"), "");
    for (const name of ["a.txt", "empty", "none"]) {
      expect(await isHdf5(path(name)), name).toBe(false);
    }
    await expect(isHdf5(folder)).rejects.toThrow("it is a directory");
  });
});
