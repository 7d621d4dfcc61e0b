import { structuralProblems } from "@hdfive/testing";
import { describe, expect, it } from "vitest";
import { type File, MemoryStorage, openStorage, openStorageSync } from "../../src/index.js";

const MEGABYTE = 1024 * 1024;

/** Bytes that changes take in memory, as counted and as they are. */
function dirty(file: File): { counted: number; real: number } {
  const { state } = file.context;
  let real = 0;
  for (const { codec, value } of state.dirtyNodes.values()) {
    real += codec.sizeOf(value, state.context);
  }
  for (const bytes of state.dirtyBlocks.values()) {
    real += bytes.length;
  }
  return { counted: state.dirtyByteLength, real };
}

describe("changes of metadata in memory", () => {
  it("are written out before they take much memory, however few they are", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver: "latest" });
    let most = 0;
    for (let i = 0; i < 100; i++) {
      await file.attrs.set(`a${i}`, new Uint8Array(MEGABYTE).fill(i));
      most = Math.max(most, dirty(file).real);
    }
    expect(most).toBeGreaterThan(20 * MEGABYTE);
    expect(most).toBeLessThan(40 * MEGABYTE);
    await file.close();
    expect(structuralProblems(storage.image())).toEqual([]);
    const again = openStorageSync(new MemoryStorage(storage.image()));
    expect(again.attrs.keysSync()).toHaveLength(100);
  });

  it.each(["earliest", "latest"] as const)("are counted as they are, after every kind of edit (%s)", (libver) => {
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w", { libver });
    for (let i = 0; i < 60; i++) {
      const group = file.createGroupSync(`g${i}`);
      group.attrs.setSync("text", "x".repeat(100 * i));
      file.createDatasetSync(`g${i}/d`, { data: ["one", "three"], chunks: [1] });
      if (i % 3 === 0) {
        file.deleteSync(`g${i}`);
      }
      if (i % 20 === 7) {
        file.flushSync();
        expect(dirty(file)).toEqual({ counted: 0, real: 0 });
      }
      const { counted, real } = dirty(file);
      expect(counted, `after ${i}`).toBe(real);
    }
    file.closeSync();
    expect(structuralProblems(storage.image())).toEqual([]);
  });
});
