import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  countLinks,
  findLink,
  groupStyle,
  insertLink,
  listLinks,
  removeLink,
  requireGroup,
} from "../../src/engine/groups/links.js";
import { createGroup } from "../../src/engine/groups/new-group.js";
import { ensureGroups, resolvePath } from "../../src/engine/groups/path.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile, openCounted, openFile } from "./engine-file.js";
import { walkGroup } from "./group-walker.js";
import { PYTHONS, withH5py } from "./h5py.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

/** All links of the group at a path, as names with soft targets. */
function listAll(file: EngineFile, path: string): Promise<[string, string | null][]> {
  return Promise.resolve(
    file.do((tx) => {
      const group = requireGroup(tx, resolvePath(tx, rootOf(tx), path).address);
      return listLinks(tx, group, null, 1_000_000).links.map((link): [string, string | null] => [
        link.name,
        link.kind === "soft" ? link.target : null,
      ]);
    }),
  );
}

const LIST = `
def links(g):
    r = []
    for n in g:
        l = g.get(n, getlink=True)
        r.append([n, l.path if isinstance(l, h5py.SoftLink) else None])
    return r
`;

const EDIT = `${LIST}
g = f['g']
before = links(g)
for op, name in request:
    if op == 'del':
        del g[name]
    elif op == 'group':
        g.create_group(name)
    else:
        g[name] = h5py.SoftLink('/to/' + name)
out = [before, links(g)]
`;

describe.each(PYTHONS)("$label", (python) => {
  it("lists what we wrote, goes on inserting and deleting, and we read and edit it again", async () => {
    const names = fc.uniqueArray(fc.integer({ min: 0, max: 4000 }), { minLength: 40, maxLength: 900, size: "max" });
    const ascii = (i: number): string => `link-${i}${"y".repeat(i % 13)}`;
    await fc.assert(
      fc.asyncProperty(names, fc.infiniteStream(fc.nat(99)), async (indexes, dice) => {
        const roll = (): number => dice.next().value as number;
        const model = new Map<string, string | null>();
        const edit = (name: string): [string, string] => {
          if (model.has(name)) {
            model.delete(name);
            return ["del", name];
          }
          const soft = roll() < 50;
          model.set(name, soft ? `/to/${name}` : null);
          return [soft ? "soft" : "group", name];
        };
        const ours = (file: EngineFile, [op, name]: [string, string]): void => {
          file.do((tx) => {
            const group = requireGroup(tx, resolvePath(tx, rootOf(tx), "g").address);
            if (op === "del") {
              removeLink(tx, group, name);
            } else if (op === "group") {
              insertLink(tx, group, { name, kind: "hard", address: createGroup(tx) });
            } else {
              insertLink(tx, group, { name, kind: "soft", target: `/to/${name}` });
            }
          });
        };
        const sorted = (): [string, string | null][] => [...model].sort(([a], [b]) => (a < b ? -1 : 1));

        let file = await newFile(false);
        file.do((tx) => ensureGroups(tx, rootOf(tx), ["g"]));
        for (let round = 0; round < 2; round++) {
          for (const index of indexes.filter(() => roll() < (round === 0 ? 95 : 60))) {
            ours(file, edit(ascii(index)));
          }
          const mine = sorted();
          expect(await listAll(file, "g")).toEqual(mine);
          const image = await file.image();
          const theirs = indexes.filter(() => roll() < 60).map((index) => edit(ascii(index)));
          const { out, image: edited } = withH5py<[unknown, unknown]>(python, image, "r+", EDIT, theirs);
          expect(out[0]).toEqual(mine);
          expect(out[1]).toEqual(sorted());
          file = await openFile(edited);
          expect(await listAll(file, "g")).toEqual(sorted());
          expect(await listAll(await openFile(edited, true), "g")).toEqual(sorted());
        }
        // What libhdf5 left of the tree must be good enough for us to take it down to nothing.
        for (const name of [...model.keys()]) {
          ours(file, ["del", name]);
        }
        const { out } = withH5py<[unknown, unknown]>(python, await file.image(), "r+", EDIT, [["soft", "last"]]);
        expect(out).toEqual([[], [["last", "/to/last"]]]);
      }),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it("keeps in its own trees the invariants that ours keep", () => {
    const script = `
import random
random.seed(5)
g = f.create_group('g')
names = ['n%d' % i for i in range(2500)]
random.shuffle(names)
for n in names: g[n] = h5py.SoftLink('/x')
random.shuffle(names)
for n in names[:1800]: del g[n]
out = sorted(names[1800:])
`;
    const { out, image } = withH5py<string[]>(python, new Uint8Array(0), "w", script);
    return openFile(image).then((file) => {
      const table = file.do((tx) => requireGroup(tx, resolvePath(tx, rootOf(tx), "/g").address));
      if (table instanceof Promise || table.style !== "symbol-table") {
        throw new Error("an old-style group was expected");
      }
      expect(walkGroup(image, table).names).toEqual(out);
    });
  });

  it("reads names beyond ASCII that we wrote, and reaches objects through them", async () => {
    const file = await newFile(false);
    const path = ["größe", "日本語", "\u{1f600} smile"];
    file.do((tx) => ensureGroups(tx, rootOf(tx), path));
    const script = `
here = f
out = []
while len(here):
    [name] = list(here)
    out.append(name)
    here = here[name]
`;
    expect(withH5py(python, await file.image(), "r", script).out).toEqual(path);
  });

  it("holds ten thousand links of ours in one group, read back in a few waits", async () => {
    const file = await newFile(false);
    const target = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["target"]));
    const home = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["many"]));
    const names = Array.from({ length: 10_000 }, (_, i) => `link${(i * 7919) % 10_000}`);
    for (const name of names) {
      file.do((tx) => insertLink(tx, requireGroup(tx, home), { name, kind: "hard", address: target }));
    }
    const image = await file.image();
    const { out } = withH5py<[string[], boolean]>(
      python,
      image,
      "r",
      "out = [list(f['many']), f['many/link4711'] == f['target']]",
    );
    expect(out).toEqual([[...names].sort(), true]);

    const cold = await openCounted(image);
    const waits = async (run: (tx: Tx) => unknown): Promise<number> => {
      const before = cold.storage.waits;
      await cold.do(run);
      return cold.storage.waits - before;
    };
    expect(await waits((tx) => findLink(tx, requireGroup(tx, home), "link4711"))).toBeLessThanOrEqual(6);
    expect(await waits((tx) => listLinks(tx, requireGroup(tx, home), null, 10_000))).toBeLessThanOrEqual(8);
    expect(await cold.do((tx) => countLinks(tx, requireGroup(tx, home)))).toBe(10_000);
  });

  it("makes compact groups that we read, edit and give back", async () => {
    const script = `
f.create_group('plain').attrs['a'] = 1
g = f.create_group('tracked', track_order=True)
for n in ['zeta', 'alpha', 'ünï']: g[n] = h5py.SoftLink('/plain')
g['hard'] = f['plain']
g['far'] = h5py.ExternalLink('other.h5', '/there')
`;
    const made = withH5py(python, new Uint8Array(0), "w", script).image;
    for (const storm of [false, true]) {
      const file = await openFile(made, storm);
      const tracked = (await file.do((tx) => resolvePath(tx, rootOf(tx), "tracked"))).address;
      const all = await file.do((tx) => listLinks(tx, requireGroup(tx, tracked), null, 100));
      expect(all.links.map(({ name, kind, creationOrder }) => [name, kind, creationOrder])).toEqual([
        ["zeta", "soft", 0],
        ["alpha", "soft", 1],
        ["ünï", "soft", 2],
        ["hard", "hard", 3],
        ["far", "external", 4],
      ]);
      const page = await file.do((tx) => listLinks(tx, requireGroup(tx, tracked), 0, 2));
      expect(page).toMatchObject({ links: [{ name: "alpha" }, { name: "ünï" }], next: 2 });
      await file.do((tx) => removeLink(tx, requireGroup(tx, tracked), "alpha"));
      await file.do((tx) => insertLink(tx, requireGroup(tx, tracked), { name: "für", kind: "soft", target: "/plain" }));
      await file.do((tx) =>
        insertLink(tx, requireGroup(tx, tracked), { name: "out", kind: "external", file: "b.h5", path: "/p" }),
      );
      await file.do((tx) => insertLink(tx, requireGroup(tx, tracked), { name: "n6", kind: "soft", target: "/x" }));
      await file.do((tx) => insertLink(tx, requireGroup(tx, tracked), { name: "n7", kind: "soft", target: "/x" }));
      const image = await file.image();
      const check = `
g = f['tracked']
out = [list(g), g.get('out', getlink=True).filename, g['für'] == f['plain']]
g['more'] = h5py.SoftLink('/becomes/dense')
out.append(len(g))
`;
      const { out, image: dense } = withH5py(python, image, "r+", check);
      expect(out).toEqual([["zeta", "ünï", "hard", "far", "für", "out", "n6", "n7"], "b.h5", true, 9]);
      const after = await openFile(dense);
      expect(after.do((tx) => groupStyle(tx, tracked))).toMatchObject({ style: "dense" });
      const { links } = await after.do((tx) => listLinks(tx, requireGroup(tx, tracked), null, 10));
      expect(links.map(({ name }) => name)).toEqual(["zeta", "ünï", "hard", "far", "für", "out", "n6", "n7", "more"]);
      await after.do((tx) => removeLink(tx, requireGroup(tx, tracked), "more"));
      expect(await after.do((tx) => countLinks(tx, requireGroup(tx, tracked)))).toBe(8);
    }
  });
});
