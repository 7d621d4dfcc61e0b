import { fractalHeap, freeSpaceHeader, freeSpaceSections } from "@hdfive/format";
import { structuralProblems } from "@hdfive/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NewLink } from "../../src/engine/groups/group-link.js";
import {
  findLink,
  groupStyle,
  insertLink,
  listLinks,
  removeLink,
  requireGroup,
} from "../../src/engine/groups/links.js";
import { createGroup, type GroupSettings } from "../../src/engine/groups/new-group.js";
import { unlinkObject } from "../../src/engine/groups/object-links.js";
import { resolvePath } from "../../src/engine/groups/path.js";
import { openFractalHeap } from "../../src/engine/heaps/fractal-heap.js";
import {
  createHeap,
  insertHeapObject,
  removeHeapObject,
  replaceHeapObject,
} from "../../src/engine/heaps/fractal-heap-edit.js";
import { deleteHeap } from "../../src/engine/heaps/fractal-heap-shrink.js";
import { countSections } from "../../src/engine/heaps/fractal-heap-space.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile, openFile } from "./engine-file.js";
import { PYTHONS, withH5py } from "./h5py.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;
const groupAt = (tx: Tx, path: string) => requireGroup(tx, resolvePath(tx, rootOf(tx), path).address);

/** Sums that the header of a heap and its free-space manager must agree on. */
function expectHeapIsTrue(tx: Tx, address: number): void {
  const header = tx.node(fractalHeap, address);
  if (header.freeSpaceAddress === null) {
    return;
  }
  const manager = tx.node(freeSpaceHeader, header.freeSpaceAddress);
  const sections =
    manager.sectionsAddress === null ? [] : tx.node(freeSpaceSections(manager), manager.sectionsAddress).sections;
  const { sectionCount, serializedCount, ghostCount, totalSpace } = manager;
  expect({ sectionCount, serializedCount, ghostCount, totalSpace }).toEqual(
    countSections(header, sections, tx.context),
  );
  let end = 0;
  for (const section of sections) {
    expect(section.offset).toBeGreaterThanOrEqual(end);
    end = section.offset + section.size;
  }
  expect(end).toBeLessThanOrEqual(header.managedSpace);
  expect(totalSpace).toBeLessThanOrEqual(header.managedFreeSpace);
}

describe.each([
  ["storage that answers at once", false],
  ["storage that never does", true],
])("a fractal heap over a %s", (_, storm) => {
  const sizes = fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 1, max: 60 }) },
    { weight: 2, arbitrary: fc.integer({ min: 400, max: 4100 }) },
    { weight: 1, arbitrary: fc.integer({ min: 4090, max: 9000 }) },
  );
  const steps = fc.array(fc.record({ size: sizes, roll: fc.nat(99), pick: fc.nat() }), {
    minLength: 20,
    maxLength: storm ? 60 : 250,
    size: "max",
  });

  it.each(["links", "attributes"] as const)(
    "holds what a map holds after inserting, replacing and removing, and gives every byte back (%s)",
    async (content) => {
      await fc.assert(
        fc.asyncProperty(steps, async (list) => {
          const file = await newFile(storm);
          const used = file.state.allocator.usedBytes;
          const heap = await file.do((tx) => createHeap(tx, content));
          const model: { id: Uint8Array; bytes: Uint8Array }[] = [];
          for (const [i, { size, roll, pick }] of list.entries()) {
            const bytes = new Uint8Array(size).fill(i % 251);
            const at = model.length === 0 ? -1 : pick % model.length;
            const known = model[at];
            if (known === undefined || roll < 55) {
              model.push({ id: await file.do((tx) => insertHeapObject(tx, heap, bytes)), bytes });
            } else if (roll < 70) {
              model[at] = { id: await file.do((tx) => replaceHeapObject(tx, heap, known.id, bytes)), bytes };
            } else {
              await file.do((tx) => removeHeapObject(tx, heap, known.id));
              model.splice(at, 1);
            }
            if (i % 40 === 39) {
              await file.image();
            }
          }
          await file.do((tx) => {
            expectHeapIsTrue(tx, heap);
            const reader = openFractalHeap(tx, heap);
            for (const { id, bytes } of model) {
              expect(reader.read(id)).toEqual(bytes);
            }
            const header = tx.node(fractalHeap, heap);
            const { managedCount, hugeCount, tinyCount } = header;
            expect(managedCount + hugeCount + tinyCount).toBe(model.length);
          });
          for (const { id } of model.splice(0)) {
            await file.do((tx) => removeHeapObject(tx, heap, id));
          }
          await file.do((tx) => {
            const { rootAddress, managedFreeSpace, hugeIndexAddress, allocatedSpace } = tx.node(fractalHeap, heap);
            expect({ rootAddress, managedFreeSpace, hugeIndexAddress, allocatedSpace }).toEqual({
              rootAddress: null,
              managedFreeSpace: 0,
              hugeIndexAddress: null,
              allocatedSpace: 0,
            });
            deleteHeap(tx, heap);
          });
          await file.image();
          expect(file.state.allocator.usedBytes).toBe(used);
        }),
        { numRuns: storm ? 8 : 25 },
      );
    },
  );

  it.each([{}, { linkOrder: "tracked" }, { linkOrder: "indexed", attributeOrder: "indexed" }] as GroupSettings[])(
    "is the home of links that are inserted, renamed and removed across the thresholds (%j)",
    async (settings) => {
      const list = fc.array(fc.record({ key: fc.nat(40), long: fc.boolean() }), {
        minLength: 40,
        maxLength: storm ? 60 : 200,
        size: "max",
      });
      await fc.assert(
        fc.asyncProperty(list, async (edits) => {
          const file = await newFile(storm);
          const newStyle = { linkPhaseChange: { maxCompact: 8, minDense: 6 }, ...settings };
          const used = file.state.allocator.usedBytes;
          const group = await file.do((tx) => createGroup(tx, newStyle));
          const model = new Map<string, string>();
          for (const { key, long } of edits) {
            const name = `${long ? "long name ".repeat(40) : "n"}${key}`;
            const has = model.has(name);
            await file.do((tx) => {
              const access = requireGroup(tx, group);
              if (has) {
                removeLink(tx, access, name);
              } else {
                insertLink(tx, access, { name, kind: "soft", target: `to ${key}` });
              }
            });
            if (has) {
              model.delete(name);
            } else {
              model.set(name, `to ${key}`);
            }
          }
          await file.do((tx) => {
            const access = requireGroup(tx, group);
            const names = listLinks(tx, access, null, 1000).links.map(({ name }) => name);
            expect(names).toEqual(settings.linkOrder === undefined ? [...model.keys()].sort() : [...model.keys()]);
            for (const [name, target] of model) {
              expect(findLink(tx, access, name)).toMatchObject({ kind: "soft", target });
            }
            if (access.style === "dense") {
              expectHeapIsTrue(tx, access.linkInfo.heapAddress as number);
            }
            unlinkObject(tx, group);
          });
          await file.image();
          expect(file.state.allocator.usedBytes).toBe(used);
        }),
        { numRuns: storm ? 6 : 20 },
      );
    },
  );
});

describe("a heap of a file with addresses of two bytes", () => {
  it("names huge objects by their places, and holds the smallest ones in their IDs", async () => {
    const file = await newFile(false, { fieldSize: 2 });
    const used = file.state.allocator.usedBytes;
    await file.do((tx) => {
      const heap = createHeap(tx, "links");
      const huge = insertHeapObject(tx, heap, new Uint8Array(5000).fill(1));
      const tiny = insertHeapObject(tx, heap, new Uint8Array([1, 2, 3]));
      const longer = replaceHeapObject(tx, heap, huge, new Uint8Array(6000).fill(2));
      expect(openFractalHeap(tx, heap).read(longer)).toEqual(new Uint8Array(6000).fill(2));
      expect(openFractalHeap(tx, heap).read(tiny)).toEqual(new Uint8Array([1, 2, 3]));
      expect(tx.node(fractalHeap, heap)).toMatchObject({ hugeCount: 1, hugeSize: 6000, tinyCount: 1, tinySize: 3 });
      removeHeapObject(tx, heap, longer);
      removeHeapObject(tx, heap, tiny);
      expect(tx.node(fractalHeap, heap)).toMatchObject({ hugeCount: 0, hugeIndexAddress: null, tinyCount: 0 });
      deleteHeap(tx, heap);
    });
    await file.image();
    expect(file.state.allocator.usedBytes).toBe(used);
  });
});

describe("a dense group", () => {
  it("holds links of every kind, also those longer than a header message", async () => {
    const file = await newFile(false);
    const group = (await file.do((tx) => createGroup(tx, { linkOrder: "indexed" }))) as number;
    const links: NewLink[] = [
      { name: "é".repeat(40_000), kind: "soft", target: "x" },
      { name: "hard", kind: "hard", address: group },
      { name: "outside", kind: "external", file: "other.h5", path: "/there" },
      { name: "own", kind: "user-defined", linkType: 70, data: new Uint8Array([1, 2, 3]) },
    ];
    for (const link of links) {
      await file.do((tx) => insertLink(tx, requireGroup(tx, group), link));
    }
    const again = await openFile(await file.image());
    await again.do((tx) => {
      const access = requireGroup(tx, group);
      expect(access.style).toBe("dense");
      expect(listLinks(tx, access, null, 10).links).toMatchObject(links);
      // Four are fewer than six, but one of them fits no header message.
      removeLink(tx, access, "own");
      expect(groupStyle(tx, group)?.style).toBe("dense");
      removeLink(tx, requireGroup(tx, group), links[0]?.name as string);
      expect(groupStyle(tx, group)?.style).toBe("compact");
      expect(listLinks(tx, requireGroup(tx, group), null, 10).links.map(({ creationOrder }) => creationOrder)).toEqual([
        1, 2,
      ]);
    });
  });
});

const ROUND = `
def names(g):
    return [[n, g.get(n, getlink=True).path] for n in g]
before = names(f['g'])
for op, name in request:
    if op == 'del':
        del f['g'][name]
    else:
        f['g'][name] = h5py.SoftLink('/to/' + name)
out = [before, names(f['g'])]
`;

describe.each(PYTHONS)("$label", (python) => {
  it.each([3, 9])(
    "reads an old-style root group of %i links that an external one made new, and adds to it",
    async (count) => {
      const file = await newFile(false);
      await file.do((tx) => {
        for (let i = 0; i < count; i++) {
          insertLink(tx, groupAt(tx, "/"), { name: `soft ${i}`, kind: "soft", target: "/x" });
        }
      });
      await file.image();
      await file.do((tx) => {
        expect(groupAt(tx, "/").style).toBe("symbol-table");
        insertLink(tx, groupAt(tx, "/"), { name: "outside", kind: "external", file: "other.h5", path: "/there" });
        expect(groupAt(tx, "/").style).toBe(count < 8 ? "compact" : "dense");
      });
      const image = await file.image();
      expect(structuralProblems(image)).toEqual([]);
      const script = `
for i in range(10):
    f['theirs %d' % i] = h5py.ExternalLink('another.h5', '/y')
out = [[n, f.get(n, getlink=True).path] for n in f]
`;
      const done = withH5py<[string, string][]>(python, image, "r+", script);
      expect(done.out.find(([name]) => name === "outside")).toEqual(["outside", "/there"]);
      expect(done.out.length).toBe(count + 11);
      const back = await openFile(done.image);
      await back.do((tx) => {
        expect(listLinks(tx, groupAt(tx, "/"), null, 100).links.length).toBe(count + 11);
      });
    },
  );

  it.each([false, true])("and hdfive edit a dense group in turns (creation order %s)", async (tracked) => {
    const made = await newFile(false);
    await made.do((tx) => {
      const settings: GroupSettings = { linkPhaseChange: { maxCompact: 8, minDense: 5 } };
      const address = createGroup(tx, tracked ? { ...settings, linkOrder: "indexed" } : settings);
      insertLink(tx, groupAt(tx, "/"), { name: "g", kind: "hard", address });
    });
    const start = await made.image();
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(fc.nat(120)), fc.infiniteStream(fc.nat(99)), async (keys, dice) => {
        const next = (stream: Iterator<number>): number => stream.next().value as number;
        const model = new Map<string, string>();
        const listed = (): [string, string][] =>
          tracked ? [...model] : [...model].sort(([a], [b]) => (a < b ? -1 : 1));
        const edits = (growing: boolean): [string, string][] =>
          Array.from({ length: 40 }, () => {
            const key = next(keys);
            const name = `link${key}${"-".repeat(key % 17 === 0 ? 1500 : key % 5)}`;
            const wanted = next(dice) < (growing ? 80 : 15);
            if (model.has(name) && !wanted) {
              model.delete(name);
              return ["del", name] as [string, string];
            }
            if (!model.has(name) && wanted) {
              model.set(name, `/to/${name}`);
              return ["soft", name] as [string, string];
            }
            return ["", name] as [string, string];
          }).filter(([op]) => op !== "");
        let image: Uint8Array<ArrayBuffer> = start;
        for (let round = 0; round < 6; round++) {
          const file: EngineFile = await openFile(image);
          for (const [op, name] of edits(round % 3 < 2)) {
            await file.do((tx) => {
              const group = groupAt(tx, "g");
              if (op === "del") {
                removeLink(tx, group, name);
              } else {
                insertLink(tx, group, { name, kind: "soft", target: `/to/${name}` });
              }
            });
          }
          await file.do((tx) => {
            const group = groupAt(tx, "g");
            if (group.style === "dense") {
              expectHeapIsTrue(tx, group.linkInfo.heapAddress as number);
            }
          });
          const ours = listed();
          const request = edits(round % 3 < 2);
          const written = await file.image();
          expect(structuralProblems(written)).toEqual([]);
          const done = withH5py<[string, string][][]>(python, written, "r+", ROUND, request);
          expect(done.out[0]).toEqual(ours);
          expect(done.out[1]).toEqual(listed());
          image = done.image;
          const back = await openFile(image);
          const theirs = await back.do((tx) =>
            listLinks(tx, groupAt(tx, "g"), null, 1000).links.map((link) => [
              link.name,
              link.kind === "soft" ? link.target : null,
            ]),
          );
          expect(theirs).toEqual(listed());
        }
      }),
      { numRuns: 2 },
    );
  });
});
