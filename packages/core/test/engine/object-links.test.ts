import { describe, expect, it } from "vitest";
import { insertLink, removeLink, requireGroup } from "../../src/engine/groups/links.js";
import { deleteObject, linkObject, unlinkObject } from "../../src/engine/groups/object-links.js";
import { ensureGroups, resolvePath } from "../../src/engine/groups/path.js";
import { loadHeader } from "../../src/engine/object-header/object-header.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile, openFile } from "./engine-file.js";
import { PYTHONS, withH5py } from "./h5py.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

/** Bytes of the file that something uses. */
const usedBytes = ({ state }: EngineFile): number => state.allocator.usedBytes;

/** Removes a link and what only it led to, as `del group[name]` does. */
function remove(tx: Tx, path: string): void {
  const { parentAddress, name } = resolvePath(tx, rootOf(tx), path, { followLast: false });
  const link = removeLink(tx, requireGroup(tx, parentAddress as number), name as string);
  if (link.kind === "hard") {
    unlinkObject(tx, link.address);
  }
}

/** Adds a hard link to the object at a path. */
function hardLink(tx: Tx, home: string, name: string, to: string): void {
  const { address } = resolvePath(tx, rootOf(tx), to);
  insertLink(tx, requireGroup(tx, resolvePath(tx, rootOf(tx), home).address), { name, kind: "hard", address });
  linkObject(tx, address);
}

describe.each([false, true])("hard links (storage that has to be waited for: %s)", (storm) => {
  it("give back every byte of a tree of groups when the last link to it goes", async () => {
    const file = await newFile(storm);
    await file.do((tx) => ensureGroups(tx, rootOf(tx), ["keep"]));
    const before = usedBytes(file);
    for (const path of ["a", "a/b", "a/b/c", "a/d", "a/d/e/f"]) {
      await file.do((tx) => ensureGroups(tx, rootOf(tx), path.split("/")));
    }
    await file.do((tx) => {
      const a = requireGroup(tx, resolvePath(tx, rootOf(tx), "a").address);
      for (let i = 0; i < 100; i++) {
        insertLink(tx, a, { name: `soft${i}`, kind: "soft", target: `/keep/${i}` });
      }
    });
    expect(usedBytes(file)).toBeGreaterThan(before);
    // On disk now, so that all of it has to be read again where nothing is cached.
    await file.image();
    await file.do((tx) => remove(tx, "a"));
    expect(usedBytes(file)).toBe(before);
    expect(await file.do((tx) => resolvePath(tx, rootOf(tx), "keep"))).toMatchObject({ name: "keep" });
  });

  it("keep an object until the last of them goes", async () => {
    const file = await newFile(storm);
    const address = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["a", "b"]));
    await file.do((tx) => hardLink(tx, "/", "other", "a/b"));
    expect((await file.do((tx) => loadHeader(tx, address))).referenceCount).toBe(2);
    await file.do((tx) => remove(tx, "a"));
    expect((await file.do((tx) => loadHeader(tx, address))).referenceCount).toBe(1);
    expect(await file.do((tx) => resolvePath(tx, rootOf(tx), "other"))).toMatchObject({ address });
    await file.do((tx) => remove(tx, "other"));
    await expect(async () => file.do((tx) => resolvePath(tx, rootOf(tx), "other"))).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("come to an end in circles and with counts that are wrong, and never take the root group", async () => {
    const file = await newFile(storm);
    const a = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["a"]));
    await file.do((tx) => hardLink(tx, "a", "self", "a"));
    await file.do((tx) => {
      const address = rootOf(tx);
      // Not counted: the way such a file would come from a careless writer.
      insertLink(tx, requireGroup(tx, a), { name: "root", kind: "hard", address });
      insertLink(tx, requireGroup(tx, a), { name: "again", kind: "hard", address: a });
    });
    await file.do((tx) => deleteObject(tx, a));
    expect(await file.do((tx) => resolvePath(tx, rootOf(tx), "/"))).toMatchObject({
      address: file.state.superblock.rootAddress,
    });
  });
});

describe.each(PYTHONS)("with $label", (python) => {
  it("delete datasets, types in use and groups of either style as h5py does", async () => {
    const script = `
f['type'] = np.dtype('f8')
g = f.create_group('g')
for i in range(30):
    g.create_group('s%d' % i).create_dataset('d', data=np.arange(100))
g['chunked'] = np.zeros(1)
g.create_dataset('typed', (10,), dtype=f['type'])
g.create_dataset('chunks', data=np.arange(10000), chunks=(100,), compression='gzip')
t = f.create_group('t', track_order=True)
t['x'] = np.arange(10)
f['alias'] = g['s3']
g['typed'].attrs.create('a', 1.5, dtype=f['type'])
`;
    const made = withH5py(python, new Uint8Array(0), "w", script).image;
    const file = await openFile(made);
    const before = usedBytes(file);
    const type = await file.do((tx) => resolvePath(tx, rootOf(tx), "type").address);
    expect((await file.do((tx) => loadHeader(tx, type))).referenceCount).toBe(3);
    await file.do((tx) => remove(tx, "g"));
    await file.do((tx) => remove(tx, "t"));
    expect((await file.do((tx) => loadHeader(tx, type))).referenceCount).toBe(1);
    expect(before - usedBytes(file)).toBeGreaterThan(31 * 1500);
    const check = `
import h5py.h5o
out = [list(f), f['alias/d'][:].tolist() == list(range(100)), h5py.h5o.get_info(f['alias'].id).rc]
del f['type']
del f['alias']
`;
    const { out } = withH5py(python, await file.image(), "r+", check);
    expect(out).toEqual([["alias", "type"], true, 1]);
  });
});
