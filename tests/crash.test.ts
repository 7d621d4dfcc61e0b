import { checkSync, type File, MemoryStorage, openStorage, type Storage } from "@hdfive/core";
import { problemLines } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Description, describeFile } from "./interop/describe.js";
import { PythonSession } from "./interop/python-session.js";
import { ScratchFolder } from "./interop/scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./interop/tools.js";

const folder = new ScratchFolder();
const sessions: PythonSession[] = [];

beforeAll(() => {
  reportMissingTools();
  sessions.push(...PYTHONS.map((tool) => new PythonSession(tool)));
});

afterAll(() => {
  for (const session of sessions) {
    session.close();
  }
  folder.remove();
});

/** One change of a storage. */
type Change = { readonly offset: number; readonly bytes: Uint8Array<ArrayBuffer> } | { readonly size: number };

/** A storage that keeps each of its changes, so that it can be had as it was after any of them. */
class LoggedStorage implements Storage {
  readonly changes: Change[] = [];
  readonly #memory = new MemoryStorage();

  get size(): number {
    return this.#memory.size;
  }

  read(offset: number, into: Uint8Array<ArrayBuffer>): Promise<number> {
    return this.#memory.read(offset, into);
  }

  async write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.changes.push({ offset, bytes: bytes.slice() });
    await this.#memory.write(offset, bytes);
  }

  async truncate(size: number): Promise<void> {
    this.changes.push({ size });
    await this.#memory.truncate(size);
  }

  async close(): Promise<void> {}

  /** What the storage held after some of its changes. */
  async after(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const memory = new MemoryStorage();
    for (const change of this.changes.slice(0, count)) {
      await ("size" in change ? memory.truncate(change.size) : memory.write(change.offset, change.bytes));
    }
    return memory.image().slice();
  }
}

/** Steps of a session, with a flush after each. */
const STEPS: readonly ((file: File) => Promise<unknown>)[] = [
  async (file) => file.createDataset("numbers", { data: [1, 2, 3] }),
  async (file) => {
    for (let i = 0; i < 20; i++) {
      await file.createGroup(`groups/g${i}`);
    }
  },
  async (file) => file.createDataset("chunked", { data: new Int16Array(400), chunks: [10], maxShape: [null] }),
  async (file) => (await file.getDataset("chunked")).append(new Int16Array(300).fill(3)),
  async (file) => file.attrs.set("title", "a title of some length"),
  async (file) => file.delete("groups/g3"),
  async (file) => file.createDataset("texts", { data: ["one", "two"], chunks: [1], maxShape: [null] }),
  async (file) => (await file.getDataset("texts")).write(["1", "a much longer text than before"]),
  async (file) => file.delete("numbers"),
  async (file) => file.createDataset("numbers", { data: new Float64Array(50) }),
  async (file) => (await file.getDataset("chunked")).resize([35]),
  async (file) => file.createDataset("packed", { data: new Int32Array(1000), chunks: [100], compression: 4 }),
  async (file) => (await file.getDataset("packed")).write(Int32Array.from({ length: 1000 }, (_, i) => (i * i) % 977)),
  async (file) => file.delete("groups"),
];

/**
 * What can be met between two writes of one flush, and why it is no harm, or what would be needed against it. Old files and
 * readers leave no room for a journal, and libhdf5 has the same moments.
 */
const EXPLAINED: readonly (readonly [problem: RegExp, why: string])[] = [
  [
    /chunk \d+ is outside of the dataset/,
    "chunks are in the index before the shape has grown: readers do not see them yet",
  ],
  [
    /its right sibling is/,
    "neighbours in a B-tree of chunks are written one after the other; nobody looks for chunks that way",
  ],
  [
    /is not between the keys around the node/,
    "a new last name is in its node before it is in the key: it is not found yet",
  ],
  [
    /something points to its object \d+, which is not there/,
    "texts are overwritten in their element first, then in the heap",
  ],
  [
    /free bytes at offset|free bytes and its manager/,
    "the list of a heap's holes is there before its header: only writers use it",
  ],
  [/managed objects, and IDs lead to/, "the heap of dense links is there before their index"],
  [
    /^error: btree-v2-leaf .* checksum/,
    "a leaf and the count of its records, which says where its checksum is, are two writes",
  ],
  [
    /its (?:superBlock|dataBlock|realized)\w+ is/,
    "an array has blocks before its header counts them: readers go by the blocks",
  ],
];
/** Steps that change the number of elements: their chunks and their shape are two writes. */
const RESHAPING: readonly number[] = [3, 10];

interface Moment {
  readonly state: "last" | "next" | "between" | "unreadable";
  readonly problems: readonly string[];
}

describe("a session that is stopped at any moment", () => {
  it.each(["earliest", "v110"] as const)(
    "leaves a file with all of the last flush: %s",
    async (libver) => {
      const storage = new LoggedStorage();
      const file = await openStorage(storage, "w", { libver });
      const flushed: { readonly changes: number; readonly seen: string }[] = [];
      const note = async (): Promise<void> => {
        await file.flush();
        const seen = JSON.stringify(await seenIn(await storage.after(storage.changes.length)));
        flushed.push({ changes: storage.changes.length, seen });
      };
      await note();
      for (const step of STEPS) {
        await step(file);
        await note();
      }
      await file.close();
      const first = flushed[0]?.changes as number;
      let clean = 0;
      for (let count = first; count <= storage.changes.length; count++) {
        const image = await storage.after(count);
        const last = flushed.findLastIndex(({ changes }) => changes <= count);
        const { state, problems } = await momentOf(image, flushed[last]?.seen, flushed[last + 1]?.seen);
        const where = `write ${count}, in step ${last}`;
        if (flushed[last]?.changes === count) {
          expect({ where, state, problems }).toEqual({ where, state: "last", problems: [] });
        }
        clean += problems.length === 0 ? 1 : 0;
        const unexplained = problems.filter((line) => !EXPLAINED.some(([problem]) => problem.test(line)));
        expect({ where, unexplained }).toEqual({ where, unexplained: [] });
        if (problems.length === 0 && !RESHAPING.includes(last)) {
          expect({ where, state }).toEqual({ where, state: state === "next" ? "next" : "last" });
        }
        if (problems.length === 0 && count % 3 === 0) {
          const path = folder.put("moment.h5", image);
          for (const session of sessions) {
            expect(await session.ask("describe", { path }), where).toEqual(await seenIn(image));
          }
        }
      }
      // Nearly all moments leave a file without any problem.
      expect(clean / (storage.changes.length - first + 1)).toBeGreaterThan(0.8);
    },
    120_000,
  );
});

async function seenIn(image: Uint8Array<ArrayBuffer>): Promise<Description> {
  const file = await openStorage(new MemoryStorage(image), "r");
  try {
    return await describeFile(file);
  } finally {
    await file.close();
  }
}

async function momentOf(
  image: Uint8Array<ArrayBuffer>,
  last: string | undefined,
  next: string | undefined,
): Promise<Moment> {
  const problems = problemLines(checkSync(new MemoryStorage(image)));
  const seen = await seenIn(image).then(JSON.stringify, () => null);
  const state = seen === null ? "unreadable" : seen === last ? "last" : seen === next ? "next" : "between";
  return { state, problems };
}
