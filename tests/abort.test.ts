import { type File, HdfiveError, MemoryStorage, openStorage, openStorageSync, type Storage } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { beforeAll, describe, expect, test } from "vitest";

/** Answers reads at once up to `answers`, and from then on never; it notes the signals it was given. */
class SilentStorage implements Storage {
  readonly name = "silent";
  readonly signals: AbortSignal[] = [];
  readonly #inner: MemoryStorage;
  answers = Number.POSITIVE_INFINITY;
  aborted = 0;

  constructor(image: Uint8Array<ArrayBuffer>) {
    this.#inner = new MemoryStorage(image);
  }

  get size(): number {
    return this.#inner.size;
  }

  async read(offset: number, into: Uint8Array<ArrayBuffer>, signal?: AbortSignal): Promise<number> {
    if (signal !== undefined) {
      this.signals.push(signal);
    }
    if (this.answers-- > 0) {
      return this.#inner.read(offset, into);
    }
    return new Promise((_, reject) => {
      signal?.addEventListener("abort", () => {
        this.aborted++;
        reject(signal.reason);
      });
    });
  }

  async write(): Promise<void> {
    await new Promise(() => {});
  }

  async truncate(): Promise<void> {}

  async close(): Promise<void> {}
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return "no error";
  } catch (error) {
    return error instanceof HdfiveError ? error.code : error;
  }
}

let image: Uint8Array<ArrayBuffer>;
beforeAll(() => {
  const memory = new MemoryStorage();
  const file = openStorageSync(memory, "w");
  const data = Float64Array.from({ length: 200_000 }, (_, i) => i);
  file.createDatasetSync("contiguous", { data });
  file.createDatasetSync("chunked", { data, chunks: [1000], compression: 1 });
  file.closeSync();
  image = memory.image().slice();
});

describe("a signal that stops a read", () => {
  test.each(["contiguous", "chunked"])(
    "reaches the storage through a %s read, which rejects with ABORTED",
    async (name) => {
      const storage = new SilentStorage(image);
      const file = await openStorage(storage, "r");
      const data = await file.getDataset(name);
      // From here on its metadata is in memory, and only payload is fetched.
      await data.read();
      storage.answers = 0;
      storage.signals.length = 0;
      const controller = new AbortController();
      const reading = codeOf(data.read(null, { signal: controller.signal }));
      while (storage.signals.length === 0) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(storage.signals.every((signal) => signal === controller.signal)).toBe(true);
      controller.abort();
      expect(await reading).toBe("ABORTED");
      expect(storage.aborted).toBeGreaterThan(0);
    },
  );

  test("that was given up before it began asks the storage for nothing", async () => {
    const storage = new SilentStorage(image);
    const file = await openStorage(storage, "r");
    const data = await file.getDataset("chunked");
    storage.answers = 0;
    expect(await codeOf(data.read(null, { signal: AbortSignal.abort() }))).toBe("ABORTED");
  });

  test("ends the wait for metadata that never comes, and leaves the file usable", async () => {
    const storage = new SilentStorage(image);
    const file = await openStorage(storage, "r", { metadataCacheBytes: 0 });
    const data = await file.getDataset("chunked");
    storage.answers = 0;
    const controller = new AbortController();
    const reading = codeOf(data.read([5], { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await reading).toBe("ABORTED");
  });

  test("stops the opening of a file", async () => {
    expect(await codeOf(openStorage(new SilentStorage(image), "r", { signal: AbortSignal.abort() }))).toBe("ABORTED");
    const silent = new SilentStorage(image);
    silent.answers = 0;
    const controller = new AbortController();
    const opening = codeOf(openStorage(silent, "r", { signal: controller.signal }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await opening).toBe("ABORTED");
  });

  test("stops no other reader that waits for the same blocks", async () => {
    const storm = new FaultStormStorage(new MemoryStorage(image), { seed: 3, maxDelay: 20 });
    const file = await openStorage(storm, "r", { metadataCacheBytes: 0 });
    const data = await file.getDataset("chunked");
    const controller = new AbortController();
    const given = codeOf(data.read([4], { signal: controller.signal }));
    const kept = data.read([7]);
    controller.abort();
    expect(await given).toBe("ABORTED");
    expect((await kept).item()).toBe(7);
  });
});

describe("synchronous methods over a storage that cannot answer at once", () => {
  const refused = (run: () => unknown): void => {
    expect(run).toThrow(
      expect.objectContaining({ code: "SYNC_UNAVAILABLE", message: expect.stringMatching(/without "Sync"/) }),
    );
  };

  test("refuse to open a file", () => {
    refused(() => openStorageSync(new FaultStormStorage(new MemoryStorage(image)), "r"));
  });

  test("are refused one by one, and the asynchronous ones go on working", async () => {
    const storm = new FaultStormStorage(new MemoryStorage(image.slice()));
    const file: File = await openStorage(storm, "r+", { metadataCacheBytes: 0 });
    const data = await file.getDataset("chunked");
    refused(() => file.getSync("chunked"));
    refused(() => file.keysSync());
    refused(() => [...file.walkSync()]);
    refused(() => data.readSync());
    refused(() => data.infoSync());
    refused(() => data.attrs.keysSync());
    refused(() => file.createGroupSync("group"));
    refused(() => data.writeSync([1], [0]));
    expect(await file.keys()).toEqual(["chunked", "contiguous"]);
    await file.createGroup("group");
    refused(() => file.flushSync());
    refused(() => file.closeSync());
    expect(file.isOpen).toBe(true);
    await file.close();
  });
});
