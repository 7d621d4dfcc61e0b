import { MemoryStorage, openStorage, slice } from "@hdfive/core";
import type { Libver } from "@hdfive/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPython } from "../files/make-files.js";
import { sound } from "../image.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";

beforeAll(reportMissingTools);

const SPLIT = [
  ["x.raw", 4, 16],
  ["y.raw", 0, 8],
  ["x.raw", 40, null],
] as const;

describe.each(PYTHONS)("data that we put into other files, as the $label reads it", (tool) => {
  const folder = new ScratchFolder();
  afterAll(() => folder.remove());

  it.each(["earliest", "v110"] as const)("stands where it belongs, under libver %s", async (libver: Libver) => {
    const storage = new MemoryStorage();
    const raw = new Map(["x.raw", "y.raw"].map((name) => [name, new MemoryStorage()]));
    const file = await openStorage(storage, "w", { libver, resolve: raw });
    const data = Int32Array.from({ length: 10 }, (_, i) => i);
    const split = await file.createDataset("split", { data, external: SPLIT });
    await split.write([70, 90], [slice(3, 8, 4)]);
    split.writeSync(50, [5]);
    const expected = [0, 1, 2, 70, 4, 50, 6, 90, 8, 9];
    expect((await split.read()).toNested()).toEqual(expected);
    expect((await split.info()).external).toEqual(SPLIT.map(([name, offset, size]) => ({ name, offset, size })));
    await file.close();
    folder.put("ours.h5", sound(storage.image()));
    for (const [name, bytes] of raw) {
      folder.put(name, bytes.image());
    }
    const theirs = runPython(
      tool,
      folder.path,
      `
with h5py.File("ours.h5", "r") as f:
    d = f["split"]
    out = [d[:].tolist(), [[n, o, None if s == h5f.UNLIMITED else s] for n, o, s in d.external]]
`,
    );
    expect(theirs).toEqual([expected, SPLIT]);
  });
});

describe("data in other files", () => {
  it("is left where it is when the dataset is deleted, and the names are given back", async () => {
    const raw = new MemoryStorage();
    const file = await openStorage(new MemoryStorage(), "w", { resolve: new Map([["x.raw", raw]]) });
    await file.flush();
    const before = file.context.state.allocator.usedBytes;
    await file.createDataset("d", { data: [1, 2, 3], dtype: "<u2", external: "x.raw" });
    await file.flush();
    await file.delete("d");
    await file.flush();
    expect(file.context.state.allocator.usedBytes).toBe(before);
    expect([...raw.image()]).toEqual([1, 0, 2, 0, 3, 0]);
    await file.close();
  });

  it.each([
    ["has chunks", { chunks: [2], external: "x.raw" }, "INVALID_ARGUMENT"],
    ["does not fit", { external: [["x.raw", 0, 8]] as const }, "INVALID_ARGUMENT"],
    [
      "has a file without a limit before others",
      {
        external: [
          ["x.raw", 0, null],
          ["y.raw", 0, null],
        ] as const,
      },
      "INVALID_ARGUMENT",
    ],
    ["stands in files that are only read", { external: "x.raw", data: [1, 2, 3, 4] }, "UNSUPPORTED"],
  ] as const)("is refused when it %s, and leaves nothing behind", async (_, options, code) => {
    const frozen = Object.create(new MemoryStorage(), { write: { value: undefined } }) as MemoryStorage;
    const file = await openStorage(new MemoryStorage(), "w", { resolve: new Map([["x.raw", frozen]]) });
    await expect(file.createDataset("d", { shape: [4], dtype: "<i4", ...options })).rejects.toMatchObject({ code });
    expect(await file.keys()).toEqual([]);
    await file.close();
  });
});
