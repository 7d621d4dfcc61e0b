import { readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { MemoryStorage, type Storage, slice } from "@hdfive/core";
import { CountingStorage, FaultStormStorage } from "@hdfive/testing";
import { open, openSync } from "hdfive";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";
import { runPython } from "./make-files.js";

beforeAll(reportMissingTools);

const MAKE = `
with h5py.File("a.h5", "w") as f:
    d = f.create_dataset("split", (10,), "<i4", external=[("x.raw", 4, 16), ("y.raw", 0, 8), ("x.raw", 40, h5f.UNLIMITED)])
    d[:] = np.arange(10)
    d = f.create_dataset("plane", (30, 40), ">f8", external=[("z.raw", 100, h5f.UNLIMITED)])
    d[:] = np.arange(1200).reshape(30, 40)
    d = f.create_dataset("short", (6,), "<u2", external=[("s.raw", 0, 12)])
    d[:] = np.arange(1, 7)
    d = f.create_dataset("never", (6,), "<u2", external=[("none.raw", 0, 12)], fillvalue=7)
    d = f.create_dataset("outside", (3,), "u1", external=[("../secret", 0, 3)])
    d = f.create_dataset("absolute", (3,), "u1", external=[("/etc/passwd", 0, 3)])
    d = f.create_dataset("linked", (3,), "u1", external=[("link.raw", 0, 3)])
    f["zz_own"] = np.arange(4)
`;

describe.each(PYTHONS)("data in other files, made by $label", (tool) => {
  const folder = new ScratchFolder();
  beforeAll(() => {
    runPython(tool, folder.path, MAKE);
    writeFileSync(folder.file("s.raw"), readFileSync(folder.file("s.raw")).subarray(0, 7));
    symlinkSync("/etc/passwd", folder.file("link.raw"));
  });
  afterAll(() => folder.remove());

  it("is read across the files as h5py reads it, whole and in part, and is zeros past the end of one", async () => {
    const script = `
with h5py.File("a.h5") as f:
    out = [f["split"][:].tolist(), f["split"][3:7].tolist(), f["split"][::3].tolist(), f["plane"][3:20:5, 7::9].tolist(), f["short"][:].tolist()]
`;
    const theirs = runPython<unknown[]>(tool, folder.path, script);
    await using file = await open(folder.file("a.h5"));
    using twin = openSync(folder.file("a.h5"));
    const split = await file.getDataset("split");
    const plane = await file.getDataset("plane");
    const ours = [
      await split.read(),
      twin.getDatasetSync("split").readSync([slice(3, 7)]),
      await split.read([slice(null, null, 3)]),
      await plane.read([slice(3, 20, 5), slice(7, null, 9)]),
      await (await file.getDataset("short")).read(),
    ];
    expect(ours.map((one) => Array.from(one.data as ArrayLike<number>))).toEqual(
      theirs.map((one) => (one as unknown[]).flat()),
    );
    expect(ours[4]?.data).toEqual(Uint16Array.of(1, 2, 3, 4, 0, 0));
  });

  it("is listed by info", async () => {
    await using file = await open(folder.file("a.h5"));
    const info = await (await file.getDataset("split")).info();
    expect(info.layout).toBe("contiguous");
    expect(info.storageSize).toBe(40);
    expect(info.external).toEqual([
      { name: "x.raw", offset: 4, size: 16 },
      { name: "y.raw", offset: 0, size: 8 },
      { name: "x.raw", offset: 40, size: null },
    ]);
    expect((await (await file.getDataset("zz_own")).info()).external).toBeNull();
  });

  it("fails with the name of a file that is missing or outside, never with zeros, and spoils nothing else", async () => {
    await using file = await open(folder.file("a.h5"));
    const codes: Record<string, string> = {};
    for await (const [name, object] of file.entries()) {
      if (object?.kind === "dataset") {
        codes[name] = await object.read().then(
          () => "read",
          (error: { code: string }) => error.code,
        );
      }
    }
    expect(codes).toEqual({
      absolute: "FORBIDDEN",
      linked: "FORBIDDEN",
      never: "NOT_FOUND",
      outside: "FORBIDDEN",
      plane: "read",
      short: "read",
      split: "read",
      zz_own: "read",
    });
    expect(() => file.getSync("never").kind === "dataset" && file.getDatasetSync("never").readSync()).toThrow(
      "none.raw",
    );
  });

  it("is not needed for a part that other files hold", async () => {
    const part = new ScratchFolder();
    part.put("a.h5", folder.take("a.h5"));
    part.put("x.raw", folder.take("x.raw"));
    await using file = await open(part.file("a.h5"));
    const split = await file.getDataset("split");
    expect((await split.read([slice(null, 4)])).data).toEqual(Int32Array.of(0, 1, 2, 3));
    await expect(split.read()).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("y.raw") });
    rmSync(part.path, { recursive: true });
  });

  it("comes from a map of storages, in one request a piece, the same through a storm", async () => {
    const z = new CountingStorage(new MemoryStorage(folder.take("z.raw")));
    const names = ["x.raw", "y.raw"];
    const map = new Map<string, Storage>(names.map((name) => [name, new MemoryStorage(folder.take(name))]));
    map.set("z.raw", z);
    await using file = await open(folder.take("a.h5"), "r", { resolve: map });
    const plane = await (await file.getDataset("plane")).read();
    expect(z.counts.reads).toBe(1);
    const storms = new Map([...map].map(([name, storage]) => [name, new FaultStormStorage(storage)]));
    const storm = new FaultStormStorage(new MemoryStorage(folder.take("a.h5")));
    const blown = await open(storm, "r", { resolve: storms, metadataCacheBytes: 0 });
    expect((await (await blown.getDataset("plane")).read()).data).toEqual(plane.data);
    expect((await (await blown.getDataset("split")).read()).data).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
  });

  it("is not written", async () => {
    await using file = await open(folder.file("a.h5"), "r+");
    const split = await file.getDataset("split");
    await expect(split.write(Int32Array.of(1), [0])).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
