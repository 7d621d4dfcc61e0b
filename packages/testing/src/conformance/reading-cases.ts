import { fails, pattern, readBytes, readBytesSync, same, sameBytes } from "./checks.js";
import {
  type ConformanceBody,
  type ConformanceCase,
  type ConformanceOptions,
  conformanceCase,
} from "./conformance-case.js";

const LENGTH = 10_000;

/** What every storage must do. */
export function readingCases(options: ConformanceOptions): ConformanceCase[] {
  const test = (name: string, body: ConformanceBody, length = LENGTH): ConformanceCase =>
    conformanceCase(options, name, pattern(length), body);
  return [
    test("knows its size", async (storage) => same(storage.size, LENGTH, "size")),
    test("can be empty", async (storage) => {
      same(storage.size, 0, "size");
      same((await readBytes(storage, 0, 10)).length, 0, "bytes read");
    }, 0),
    test("reads at the start, in the middle and up to the end", async (storage, content) => {
      for (const [offset, length] of [
        [0, 100],
        [1, 1],
        [4095, 3],
        [777, 5000],
        [LENGTH - 10, 10],
        [0, LENGTH],
      ] as const) {
        sameBytes(await readBytes(storage, offset, length), content.subarray(offset, offset + length), `at ${offset}`);
      }
    }),
    test("reads fewer bytes at the end, and none past it", async (storage, content) => {
      sameBytes(await readBytes(storage, LENGTH - 7, 20), content.subarray(LENGTH - 7), "over the end");
      sameBytes(await readBytes(storage, LENGTH - 7, 50_000), content.subarray(LENGTH - 7), "far over the end");
      same((await readBytes(storage, LENGTH, 1)).length, 0, "at the end");
      same((await readBytes(storage, LENGTH + 100_000, 10)).length, 0, "past the end");
    }),
    test("reads nothing when nothing is asked for", async (storage) => {
      same((await readBytes(storage, 5, 0)).length, 0, "bytes read");
    }),
    test("answers many reads at the same time, each with its own bytes", async (storage, content) => {
      const offsets = Array.from({ length: 64 }, (_, i) => (i * 7919) % LENGTH);
      const answers = await Promise.all(offsets.map((offset) => readBytes(storage, offset, 300)));
      answers.forEach((bytes, i) => {
        const offset = offsets[i] as number;
        sameBytes(bytes, content.subarray(offset, offset + 300), `read ${i} at ${offset}`);
      });
    }),
    test("reads the same without waiting, when it can", async (storage) => {
      for (const [offset, length] of [
        [0, 10],
        [5000, 4097],
        [LENGTH - 3, 10],
        [LENGTH, 4],
        [LENGTH + 9, 4],
        [3, 0],
      ] as const) {
        const now = await readBytesSync(storage, offset, length);
        if (now !== null) {
          sameBytes(now, await readBytes(storage, offset, length), `at ${offset}`);
        }
      }
    }),
    test("does not start a read that was aborted", async (storage) => {
      const controller = new AbortController();
      controller.abort();
      await fails(() => storage.read(0, new Uint8Array(10), controller.signal), "a read with an aborted signal");
      sameBytes(await readBytes(storage, 0, 10), pattern(10), "a read after that");
    }),
    test("ends after a read is aborted on its way", async (storage) => {
      const controller = new AbortController();
      const read = storage.read(0, new Uint8Array(LENGTH), controller.signal);
      controller.abort();
      // It may have been done before: then the answer counts, else the rejection. It must not hang.
      await read.catch(() => undefined);
      sameBytes(await readBytes(storage, 0, 10), pattern(10), "a read after that");
    }),
    test("reads no more once it is closed", async (storage) => {
      await storage.close();
      await fails(() => storage.read(0, new Uint8Array(4)), "read");
      if (storage.readSync !== undefined) {
        await fails(() => storage.readSync?.(0, new Uint8Array(4)), "readSync");
      }
    }),
    test("closes without waiting, when it can", async (storage) => {
      if (storage.closeSync !== undefined) {
        storage.closeSync();
        await fails(() => storage.read(0, new Uint8Array(4)), "read");
      }
    }),
  ];
}
