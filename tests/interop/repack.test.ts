import { check, type Dataset, MemoryStorage, openStorage, repack } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(() => reportMissingTools());
afterAll(() => folder.remove());

type Portrait = {
  members?: [string, Portrait][];
  filters?: unknown;
  chunks?: unknown;
  layout?: unknown;
  stored?: unknown;
};

/** A portrait without how datasets are stored. */
function values(portrait: Portrait): unknown {
  const { filters: _f, chunks: _c, layout: _l, stored: _s, members, ...rest } = portrait;
  return {
    ...rest,
    members: members?.map(([name, member]) => [
      name,
      Array.isArray(member) ? member : typeof member === "object" ? values(member) : member,
    ]),
  };
}

describe.each(PYTHONS)("files written anew and $label", (tool) => {
  let session: PythonSession;
  beforeAll(async () => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());
  const portrait = (name: string): Promise<Portrait> =>
    session.ask<Portrait>("portrait", { path: folder.file(name), at: "/", references: true });

  describe.each(["earliest", "v110"] as const)("from libver %s", (libver) => {
    const rich = `rich-${libver}.h5`;
    beforeAll(async () => {
      await session.ask("make_rich", { path: folder.file(rich), libver });
      // Space that nobody uses any more.
      await session.ask("script", {
        path: folder.file(rich),
        mode: "r+",
        code: 'f["gone"] = np.zeros(50000)\nf.flush()\nf["after"] = 1\ndel f["gone"]',
      });
    });

    // HDF5 1.10 does not read the layouts that later versions brought.
    const bounds = ["earliest", "v110", ...(tool.label === "newest h5py" ? (["latest"] as const) : [])] as const;
    it.each(bounds)("are the same to h5py, and smaller (to libver %s)", async (to) => {
      const source = await openStorage(new FaultStormStorage(new MemoryStorage(folder.take(rich))));
      const target = new MemoryStorage();
      await repack(source, target, { libver: to });
      await source.close();
      expect(target.size).toBeLessThan(folder.take(rich).length - 300_000);
      expect((await check(new MemoryStorage(target.image()))).problems).toEqual([]);
      folder.put("again.h5", target.image());
      const expected = await portrait(rich);
      expect(await portrait("again.h5")).toEqual(expected);
    });

    it("take other chunks and filters where that is asked for, and keep every value", async () => {
      const source = await openStorage(new MemoryStorage(folder.take(rich)));
      const target = new MemoryStorage();
      const seen: string[] = [];
      await repack(source, target, {
        dataset: ({ path, shape, chunks }) => {
          seen.push(path);
          if (path === "/source/packed") {
            return { chunks: [25, 33], compression: "lzf" };
          }
          if (path === "/source/scaled") {
            return { chunks: null, filters: [] };
          }
          return shape.length > 0 && chunks === null && !path.endsWith("empty")
            ? { chunks: true, compression: "gzip", shuffle: true }
            : undefined;
        },
      });
      await source.close();
      expect(seen).toContain("/source/inner/deep/leaf");
      expect((await check(new MemoryStorage(target.image()))).problems).toEqual([]);
      const reading = await openStorage(new MemoryStorage(target.image()));
      const dataset = (path: string): Promise<Dataset> => reading.getDataset(path);
      expect((await dataset("source/packed")).chunks).toEqual([25, 33]);
      expect((await dataset("source/packed")).compression).toBe("lzf");
      expect((await dataset("source/scaled")).filters).toEqual([]);
      expect((await dataset("source/plain")).compression).toBe("gzip");
      await reading.close();
      folder.put("other.h5", target.image());
      expect(values(await portrait("other.h5"))).toEqual(values(await portrait(rich)));
    });
  });
});

describe("rewriting a file", () => {
  it("keeps the user block, tells how far it is, and leaves nothing when it is stopped", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { userblockSize: 1024, trackOrder: true });
    await file.createDataset("z", { data: Float64Array.from({ length: 10_000 }, (_, i) => i), chunks: [500] });
    await file.createDataset("a", { data: [1, 2] });
    await file.attrs.set("ref", (await file.get("z")).ref);
    await file.close();
    const image = storage.image();
    image.set(new TextEncoder().encode("mine"), 0);
    const source = await openStorage(new MemoryStorage(image));
    const target = new MemoryStorage();
    const bytes: number[] = [];
    await repack(source, target, { progress: (now) => bytes.push(now.bytes) });
    expect(bytes.at(-1)).toBeGreaterThanOrEqual(80_000);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(new TextDecoder().decode(target.image().subarray(0, 4))).toBe("mine");
    const again = await openStorage(new MemoryStorage(target.image()));
    expect(await again.keys()).toEqual(["z", "a"]);
    await again.close();

    for (let steps = 1; steps < 4; steps++) {
      const controller = new AbortController();
      let left = steps;
      const options = {
        signal: controller.signal,
        progress: (): void => {
          left--;
          if (left === 0) {
            controller.abort();
          }
        },
      };
      const aborted = { code: "ABORTED" };
      const empty = new MemoryStorage();
      await expect(repack(source, empty, options)).rejects.toMatchObject(aborted);
      expect(empty.size).toBe(0);
      left = steps;
      const second = new AbortController();
      const open = await openStorage(new MemoryStorage(), "w");
      await expect(
        repack(source, open, { ...options, signal: second.signal, progress: () => --left === 0 && second.abort() }),
      ).rejects.toMatchObject(aborted);
      expect([await open.keys(), await open.attrs.keys()]).toEqual([[], []]);
      await open.close();
    }
    const used = await openStorage(new MemoryStorage(), "w");
    await used.createGroup("g");
    await expect(repack(source, used)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await used.close();
    await source.close();
  });
});
