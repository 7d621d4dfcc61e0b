import { type File, MemoryStorage, openStorage, type Storage } from "@hdfive/core";
import { CountingStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const KIB = 1024;
const COUNT = 100_000;

beforeAll(reportMissingTools);

const [tool] = PYTHONS;

describe.runIf(tool !== undefined)("among 100,000 links of a dense group", () => {
  const folder = new ScratchFolder();
  let image: Uint8Array<ArrayBuffer>;
  beforeAll(async () => {
    if (tool !== undefined) {
      const session = new PythonSession(tool);
      await session.ask("plain_links", { path: folder.file("links.h5"), count: COUNT });
      image = folder.take("links.h5");
      session.close();
    }
  }, 60_000);
  afterAll(() => folder.remove());

  /** Opens the file, close by or far away, and counts what is read from then on. */
  const opened = async (distance: "local" | "remote"): Promise<{ file: File; storage: CountingStorage }> => {
    const memory = new MemoryStorage(image);
    const inner: Storage = {
      name: "counted",
      distance,
      size: memory.size,
      read: (offset, into) => memory.read(offset, into),
      close: () => memory.close(),
    };
    const storage = new CountingStorage(inner);
    const file = await openStorage(storage);
    storage.reset();
    return { file, storage };
  };

  it.each(["by name", "by creation"])("one is found in a few reads, %s", async (group) => {
    for (const distance of ["local", "remote"] as const) {
      const { file, storage } = await opened(distance);
      expect(await file.has(`${group}/n4711`)).toBe(true);
      // The group's header, the B-tree from its root to a leaf, the heap's header, indirect and direct block.
      const { reads, bytesRead } = storage.reset();
      expect(reads).toBeLessThanOrEqual(12);
      expect(bytesRead).toBeLessThanOrEqual(distance === "local" ? 256 * KIB : 1024 * KIB);
      expect(await file.has(`${group}/there is no such name`)).toBe(false);
      expect(storage.reset().bytesRead).toBeLessThanOrEqual(distance === "local" ? 48 * KIB : 512 * KIB);
    }
  });

  it.each(["by name", "by creation"])("all are listed in reads of many blocks, %s", async (group) => {
    const { file, storage } = await opened("remote");
    const links = await (await file.getGroup(group)).links();
    expect(links).toHaveLength(COUNT);
    const { reads, bytesRead } = storage.reset();
    expect(reads).toBeLessThanOrEqual(group === "by name" ? 40 : 120);
    expect(bytesRead).toBeLessThanOrEqual(1.2 * image.length);
    const names = links.map(({ name }) => name);
    const made = Array.from({ length: COUNT }, (_, i) => `n${(i * 7919) % 100_003}`);
    expect(names).toEqual(group === "by name" ? made.sort() : made);
  });

  it("the first ones by creation come without the others", async () => {
    const { file, storage } = await opened("local");
    let count = 0;
    for await (const [name] of (await file.getGroup("by creation")).walkLinks()) {
      expect(name).toBe(`n${(count * 7919) % 100_003}`);
      if (++count === 10) {
        break;
      }
    }
    expect(storage.counts.bytesRead).toBeLessThanOrEqual(256 * KIB);
  });
});
