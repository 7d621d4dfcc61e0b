import { type File, MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const LIBVERS = ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"] as const;

const NUMBERS = Int32Array.from({ length: 20 }, (_, index) => index);

/** The files of canonical.py, made by us. */
const FILES: Readonly<Record<string, (file: File) => Promise<unknown>>> = {
  empty: async () => {},
  group: (file) => file.createGroup("group"),
  scalar: (file) => file.createDataset("data", { data: 7, dtype: "int32" }),
  contiguous: (file) => file.createDataset("data", { data: NUMBERS }),
  unwritten: (file) => file.createDataset("data", { shape: [20], dtype: ">f8", fillValue: 1.5 }),
  "one chunk": (file) => file.createDataset("data", { data: NUMBERS, chunks: [20], compression: 4 }),
  chunks: (file) => file.createDataset("data", { data: NUMBERS, chunks: [8] }),
  growing: (file) => file.createDataset("data", { data: NUMBERS, chunks: [8], maxShape: [null] }),
  attribute: (file) => file.attrs.set("one", Int16Array.of(0, 1, 2)),
  "text attribute": (file) => file.attrs.set("text", "x"),
  "soft link": (file) => file.createSoftLink("soft", "/nowhere"),
};

const HOLE =
  "libhdf5 keeps 2048 bytes together for metadata and puts the first raw data (and global heaps) behind them; unused, they stay in the file as a hole. " +
  "We leave no hole: the same structures, the data right behind them";

/** Files that are not the same, and why; with the bounds that it is so under. */
const DIFFERENT: readonly { name: string; bounds: readonly (typeof LIBVERS)[number][]; why: string }[] = [
  { name: "scalar", bounds: LIBVERS, why: HOLE },
  { name: "contiguous", bounds: LIBVERS, why: HOLE },
  { name: "text attribute", bounds: LIBVERS, why: HOLE },
  {
    name: "one chunk",
    bounds: LIBVERS,
    why: "fflate compresses otherwise than zlib; and libhdf5 makes the index first",
  },
  {
    name: "chunks",
    bounds: LIBVERS,
    why: "libhdf5 makes the index before the first chunk, we at the flush, behind it",
  },
  {
    name: "growing",
    bounds: LIBVERS,
    why: "libhdf5 makes the index before the first chunk, we at the flush, behind it",
  },
  {
    name: "attribute",
    bounds: ["earliest"],
    why: "a header that goes on elsewhere gets room for more attributes there: libhdf5 makes it as large as the message",
  },
];

const tool = PYTHONS.find(({ label }) => label === "newest h5py");
const folder = new ScratchFolder();
let session: PythonSession;

beforeAll(() => {
  reportMissingTools();
  if (tool !== undefined) {
    session = new PythonSession(tool);
  }
});

afterAll(() => {
  session?.close();
  folder.remove();
});

describe.runIf(tool !== undefined).each(LIBVERS)("small files with libver %s", (libver) => {
  it("are libhdf5's, byte by byte, or differ for a reason that is known", async () => {
    const theirs = await session.ask<Record<string, string>>("canonical", { folder: folder.path, libver });
    expect(Object.keys(theirs)).toEqual(Object.keys(FILES));
    const different: string[] = [];
    for (const [name, write] of Object.entries(FILES)) {
      const storage = new MemoryStorage();
      const file = await openStorage(storage, "w", { libver });
      await write(file);
      await file.close();
      const difference = firstDifference(storage.image(), Buffer.from(theirs[name] as string, "base64"));
      if (difference !== null) {
        different.push(`${name}: ${difference}`);
      }
    }
    const known = DIFFERENT.filter(({ bounds }) => bounds.includes(libver)).map(({ name }) => name);
    expect(different.filter((line) => !known.some((name) => line.startsWith(`${name}:`)))).toEqual([]);
    // What became the same must leave the table.
    expect(known.filter((name) => !different.some((line) => line.startsWith(`${name}:`)))).toEqual([]);
  });
});

function firstDifference(ours: Uint8Array, theirs: Uint8Array): string | null {
  const at = ours.findIndex((byte, index) => byte !== theirs[index]);
  if (at < 0 && ours.length === theirs.length) {
    return null;
  }
  let count = 0;
  for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
    count += ours[index] === theirs[index] ? 0 : 1;
  }
  return `${ours.length} bytes, not ${theirs.length}; ${count} of them differ, the first at ${at}`;
}
