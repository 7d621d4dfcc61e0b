import type { Storage } from "@hdfive/core";
import { ConformanceError, fails, pattern, readBytes, same, sameBytes } from "./checks.js";
import { type ConformanceCase, type ConformanceOptions, conformanceCase } from "./conformance-case.js";

const LENGTH = 10_000;
const PAST_4_GIB = 2 ** 32 + 1234;

/** One way to write a storage: waiting or not. */
interface Writer {
  readonly way: string;
  write(offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  truncate(size: number): Promise<void>;
  flush(): Promise<void>;
}

/** What a storage that can be written must do. */
export function writingCases(options: ConformanceOptions): ConformanceCase[] {
  const test = (name: string, body: (storage: Storage, writer: Writer, content: Uint8Array) => Promise<void>) =>
    (["waiting", "without waiting, when it can"] as const).map((way) =>
      conformanceCase(options, `${name}, ${way}`, pattern(LENGTH), async (storage, content) => {
        const writer = way === "waiting" ? waiting(storage) : atOnce(storage);
        if (writer !== null) {
          await body(storage, writer, content);
        }
      }),
    );
  return [
    ...test("overwrites bytes and leaves their neighbours", async (storage, writer, content) => {
      const expected = content.slice();
      for (const [offset, length] of [
        [0, 3],
        [4090, 20],
        [LENGTH - 5, 5],
        [1, 9000],
      ] as const) {
        const bytes = pattern(length, offset + 1000);
        await writer.write(offset, bytes);
        expected.set(bytes, offset);
        same(storage.size, LENGTH, "size");
        sameBytes(await readBytes(storage, 0, LENGTH + 1), expected, `after ${length} bytes at ${offset}`);
      }
    }),
    ...test("writes from a view of a larger buffer", async (storage, writer) => {
      const whole = pattern(100, 50);
      await writer.write(10, whole.subarray(33, 44));
      sameBytes(await readBytes(storage, 10, 11), whole.subarray(33, 44), "what was written");
    }),
    ...test("grows by writes at and over its end", async (storage, writer, content) => {
      await writer.write(LENGTH, pattern(10, LENGTH));
      same(storage.size, LENGTH + 10, "size");
      await writer.write(LENGTH + 5, pattern(20, LENGTH + 5));
      same(storage.size, LENGTH + 25, "size");
      sameBytes(await readBytes(storage, 0, LENGTH + 100), pattern(LENGTH + 25), "everything");
      sameBytes(await readBytes(storage, 0, LENGTH), content, "what was there");
    }),
    ...test("has zeros between its end and a write past it", async (storage, writer) => {
      await writer.write(LENGTH + 5000, pattern(3));
      same(storage.size, LENGTH + 5003, "size");
      sameBytes(await readBytes(storage, LENGTH, 5000), new Uint8Array(5000), "the gap");
      sameBytes(await readBytes(storage, LENGTH + 5000, 3), pattern(3), "what was written");
    }),
    ...test("gets shorter, and longer with zeros", async (storage, writer) => {
      await writer.truncate(4000);
      same(storage.size, 4000, "size when shorter");
      sameBytes(await readBytes(storage, 3990, 100), pattern(10, 3990), "the new end");
      await writer.truncate(9000);
      same(storage.size, 9000, "size when longer");
      sameBytes(await readBytes(storage, 4000, 6000), new Uint8Array(5000), "what came back");
      await writer.truncate(9000);
      same(storage.size, 9000, "size when the same");
      await writer.truncate(0);
      same(storage.size, 0, "size when empty");
      same((await readBytes(storage, 0, 10)).length, 0, "bytes of an empty storage");
      await writer.write(2, pattern(2));
      sameBytes(await readBytes(storage, 0, 10), Uint8Array.of(0, 0, ...pattern(2)), "what is written then");
    }),
    ...test("holds what was written before and after a flush", async (storage, writer) => {
      await writer.write(100, pattern(50, 9));
      await writer.flush();
      await writer.flush();
      sameBytes(await readBytes(storage, 100, 50), pattern(50, 9), "what was written before");
      await writer.write(LENGTH, pattern(5));
      sameBytes(await readBytes(storage, LENGTH, 10), pattern(5), "what was written after");
    }),
    ...test("takes many writes at the same time", async (storage, writer) => {
      const places = Array.from({ length: 40 }, (_, i) => ((i * 17) % 40) * 500);
      await Promise.all(places.map((offset) => writer.write(offset, pattern(500, offset + 3))));
      for (const offset of places) {
        sameBytes(await readBytes(storage, offset, 500), pattern(500, offset + 3), `at ${offset}`);
      }
    }),
    ...test("writes nothing when nothing is given", async (storage, writer, content) => {
      await writer.write(3, new Uint8Array(0));
      same(storage.size, LENGTH, "size");
      sameBytes(await readBytes(storage, 0, LENGTH), content, "everything");
    }),
    ...test("writes no more once it is closed", async (storage, writer) => {
      await storage.close();
      await fails(() => writer.write(0, pattern(4)), "write");
      await fails(() => writer.truncate(4), "truncate");
    }),
    ...(options.sparse === true
      ? test("reaches positions past 4 GiB", async (storage, writer) => {
          await writer.write(PAST_4_GIB, pattern(100, 1));
          same(storage.size, PAST_4_GIB + 100, "size");
          sameBytes(
            await readBytes(storage, PAST_4_GIB - 10, 20),
            Uint8Array.of(...new Uint8Array(10), ...pattern(10, 1)),
            "around the write",
          );
          sameBytes(
            await readBytes(storage, PAST_4_GIB - 2 ** 32, 100),
            pattern(100, PAST_4_GIB - 2 ** 32),
            "4 GiB before",
          );
          await writer.truncate(PAST_4_GIB + 50);
          sameBytes(await readBytes(storage, PAST_4_GIB, 200), pattern(50, 1), "the new end");
        })
      : []),
  ];
}

function waiting(storage: Storage): Writer {
  const missing = (member: string): never => {
    throw new ConformanceError(`a storage that can be written needs ${member}`);
  };
  return {
    way: "waiting",
    write: (offset, bytes) => storage.write?.(offset, bytes) ?? missing("write"),
    truncate: (size) => storage.truncate?.(size) ?? missing("truncate"),
    flush: () => storage.flush?.() ?? missing("flush"),
  };
}

function atOnce(storage: Storage): Writer | null {
  const { writeSync, truncateSync, flushSync } = storage;
  if (writeSync === undefined) {
    return null;
  }
  if (truncateSync === undefined || flushSync === undefined) {
    throw new ConformanceError("a storage with writeSync needs truncateSync and flushSync as well");
  }
  return {
    way: "at once",
    write: async (offset, bytes) => storage.writeSync?.(offset, bytes),
    truncate: async (size) => storage.truncateSync?.(size),
    flush: async () => storage.flushSync?.(),
  };
}
