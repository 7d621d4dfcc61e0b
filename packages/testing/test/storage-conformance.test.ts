import { MemoryStorage, type Storage } from "@hdfive/core";
import { describe, expect, it } from "vitest";
import { CountingStorage } from "../src/counting-storage.js";
import { FailingStorage } from "../src/failing-storage.js";
import { FaultStormStorage } from "../src/fault-storm-storage.js";
import { storageConformance } from "../src/storage-conformance.js";

const kinds: readonly (readonly [name: string, make: (bytes: Uint8Array<ArrayBuffer>) => Storage])[] = [
  ["memory", (bytes) => new MemoryStorage(bytes)],
  ["counting", (bytes) => new CountingStorage(new MemoryStorage(bytes))],
  ["failing that does not fail", (bytes) => new FailingStorage(new MemoryStorage(bytes), {})],
  ["fault storm", (bytes) => new FaultStormStorage(new MemoryStorage(bytes), { seed: 3 })],
  ["fault storm with delays", (bytes) => new FaultStormStorage(new MemoryStorage(bytes), { maxDelay: 2 })],
];

describe.each(kinds)("a %s storage", (name, make) => {
  for (const conformance of storageConformance({ name, create: async (bytes) => make(bytes), writable: true })) {
    it(conformance.name, conformance.run);
  }
});

type Changes = { readonly [K in keyof Storage]?: Storage[K] | undefined };

/** A storage in memory with one thing wrong. */
function broken(change: (storage: MemoryStorage) => Changes): (bytes: Uint8Array<ArrayBuffer>) => Storage {
  return (bytes) => {
    const inner = new MemoryStorage(bytes);
    const methods = [
      "read",
      "readSync",
      "write",
      "writeSync",
      "truncate",
      "truncateSync",
      "flush",
      "flushSync",
    ] as const;
    const bound = Object.fromEntries(methods.map((method) => [method, inner[method].bind(inner)]));
    const whole = { ...bound, close: inner.close.bind(inner), closeSync: inner.closeSync.bind(inner) };
    // `size` has to follow the storage: a copied property would not.
    return Object.defineProperty({ ...whole, ...change(inner) }, "size", { get: () => inner.size }) as Storage;
  };
}

const faults: Readonly<Record<string, (bytes: Uint8Array<ArrayBuffer>) => Storage>> = {
  "says it read what it was asked for": broken((inner) => ({
    read: async (offset, into) => Math.max(await inner.read(offset, into), into.length),
  })),
  "reads from the wrong place past 4 KiB": broken((inner) => ({
    read: (offset, into) => inner.read(offset > 4096 ? offset + 1 : offset, into),
  })),
  "ignores the offset of a view": broken((inner) => ({
    read: (offset, into) => inner.read(offset, new Uint8Array(into.buffer, 0, into.length)),
  })),
  "ignores the signal": broken((inner) => ({ read: (offset, into) => inner.read(offset, into) })),
  "reads after it is closed": broken(() => ({ close: async () => undefined, closeSync: () => undefined })),
  "answers something else without waiting": broken((inner) => ({
    readSync: (offset, into) => inner.readSync(offset + 1, into),
  })),
  "writes the whole buffer of a view": broken((inner) => ({
    write: (offset, bytes) => inner.write(offset, new Uint8Array(bytes.buffer, 0, bytes.length)),
  })),
  "does not grow": broken((inner) => ({
    write: async (offset, bytes) => {
      if (offset + bytes.length <= inner.size) {
        inner.writeSync(offset, bytes);
      }
    },
  })),
  "does not get shorter": broken((inner) => ({
    truncate: async (size) => {
      if (size > inner.size) {
        inner.truncateSync(size);
      }
    },
  })),
  "has no truncate": broken(() => ({ truncate: undefined })),
};

describe("the conformance suite", () => {
  it.each(Object.entries(faults))("sees a storage that %s", async (_, makeBroken) => {
    const create = async (bytes: Uint8Array<ArrayBuffer>): Promise<Storage> => makeBroken(bytes);
    const cases = storageConformance({ name: "broken", create, writable: true });
    const results = await Promise.allSettled(cases.map((one) => one.run()));
    expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
  });

  it("asks a storage for reading only no question about writing", () => {
    const options = { name: "r", create: async (bytes: Uint8Array<ArrayBuffer>) => new MemoryStorage(bytes) };
    const reading = storageConformance({ ...options, writable: false }).map(({ name }) => name);
    const all = storageConformance({ ...options, writable: true, sparse: true }).map(({ name }) => name);
    expect(reading.some((name) => /write|grow|truncat/.test(name))).toBe(false);
    expect(all.some((name) => name.includes("4 GiB"))).toBe(true);
    expect(new Set(all).size).toBe(all.length);
  });
});
