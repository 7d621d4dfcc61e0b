import {
  btreeV2Geometry,
  btreeV2Header,
  btreeV2Node,
  type LinkInfo,
  type LinkNameRecord,
  type LinkOrderRecord,
  linkNameRecords,
  linkOrderRecords,
} from "@hdfive/format";
import { describe, expect, it } from "vitest";
import { findLink, listLinks, requireGroup } from "../../src/engine/groups/links.js";
import { resolvePath } from "../../src/engine/groups/path.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, openFile } from "./engine-file.js";
import { PYTHONS, withH5py } from "./h5py.js";

/** Links of each group: more than fit a header. */
const COUNT = 12;

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;
const groupOf = (tx: Tx) => requireGroup(tx, resolvePath(tx, rootOf(tx), "g").address);

function infoOf(tx: Tx): LinkInfo {
  const group = groupOf(tx);
  if (group.style !== "dense") {
    throw new Error("a dense group was expected");
  }
  return group.linkInfo;
}

/** Changes the records of an index that is one leaf. */
function changeLeaf<R>(
  tx: Tx,
  address: number | null,
  records: typeof linkNameRecords | typeof linkOrderRecords,
  change: (records: readonly R[]) => readonly R[],
): void {
  const header = tx.node(btreeV2Header, address as number);
  const geometry = btreeV2Geometry(header, tx.context, address as number);
  const codec = btreeV2Node<R>(records as never, geometry, { level: 0, recordCount: header.rootRecordCount });
  const leaf = tx.node(codec, header.rootAddress as number);
  tx.put(codec, header.rootAddress as number, { ...leaf, records: change(leaf.records) });
}

/** Names of all links, listed a few at a time; throws when there is no end. */
function names(file: EngineFile, limit: number): string[] {
  const found: string[] = [];
  let after: ReturnType<typeof listLinks>["next"] = null;
  for (let pages = 0; pages < 100; pages++) {
    const from = after;
    const page = file.do((tx) => listLinks(tx, groupOf(tx), from, limit)) as ReturnType<typeof listLinks>;
    found.push(...page.links.map(({ name }) => name));
    after = page.next;
    if (after === null) {
      return found;
    }
  }
  throw new Error("listing does not end");
}

describe.runIf(PYTHONS.length > 0)("a dense group of h5py", () => {
  const images = new Map<boolean, Uint8Array<ArrayBuffer>>();
  const make = (tracked: boolean): Promise<EngineFile> => {
    const image = images.get(tracked) ?? generate(tracked);
    images.set(tracked, image);
    return openFile(image);
  };
  const generate = (tracked: boolean): Uint8Array<ArrayBuffer> => {
    const script = `
gcpl = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
if request['tracked']:
    gcpl.set_link_creation_order(h5py.h5p.CRT_ORDER_TRACKED | h5py.h5p.CRT_ORDER_INDEXED)
g = h5py.Group(h5py.h5g.create(f.id, b'g', gcpl=gcpl))
for i in range(request['count']):
    # An external link makes a group new-style.
    link = h5py.SoftLink('/to/%d' % i) if i > 0 else h5py.ExternalLink('other.h5', '/to/0')
    g['n%d' % i + ('x' * 5000 if i == 3 else '')] = link
`;
    const [python] = PYTHONS;
    if (python === undefined) {
      throw new Error("no h5py");
    }
    return withH5py(python, new Uint8Array(0), "w", script, { tracked, count: COUNT }).image;
  };

  it("is read in a file hardly larger than one of its names", async () => {
    const file = await make(false);
    const long = `n3${"x".repeat(5000)}`;
    for (let i = 0; i < 5; i++) {
      expect(file.do((tx) => findLink(tx, groupOf(tx), long))).toMatchObject({ kind: "soft", target: "/to/3" });
    }
    expect(names(file, 5)).toHaveLength(COUNT);
  });

  it.each([1, 2, 3, 5])("ends when its creation orders are out of order, %d links at a time", async (limit) => {
    for (const order of [
      [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
      [3, 9, 1, 10, 0, 2, 11, 4, 5, 6, 7, 8],
      [5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5],
    ]) {
      const file = await make(true);
      expect(names(file, limit)).toHaveLength(COUNT);
      file.do((tx) =>
        changeLeaf<LinkOrderRecord>(tx, infoOf(tx).creationIndexAddress, linkOrderRecords, (records) =>
          order.map((creationOrder, i) => ({ ...(records[i] as LinkOrderRecord), creationOrder })),
        ),
      );
      expect(names(file, limit).length).toBeLessThanOrEqual(COUNT);
    }
  });

  it("ends, and finds or misses, when its hashes are wrong", async () => {
    const file = await make(false);
    file.do((tx) =>
      changeLeaf<LinkNameRecord>(tx, infoOf(tx).nameIndexAddress, linkNameRecords, (records) =>
        records.map((record) => ({ ...record, hash: 7 })),
      ),
    );
    expect(names(file, 3)).toHaveLength(COUNT);
    expect(file.do((tx) => findLink(tx, groupOf(tx), "n1"))).toBeNull();
  });
});
