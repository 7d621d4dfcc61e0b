import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "./describe.js";
import { createImage, describeImage, editImage, readImage } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const NAMES = ["名前", "ß", "a", "A", "a b", "a\tb", "\u00e9", "e\u0301", "🙂", "~", "0", "..", "x".repeat(300)];

beforeAll(reportMissingTools);

describe.each(PYTHONS)("links and $label", (tool) => {
  const folder = new ScratchFolder();
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => {
    session.close();
    folder.remove();
  });
  const described = (path: string, values = true): Promise<Description> => session.ask("describe", { path, values });

  it.each([0, 1, 9, 100])(
    "keep %d links in one group in the order of their bytes, then as many of theirs",
    async (count) => {
      const names = Array.from({ length: count }, (_, index) => `link ${(index * 7919) % 10007}`);
      const image = await createImage(async (file) => {
        const group = await file.createGroup("group");
        for (const name of names) {
          await group.createGroup(name);
        }
      });
      const path = folder.put("links.h5", image);
      expect(await described(path)).toEqual(await describeImage(image));
      await session.ask("link_many", { path, group: "group", names: names.map((name) => `${name} of theirs`) });
      const edited = folder.take("links.h5");
      expect(await described(path)).toEqual(await describeImage(edited));
      const emptied = await editImage(edited, async (file) => {
        for (const name of names) {
          await file.delete(`group/${name}`);
        }
      });
      folder.put("links.h5", emptied);
      expect(await described(path)).toEqual(await describeImage(emptied));
      expect(await readImage(emptied, async (file) => (await file.getGroup("group")).keys())).toHaveLength(count);
    },
  );

  it("keep 10,000 links in one group, ours and theirs", async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `n${(index * 7919) % 10007}`);
    const image = await createImage(async (file) => {
      for (const name of names.slice(0, 5000)) {
        file.createDatasetSync(`many/${name}`, { dtype: "int8", shape: [] });
      }
    });
    const path = folder.put("many.h5", image);
    await session.ask("link_many", { path, group: "many", names: names.slice(5000, 9000) });
    const whole = await editImage(folder.take("many.h5"), async (file) => {
      for (const name of names.slice(9000)) {
        file.createGroupSync(`many/${name}`);
      }
      for (const name of names.slice(0, 500)) {
        file.deleteSync(`many/${name}`);
      }
    });
    folder.put("many.h5", whole);
    const expected = names.slice(500).sort();
    expect(await readImage(whole, async (file) => (await file.getGroup("many")).keys())).toEqual(expected);
    expect(await session.ask("names_of", { path, group: "many" })).toEqual(expected);
  });

  it("lead 60 levels deep", async () => {
    const levels = Array.from({ length: 60 }, (_, index) => `level ${index}`).join("/");
    const image = await createImage(async (file) => {
      await file.createDataset(`${levels}/data`, { data: [1, 2, 3] });
    });
    const ours = await describeImage(image);
    expect(ours[`/${levels}/data`]?.value).toEqual([1, 2, 3]);
    expect(await described(folder.put("deep.h5", image))).toEqual(ours);
  });

  it("have names in any script, of any length, sorted by their bytes (strcmp, not code units)", async () => {
    const image = await createImage(async (file) => {
      for (const name of NAMES) {
        await file.createGroup(name);
      }
    });
    const sorted = [...NAMES].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await readImage(image, (file) => file.keys())).toEqual(sorted);
    const path = folder.put("names.h5", image);
    expect(await session.ask("names_of", { path })).toEqual(sorted);
    expect(await described(path)).toEqual(await describeImage(image));
  });

  it("go on after libhdf5 moved an old group into its header for the sake of a name in UTF-8", async () => {
    const image = await createImage(async (file) => {
      for (const name of ["a", "b", "c"]) {
        await file.createDataset(name, { data: [name] });
      }
    });
    const path = folder.put("moved.h5", image);
    await session.ask("create_like_users", { path });
    const edited = await editImage(folder.take("moved.h5"), async (file) => {
      expect((await file.info()).storage).toBe("compact");
      await file.createGroup("ours");
      await file.delete("b");
      await file.attrs.set("edited", true);
    });
    folder.put("moved.h5", edited);
    const ours = await describeImage(edited);
    expect(await described(path)).toEqual(ours);
    expect(Object.keys(ours["/"]?.links ?? {})).toEqual(["a", "c", "ours", "Ω", "名前"]);
  });

  it("count hard links; deleting one of several only decrements, deleting the last frees", async () => {
    const image = await createImage(async (file) => {
      await file.createDataset("data", { data: new Float64Array(1000).fill(1), chunks: [100] });
      await file.createGroup("group");
    });
    const path = folder.put("hard.h5", image);
    await session.ask("hard_links", { path });
    const linked = folder.take("hard.h5");
    expect((await describeImage(linked))["/data"]?.referenceCount).toBe(3);
    expect((await describeImage(linked))["/"]?.links).toEqual({
      dangling: "soft /not/there",
      data: "hard /data",
      elsewhere: "external other.h5 /x",
      first: "hard /data",
      group: "hard /group",
      soft: "soft /group/second",
    });
    expect(await describeImage(linked)).toEqual(await described(path));
    const decremented = await editImage(linked, async (file) => {
      await file.delete("data");
      expect((await (await file.getDataset("soft")).read(0)).item()).toBe(1);
      await file.delete("group");
    });
    folder.put("hard.h5", decremented);
    expect((await describeImage(decremented))["/first"]?.referenceCount).toBe(1);
    expect(await described(path)).toEqual(await describeImage(decremented));
    const freed = await editImage(decremented, async (file) => {
      await file.delete("first");
      await file.createDataset("again", { data: new Float64Array(1000), chunks: [100] });
    });
    folder.put("hard.h5", freed);
    expect(await described(path)).toEqual(await describeImage(freed));
    expect(await session.ask("unlink", { path, names: ["again", "soft"] })).toEqual(["dangling", "elsewhere"]);
    expect(await describeImage(folder.take("hard.h5"))).toEqual(await described(path));
  });

  it("are edited in files that mix versions: superblock 0, a version 2 root header, symbol tables below", async () => {
    const path = folder.file("mixed.h5");
    await session.ask("mixed_file", { path });
    const original = folder.take("mixed.h5");
    expect(await describeImage(original)).toEqual(await described(path));
    expect(await readImage(original, (file) => file.keys())).toEqual(["old", "z", "a"]);
    const edited = await editImage(original, async (file) => {
      await file.createGroup("new");
      await file.createDataset("old/y", { data: [1.5] });
      await file.attrs.set("two", 2);
      await file.delete("z");
    });
    folder.put("mixed.h5", edited);
    expect(await described(path)).toEqual(await describeImage(edited));
    expect(await readImage(edited, (file) => file.keys())).toEqual(["old", "a", "new"]);
  });

  it("leave every byte alone when a file is opened r+ and closed", async () => {
    const path = folder.file("untouched.h5");
    await session.ask("odd_attributes", { path });
    const original = folder.take("untouched.h5");
    const closed = await editImage(original, async (file) => {
      await describeImage(original);
      await file.flush();
    });
    expect(Buffer.from(closed).equals(Buffer.from(original))).toBe(true);
  });
});
