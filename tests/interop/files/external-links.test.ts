import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Dataset, Group, HdfiveError, MemoryStorage, type Storage, UnreadableObject } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { open, openSync } from "hdfive";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";
import { runPython } from "./make-files.js";

beforeAll(reportMissingTools);

const MAKE = `
os.makedirs("in/sub", exist_ok=True)
os.makedirs("outside", exist_ok=True)
with h5py.File("in/a.h5", "w") as f:
    f["own"] = np.arange(3)
    f["pong"] = h5py.ExternalLink("b.h5", "ping")
    f["to_b"] = h5py.ExternalLink("b.h5", "/group/data")
    f["to_group"] = h5py.ExternalLink("b.h5", "group")
    f["other/to_root"] = h5py.ExternalLink("b.h5", "/")
    f["soft"] = h5py.SoftLink("/to_group/data")
    f["other/back"] = h5py.ExternalLink("b.h5", "to_a")
    f["below"] = h5py.ExternalLink("sub/c.h5", "up")
    f["other/moved"] = h5py.ExternalLink("/nowhere/at/all/b.h5", "/group/data")
    f["other/no_file"] = h5py.ExternalLink("none.h5", "/x")
    f["other/no_object"] = h5py.ExternalLink("b.h5", "/none")
    f["other/not_hdf5"] = h5py.ExternalLink("text.txt", "/x")
    f["other/leaves"] = h5py.ExternalLink("../outside/o.h5", "/x")
    f["more/folder"] = h5py.ExternalLink("sub", "/x")
    f["more/absolute"] = h5py.ExternalLink(os.path.abspath("outside/o.h5"), "/x")
    f["other/by_symlink"] = h5py.ExternalLink("link.h5", "/x")
with h5py.File("in/b.h5", "w") as f:
    f["group/data"] = np.arange(10, 20)
    f["group"].attrs["a"] = 7
    f["ping"] = h5py.ExternalLink("a.h5", "pong")
    f["to_a"] = h5py.ExternalLink("a.h5", "own")
with h5py.File("in/sub/c.h5", "w") as f:
    f["up"] = h5py.ExternalLink("../b.h5", "group/data")
with h5py.File("outside/o.h5", "w") as f:
    f["x"] = 1
open("in/text.txt", "w").write("no hdf5")
`;

describe.each(PYTHONS)("external links in files of $label", (tool) => {
  const folder = new ScratchFolder();
  const path = join(folder.path, "in/a.h5");
  beforeAll(() => {
    mkdirSync(join(folder.path, "in"));
    runPython(tool, folder.path, MAKE);
    symlinkSync(join(folder.path, "outside/o.h5"), join(folder.path, "in/link.h5"));
  });
  afterAll(() => folder.remove());

  it("lead to the objects and values that h5py finds, which know their own file and path", async () => {
    const script = `
with h5py.File("in/a.h5") as f:
    out = {n: [os.path.basename(f[n].file.filename), f[n].name, f[n][()].tolist()] for n in ["own", "to_b", "soft", "to_group/data", "other/to_root/group/data", "other/back", "below", "other/moved"]}
`;
    const theirs = runPython<Record<string, [string, string, number[]]>>(tool, folder.path, script);
    await using file = await open(path);
    using twin = openSync(path);
    for (const [name, [filename, objectPath, values]] of Object.entries(theirs)) {
      for (const dataset of [await file.getDataset(name), twin.getDatasetSync(name)]) {
        // Of a soft link that leads through an external one libhdf5 keeps the soft link's name, which the other file lacks.
        const wanted = name === "soft" ? "/group/data" : objectPath;
        expect([name, dataset.filename.split("/").at(-1), dataset.path]).toEqual([name, filename, wanted]);
        expect(Array.from(dataset.readSync().data as ArrayLike<unknown>, Number)).toEqual(values);
      }
    }
    expect(await (await file.getGroup("to_group")).attrs.get("a")).toBe(7n);
  });

  it("open a file once, and are read again as the same object of the same file", async () => {
    await using file = await open(path);
    const [first, second, back, own] = await Promise.all([
      file.get("to_b"),
      file.get("other/to_root/group/data"),
      file.get("other/back"),
      file.get("own"),
    ]);
    expect(first.equals(second)).toBe(true);
    expect(back.equals(own)).toBe(true);
  });

  it("count over all files, so that two links that lead to each other come to an end", async () => {
    await using file = await open(path);
    await expect(file.get("pong")).rejects.toMatchObject({ code: "LIMIT" });
    expect(() => file.getSync("pong")).toThrow(/too many links/);
    await using few = await open(path, "r", { limits: { files: 1 } });
    await few.get("to_b");
    await expect(few.get("below")).rejects.toMatchObject({ code: "LIMIT" });
    await using none = await open(path, "r", { limits: { files: 1 } });
    const both = await Promise.allSettled([none.get("to_b"), none.get("below")]);
    expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("fail with what is wrong: no file, no object, no HDF5, a file outside", async () => {
    await using file = await open(path);
    const codes: Readonly<Record<string, string>> = {
      "other/no_file": "NOT_FOUND",
      "other/no_object": "NOT_FOUND",
      "other/not_hdf5": "NOT_HDF5",
      "other/leaves": "FORBIDDEN",
      "more/absolute": "FORBIDDEN",
      "other/by_symlink": "FORBIDDEN",
    };
    for (const [name, code] of Object.entries(codes)) {
      await expect(file.get(name), name).rejects.toMatchObject({ code });
      expect(() => file.getSync(name), name).toThrow(HdfiveError);
      expect(await file.has(name), name).toBe(true);
    }
    await expect(file.get("other/no_file")).rejects.toThrow(/no_file.*none\.h5/);
    expect(await file.has("to_group/data")).toBe(true);
    expect(await file.has("to_group/none")).toBe(false);
    expect(await file.has("other/no_file/x")).toBe(false);
  });

  it("never spoil what stands beside them", async () => {
    await using file = await open(path);
    const met: [string, string][] = [];
    const groups = [file, await file.getGroup("other"), await file.getGroup("more")];
    for (const group of groups) {
      for await (const [name, object] of group.entries()) {
        const what = object === null ? "nothing" : object instanceof UnreadableObject ? object.error.code : object.kind;
        met.push([name, what]);
      }
    }
    expect(met).toEqual([
      ["below", "dataset"],
      ["more", "group"],
      ["other", "group"],
      ["own", "dataset"],
      ["pong", "LIMIT"],
      ["soft", "dataset"],
      ["to_b", "dataset"],
      ["to_group", "group"],
      ["back", "dataset"],
      ["by_symlink", "FORBIDDEN"],
      ["leaves", "FORBIDDEN"],
      ["moved", "dataset"],
      ["no_file", "nothing"],
      ["no_object", "nothing"],
      ["not_hdf5", "NOT_HDF5"],
      ["to_root", "group"],
      ["absolute", "FORBIDDEN"],
      ["folder", "IO"],
    ]);
    const again = groups.flatMap((group) => [...group.entriesSync()].map(([name]) => name));
    expect(again).toEqual(met.map(([name]) => name));
  });

  it("are closed with the file, and their objects with them", async () => {
    const file = await open(path);
    const dataset = await file.getDataset("to_b");
    await file.close();
    await expect(dataset.read()).rejects.toMatchObject({ code: "CLOSED" });
    const closed: string[] = [];
    class Slow extends MemoryStorage {
      override async close(): Promise<void> {
        closed.push(this.name);
      }
    }
    const late = await open(path, "r", {
      resolve: async (name) => {
        await new Promise((go) => setTimeout(go, 20));
        return new Slow(folder.take(`in/${name}`), name);
      },
    });
    const opening = late.get("to_b");
    await late.close();
    await expect(opening).rejects.toMatchObject({ code: "CLOSED" });
    expect(closed).toEqual(["b.h5"]);
  });

  it("are only read, also in a file that is written", async () => {
    await using file = await open(path, "r+");
    const group = await file.getGroup("to_group");
    await expect(group.createGroup("new")).rejects.toMatchObject({ code: "READ_ONLY" });
    await expect(file.createGroup("to_group/new")).rejects.toMatchObject({ code: "UNSUPPORTED" });
    await file.createGroup("more/inside");
    await expect(file.getGroup("other/back")).rejects.toMatchObject({ code: "WRONG_KIND" });
    await file.delete("more/inside");
  });

  it("go where the caller says, by a map of storages, or by a function that gives a path or a storage", async () => {
    const memory = (name: string): MemoryStorage => new MemoryStorage(folder.take(name), name);
    const map = new Map<string, Storage>([["b.h5", memory("in/b.h5")]]);
    for (let again = 0; again < 2; again++) {
      await using file = await open(memory("in/a.h5"), "r", { resolve: map });
      expect((await (await file.getDataset("to_b")).read()).shape).toEqual([10]);
      await expect(file.get("other/no_file")).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
    const asked: unknown[] = [];
    await using file = await open(path, "r", {
      resolve: (name, context) => {
        asked.push([name, context.purpose, context.sync]);
        return name.endsWith("o.h5") ? join(folder.path, "outside/o.h5") : name === "b.h5" ? memory("in/b.h5") : null;
      },
    });
    expect((await file.get("other/leaves")) instanceof Dataset).toBe(true);
    expect(file.getSync("other/to_root") instanceof Group).toBe(true);
    await expect(file.get("below")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(asked).toEqual([
      ["../outside/o.h5", "external-link", false],
      ["b.h5", "external-link", true],
      ["sub/c.h5", "external-link", false],
    ]);
    await using later = await open(path, "r", { resolve: async () => join(folder.path, "in/b.h5") });
    expect((await (await later.getDataset("to_b")).read()).shape).toEqual([10]);
    expect(() => later.getSync("other/no_file")).toThrow(/synchronously/);
  });

  it("say what is missing where nothing can open other files", async () => {
    const file = await open(folder.take("in/a.h5"));
    await expect(file.get("to_b")).rejects.toMatchObject({ code: "UNSUPPORTED", message: /resolve/ });
    expect((await (await file.getDataset("own")).read()).shape).toEqual([3]);
  });

  it("give the same through a storm", async () => {
    const memory = (name: string): Storage => new FaultStormStorage(new MemoryStorage(folder.take(name), name));
    const map = new Map([
      ["b.h5", memory("in/b.h5")],
      ["a.h5", memory("in/a.h5")],
      ["sub/c.h5", memory("in/sub/c.h5")],
      ["../b.h5", memory("in/b.h5")],
    ]);
    const file = await open(memory("in/a.h5"), "r", { resolve: map, metadataCacheBytes: 0 });
    const all = await Promise.all(
      ["to_b", "below", "soft", "other/to_root/group/data"].map(async (name) => (await file.getDataset(name)).read()),
    );
    expect(all.map(({ shape }) => shape)).toEqual([[10], [10], [10], [10]]);
  });
});
