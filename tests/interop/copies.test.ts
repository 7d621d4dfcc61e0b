import { type CopyOptions, type File, MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(() => reportMissingTools());
afterAll(() => folder.remove());

const OPTIONS: readonly (readonly [string, CopyOptions, object])[] = [
  ["nothing else said", {}, {}],
  ["shallow", { shallow: true }, { shallow: true }],
  ["without attributes", { withoutAttributes: true }, { without_attrs: true }],
  ["soft links expanded", { expandSoft: true }, { expand_soft: true }],
  ["external links expanded", { expandExternal: true }, { expand_external: true }],
];

describe.each(PYTHONS)("copies compared with those of $label", (tool) => {
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => session.close());

  const read = (name: string): MemoryStorage => new MemoryStorage(folder.take(name));
  /** What h5py sees; without what references lead to, which libhdf5 leaves dangling here and null there. */
  const portrait = (name: string, at = "/", references = false): Promise<unknown> =>
    session.ask("portrait", { path: folder.file(name), at, references });
  /** Opens files that may name each other. */
  const open = (name: string, mode: "r" | "r+", storage = read(name)): Promise<File> =>
    openStorage(storage, mode, { resolve: (other) => (other.endsWith("other.h5") ? read("other.h5") : null) });

  describe.each(["earliest", "v110"] as const)("libver %s", (libver) => {
    const [rich, other] = [`rich-${libver}.h5`, "other.h5"];
    beforeAll(async () => {
      await session.ask("make_rich", { path: folder.file(rich), libver, other: folder.file(other) });
    });

    it.each(OPTIONS)("within a file are the same: %s", async (_, options, theirOptions) => {
      const storage = read(rich);
      const file = await open(rich, "r+", storage);
      await file.copy("source", "into/copy", options);
      await file.close();
      folder.put("ours.h5", storage.image());
      folder.put("theirs.h5", folder.take(rich));
      const path = folder.file("theirs.h5");
      await session.ask("their_copy", { path, into: path, source: "source", name: "into/copy", ...theirOptions });
      expect(await portrait("ours.h5", "into/copy")).toEqual(await portrait("theirs.h5", "into/copy"));
      expect(await portrait("ours.h5", "source", true)).toEqual(await portrait(rich, "source", true));
    });

    it.each(OPTIONS)("in another file are the same: %s", async (_, options, theirOptions) => {
      const storage = new MemoryStorage();
      const [from, to] = [await open(rich, "r"), await openStorage(storage, "w", { libver })];
      await from.copy("source", to, { ...options, name: "copy" });
      await to.close();
      await from.close();
      folder.put("ours.h5", storage.image());
      const empty = new MemoryStorage();
      await (await openStorage(empty, "w")).close();
      folder.put("theirs.h5", empty.image());
      await session.ask("their_copy", {
        path: folder.file(rich),
        into: folder.file("theirs.h5"),
        source: "source",
        name: "copy",
        ...theirOptions,
      });
      expect(await portrait("ours.h5", "copy")).toEqual(await portrait("theirs.h5", "copy"));
    });
  });
});

describe.each(PYTHONS)("references in copies, by $label", (tool) => {
  let session: PythonSession;
  beforeAll(async () => {
    session = new PythonSession(tool);
    await session.ask("make_rich", {
      path: folder.file("refs.h5"),
      libver: "earliest",
      other: folder.file("other.h5"),
    });
  });
  afterAll(() => session.close());

  const CODE = `
def path(r): return f[r].name if r else None
s = f[at]
answer = {
  "refs": [path(r) for r in s["refs"][:]], "rows": [path(r["to"]) for r in s["rows"][:]], "row": path(s.attrs["row"]["to"]),
  "ref": path(s.attrs["ref"]), "regions": [f[r][r].tolist() if r else None for r in s["regions"][:]],
  "scales": [[k.name for k in d.values()] for d in s["plain"].dims] if path(s["plain"].attrs["DIMENSION_LIST"][0][0]) else None,
  "root": sorted(n if n[0] != "~" else type(f[n]).__name__ for n in f),
}`;
  const ask = (name: string, at: string): Promise<unknown> =>
    session.ask("script", { path: folder.file(name), mode: "r", code: CODE, at });

  it("stay within a file, are null in another, and lead to copies when that is asked for", async () => {
    const storage = new MemoryStorage(folder.take("refs.h5"));
    const file = await openStorage(storage, "r+");
    await file.copy("source", "copy");
    await file.close();
    folder.put("within.h5", storage.image());
    const wanted = await ask("refs.h5", "source");
    const root = ["copy", "outside", "source"];
    expect(await ask("within.h5", "copy")).toEqual({ ...(wanted as object), root });

    const from = await openStorage(new MemoryStorage(folder.take("refs.h5")));
    for (const expandReferences of [false, true]) {
      const into = new MemoryStorage();
      const to = await openStorage(into, "w");
      await from.getGroup("source").then((group) => from.copy(group, to, { name: "c", expandReferences }));
      await to.close();
      folder.put("across.h5", into.image());
      const found = (await ask("across.h5", "c")) as { refs: (string | null)[]; ref: string | null };
      if (!expandReferences) {
        expect(found).toEqual({
          refs: [null, null, null, null],
          rows: [null, null, null],
          row: null,
          ref: null,
          regions: [null, null],
          scales: null,
          root: ["c"],
        });
        continue;
      }
      const outside = found.ref as string;
      expect(outside).toMatch(/^\/~obj_pointed_by_\d+$/);
      expect(found).toEqual({
        refs: ["/c/inner/deep", "/c/packed", outside, null],
        rows: ["/c/plain", "/c", null],
        row: "/c/plain",
        ref: outside,
        regions: [
          [
            [6, 8, 10],
            [12, 14, 16],
          ],
          null,
        ],
        scales: [["/c/x"], []],
        root: ["Dataset", "c"],
      });
    }
    await from.close();
  });
});

describe("a copy", () => {
  it("that fails or is aborted leaves nothing behind, and what cannot be is refused", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    const group = await file.createGroup("g");
    await group.createDataset("a", { data: [1, 2, 3] });
    await group.createDataset("b", { data: Float64Array.from({ length: 5000 }), chunks: [100] });
    await group.createDataset("c", { data: ["text"] });
    await file.flush();
    const before = await file.info();
    for (let steps = 1; steps < 8; steps++) {
      const controller = new AbortController();
      let left = steps;
      const progress = (): void => {
        if (--left === 0) {
          controller.abort();
        }
      };
      await expect(file.copy("g", "h", { signal: controller.signal, progress })).rejects.toMatchObject({
        code: "ABORTED",
      });
      expect(await file.keys()).toEqual(["g"]);
    }
    expect((await group.info()).referenceCount).toBe(1);
    await file.flush();
    expect(before).toBeDefined();
    const seen: number[] = [];
    await file.copy("g", "h", { progress: ({ bytes }) => seen.push(bytes) });
    expect(seen.at(-1)).toBeGreaterThanOrEqual(40_000);
    expect((await (await file.getDataset("h/c")).read()).toNested()).toEqual(["text"]);
    await expect(file.copy("g", "h")).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    await expect(file.copy("nothing", "i")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(file.copy("g", await file.getDataset("h/a"))).rejects.toMatchObject({ code: "WRONG_KIND" });
    await file.copy("g", "g/itself");
    expect(await (await file.getGroup("g/itself")).keys()).toEqual(["a", "b", "c"]);
    await file.copy("g", await file.getGroup("h"), { name: "again" });
    await file.close();
    const reading = await openStorage(new MemoryStorage(storage.image()));
    expect((await (await reading.getDataset("h/again/itself/b")).read()).data).toHaveLength(5000);
    await expect(reading.copy("g", "x")).rejects.toMatchObject({ code: "READ_ONLY" });
    await reading.close();
  });
});
