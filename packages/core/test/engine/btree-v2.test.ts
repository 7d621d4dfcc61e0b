import { btreeV2Header, FormatError, linkNameRecords, linkOrderRecords, lookup3 } from "@hdfive/format";
import { describe, expect, test } from "vitest";
import { type BtreeV2, countRecords } from "../../src/engine/btree-v2/btree.js";
import { findRecord, findRecords } from "../../src/engine/btree-v2/find.js";
import { listRecords } from "../../src/engine/btree-v2/list.js";
import { openCounted, openFile } from "./engine-file.js";
import { PYTHONS, withH5py } from "./h5py.js";

const COUNT = 5000;
const NAMES = Array.from({ length: COUNT }, (_, i) => `link ${i}`);
const hashOf = (name: string): number => lookup3(new TextEncoder().encode(name));

/** Addresses of the headers of version 2 B-trees in a file, with the type of their records. */
function treesIn(image: Uint8Array): { readonly address: number; readonly type: number }[] {
  const found: { address: number; type: number }[] = [];
  for (let at = 0; at + 6 <= image.length; at++) {
    if (image[at] === 0x42 && String.fromCharCode(...image.subarray(at, at + 4)) === "BTHD") {
      found.push({ address: at, type: image[at + 5] as number });
    }
  }
  return found;
}

function addressOf(image: Uint8Array, type: number): number {
  const tree = treesIn(image).find((candidate) => candidate.type === type);
  if (tree === undefined) {
    throw new Error(`no tree of type ${type}`);
  }
  return tree.address;
}

describe.each(PYTHONS)("trees written by $label", (python) => {
  const script = [
    "name = f.filename",
    "f.close()",
    "f = h5py.File(name, 'w', libver='latest')",
    "g = f.create_group('g', track_order=True)",
    `for i in range(${COUNT}): g[f'link {i}'] = h5py.SoftLink('/')`,
    "f.close()",
  ];
  const image = (): Uint8Array<ArrayBuffer> => withH5py(python, new Uint8Array(), "w", script.join("\n")).image;

  test.each([false, true])("hold every link by the hash of its name and by its order (storm: %s)", async (storm) => {
    const bytes = image();
    const file = await openFile(bytes, storm);
    const byName: BtreeV2<{ hash: number }> = { address: addressOf(bytes, 5), records: linkNameRecords };
    const byOrder = { address: addressOf(bytes, 6), records: linkOrderRecords };
    expect(await file.do((tx) => tx.node(btreeV2Header, byName.address).depth)).toBeGreaterThan(1);
    expect(await file.do((tx) => countRecords(tx, byName))).toBe(COUNT);

    const hashes = NAMES.map(hashOf).sort((a, b) => a - b);
    expect((await file.do((tx) => listRecords(tx, byName, 0, COUNT + 1))).map(({ hash }) => hash)).toEqual(hashes);
    const found = await file.do((tx) => findRecords(tx, byName, hashes, (hash, record) => hash - record.hash));
    expect(found.map((record) => record?.hash)).toEqual(hashes);
    expect(await file.do((tx) => findRecord(tx, byName, ({ hash }) => 12_345 - hash))).toBeNull();

    for (const [from, limit] of [
      [0, 1],
      [17, 100],
      [2400, 900],
      [COUNT - 3, 10],
      [COUNT, 10],
    ] as const) {
      const orders = Array.from({ length: COUNT }, (_, i) => i).slice(from, from + limit);
      const page = await file.do((tx) => listRecords(tx, byOrder, from, limit));
      expect(page.map(({ creationOrder }) => creationOrder)).toEqual(orders);
    }
    const one = await file.do((tx) => findRecord(tx, byOrder, ({ creationOrder }) => 4321 - creationOrder));
    expect(one?.creationOrder).toBe(4321);
  });

  test("are read level by level", async () => {
    const bytes = image();
    const file = await openCounted(bytes);
    const byOrder = { address: addressOf(bytes, 6), records: linkOrderRecords };
    file.storage.waits = 0;
    await file.do((tx) => listRecords(tx, byOrder, 0, COUNT));
    expect(file.storage.waits).toBeLessThanOrEqual(5);
  });

  test("are not mistaken for trees of other records", async () => {
    const bytes = image();
    const file = await openFile(bytes);
    const wrong = { address: addressOf(bytes, 6), records: linkNameRecords };
    expect(() => file.do((tx) => listRecords(tx, wrong, 0, 1))).toThrow(FormatError);
  });
});
