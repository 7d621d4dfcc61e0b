import { type File, type Group, MemoryStorage, type ObjectHandle, openStorage } from "@hdfive/core";
import { lookup3 } from "@hdfive/format";
import { FaultStormStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Description, describeFile } from "./describe.js";
import { describeImage, editImage, readImage } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

/** What is listed of an object, in its order. */
interface Order {
  readonly attrs: readonly (readonly [name: string, creationOrder: number | null])[];
  readonly links: readonly (readonly [name: string, creationOrder: number | null, charset: string])[];
}

type Orders = Record<string, Order>;

/** What `orders` of dense.py finds. New-style groups know the character set of every name. */
async function orders(file: File): Promise<Orders> {
  const found: Orders = {};
  const visit = async (name: string, object: ObjectHandle): Promise<void> => {
    const attrs: [string, number | null][] = [];
    for (const attribute of await object.attrs.keys()) {
      attrs.push([attribute, (await object.attrs.info(attribute)).creationOrder]);
    }
    const links = object.kind === "group" ? await (object as Group).links() : [];
    found[name] = {
      attrs,
      links: links.map(({ name: link, creationOrder, charset }) => [link, creationOrder, charset ?? "ascii"]),
    };
  };
  await visit("/", file);
  for await (const [path, object] of file.walk()) {
    if (object.kind === "unreadable") {
      throw object.error;
    }
    await visit(path, object);
  }
  return found;
}

/** Names with the same hash. */
function collidingNames(): [string, string] {
  const names = new Map<number, string>();
  for (let i = 0; ; i++) {
    const name = `collides ${i}`;
    const hash = lookup3(new TextEncoder().encode(name));
    const other = names.get(hash);
    if (other !== undefined) {
      return [other, name];
    }
    names.set(hash, name);
  }
}

beforeAll(reportMissingTools);

describe.each(PYTHONS)("what $label keeps in fractal heaps", (tool) => {
  const folder = new ScratchFolder();
  let session: PythonSession;
  beforeAll(() => {
    session = new PythonSession(tool);
  });
  afterAll(() => {
    session.close();
    folder.remove();
  });

  /** Makes a file, and compares everything in it, in order, with what h5py sees: also over a storage that keeps nothing. */
  const made = async (command: string, args: object, isSmall = true): Promise<Uint8Array<ArrayBuffer>> => {
    const path = folder.file("dense.h5");
    await session.ask(command, { path, ...args });
    const image = folder.take("dense.h5");
    expect(await describeImage(image)).toEqual(await session.ask<Description>("describe", { path }));
    const expected = await session.ask<Orders>("orders", { path });
    expect(await readImage(image, orders)).toEqual(expected);
    if (isSmall) {
      const storm = await openStorage(new FaultStormStorage(new MemoryStorage(image)), "r", { metadataCacheBytes: 0 });
      expect(await orders(storm)).toEqual(expected);
      expect(await describeFile(storm)).toEqual(await describeImage(image));
      await storm.close();
    }
    return image;
  };

  it.each([
    ["one block", { count: 12, tracked: false }],
    ["one block, by creation", { count: 12, tracked: true }],
    ["many blocks", { count: 3000, tracked: false }],
    ["many blocks, by creation", { count: 3000, tracked: true }],
    ["names of 5,000 bytes, which stand alone", { count: 200, tracked: false, length: 5000 }],
    ["blocks with holes", { count: 2000, tracked: false, length: 900, delete: 0.9 }],
    ["blocks with holes, by creation", { count: 2000, tracked: true, length: 900, delete: 0.9 }],
  ])("are links in %s", async (_, args) => {
    const image = await made("dense_links", args, args.count <= 200);
    await readImage(image, async (file) => {
      const group = await file.getGroup("g");
      expect(await group.info()).toMatchObject({ storage: "dense", linkOrderTracked: args.tracked });
      const names = await group.keys();
      expect((await group.info()).linkCount).toBe(names.length);
      for (const name of names.filter((_name, i) => i % 37 === 0)) {
        expect(await group.has(name)).toBe(true);
        expect(await group.has(`${name} `)).toBe(false);
      }
    });
  });

  it("are links in order of creation that no index keeps", async () => {
    const image = await made("tracked_without_index", { count: 700 }, false);
    expect(await readImage(image, async (file) => (await file.getGroup("g")).info())).toMatchObject({
      storage: "dense",
      linkOrderTracked: true,
    });
  });

  it.each([[["deflate"]], [["fletcher32"]], [["deflate", "fletcher32"]]])(
    "are links in blocks that went through %j",
    async (filters) => {
      const image = await made("filtered_group", { count: 40, length: 0, filters });
      const same = await editImage(image, async (file) => {
        const group = await file.getGroup("g");
        const [first] = await group.keys();
        await expect(group.createSoftLink("ours", "/")).rejects.toMatchObject({ code: "UNSUPPORTED" });
        await expect(group.delete(first as string)).rejects.toMatchObject({ code: "UNSUPPORTED" });
      });
      expect(same).toEqual(image);
      await made("filtered_group", { count: 600, length: 5000, filters }, false);
    },
  );

  it.each([
    // With lengths of 2 bytes libhdf5 stores its largest block as 0 and cannot read what it wrote.
    [2, 4],
    [4, 4],
    [8, 4],
  ])("are objects that stand alone, in files with addresses of %d bytes and lengths of %d", async (offset, length) => {
    await made("small_fields", { offset, length });
  });

  it("are links in blocks three levels deep", async () => {
    const path = folder.file("deep.h5");
    await session.ask("deep_heap", { path, count: 2900, length: 3900 });
    const image = folder.take("deep.h5");
    expect(await readImage(image, orders)).toEqual(await session.ask<Orders>("orders", { path }));
    await readImage(image, async (file) => {
      for (let i = 0; i < 2900; i += 111) {
        const name = `n${(i * 7919) % 100_003}${"x".repeat(3900)}`;
        expect(await file.has(`g/${name}`)).toBe(true);
      }
    });
  });

  it("are names with the same hash", async () => {
    const names = collidingNames();
    expect(new Set(names.map((name) => lookup3(new TextEncoder().encode(name)))).size).toBe(1);
    const image = await made("colliding_links", { names });
    await readImage(image, async (file) => {
      const group = await file.getGroup("g");
      const links = await group.links();
      for (const name of names) {
        expect(links.find((link) => link.name === name)).toMatchObject({ kind: "soft", target: `/${name}` });
        expect(await group.has(name)).toBe(true);
        expect(await group.attrs.get(name)).toBe(name);
      }
    });
  });

  it.each([
    ["by name", false],
    ["by creation", true],
  ])("are attributes listed %s: of groups, datasets and datatypes, some of a megabyte", async (_, tracked) => {
    const image = await made("dense_attributes", { count: 60, tracked });
    await readImage(image, async (file) => {
      const { attrs } = await file.getGroup("group");
      expect((await attrs.getArray("huge"))?.data).toEqual(
        BigInt64Array.from({ length: 125_000 }, (__, i) => BigInt(3 * i)),
      );
      expect(await attrs.has("a0")).toBe(false);
      expect((await attrs.info("typed")).committedAddress).toBe((await (await file.get("committed")).info()).address);
    });
  });

  it("are 5,000 attributes of one object", async () => {
    const path = folder.file("many.h5");
    await session.ask("many_attributes", { path, count: 5000 });
    await readImage(folder.take("many.h5"), async (file) => {
      expect(await orders(file)).toEqual(await session.ask<Orders>("orders", { path }));
      const values = (await file.attrs.entries()).map(([name, value]) => `${name}: ${value}`);
      expect(values.sort()).toEqual(Array.from({ length: 5000 }, (_, i) => `attribute ${i}: ${i}`).sort());
    });
  });

  it.each([
    ["all messages in one index, tiny ones in their IDs", "latest", [[[], 0]], 6],
    ["all messages in one index", "latest", [[[], 40]], 60],
    ["attributes only", "latest", [[["attribute"], 1]], 6],
    [
      "an index for each kind, in old headers",
      "earliest",
      [
        [["attribute"], 40],
        [["dataspace", "datatype"], 0],
        [["fill", "filters"], 0],
      ],
      6,
    ],
    [
      "many messages, found by a B-tree",
      "earliest",
      [
        [["attribute", "dataspace"], 0],
        [["datatype"], 0],
      ],
      60,
    ],
  ])("are shared messages: %s", async (_, libver, indexes, repeat) => {
    const image = await made("shared_messages", { libver, indexes, repeat }, repeat < 10);
    await expect(editImage(image, (file) => file.attrs.set("a", 1))).rejects.toMatchObject({ code: "READ_ONLY" });
  });

  it("are groups that lead to each other in circles: walks end, and meet every link", async () => {
    const path = folder.file("circles.h5");
    await session.ask("circles", { path });
    await readImage(folder.take("circles.h5"), async (file) => {
      for (const start of ["/", "b"]) {
        const found: [string, string][] = [];
        for await (const [linkPath, link] of (await file.getGroup(start)).walkLinks()) {
          found.push([linkPath, link.kind]);
        }
        expect(found).toEqual(await session.ask("all_links", { path, start }));
        expect([...(await file.getGroup(start)).walkLinksSync()].map(([linkPath]) => linkPath)).toEqual(
          found.map(([linkPath]) => linkPath),
        );
      }
      const objects: string[] = [];
      for await (const [objectPath] of file.walk()) {
        objects.push(objectPath);
      }
      expect(objects.sort()).toEqual(["0", "a", "a/to b", "a/to b/to c"]);
    });
  });

  it("is edited in place: attributes come, change, are renamed and go, and h5py finds the others as they were", async () => {
    const path = folder.file("dense.h5");
    await session.ask("dense_attributes", { path, count: 20, tracked: false });
    const before = await session.ask<Description>("describe", { path });
    const image = folder.take("dense.h5");
    const changed = await editImage(image, async (file) => {
      const { attrs } = await file.getGroup("group");
      for (let i = 0; i < 30; i++) {
        await attrs.set(`ours ${i}`, new Float64Array(i * 40 + 1));
      }
      await attrs.rename("huge", "huge for a while");
      await attrs.set("huge", "something else");
    });
    const restored = await editImage(changed, async (file) => {
      const { attrs } = await file.getGroup("group");
      await attrs.delete("huge");
      await attrs.rename("huge for a while", "huge");
      for (let i = 0; i < 30; i++) {
        await attrs.delete(`ours ${i}`);
      }
    });
    folder.put("dense.h5", restored);
    expect(await describeImage(restored)).toEqual(before);
    expect(await session.ask<Description>("describe", { path })).toEqual(before);
  });
});
