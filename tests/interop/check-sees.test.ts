import { execFileSync } from "node:child_process";
import { type CheckProblem, checkSync, MemoryStorage } from "@hdfive/core";
import {
  btreeV2Header,
  chunkNode,
  DEFAULT_CONTEXT,
  extensibleArrayHeader,
  fractalHeap,
  freeSpaceHeader,
  globalHeap,
  groupNode,
  localHeap,
  lookup3,
  type NodeCodec,
  objectHeader,
  Reader,
  superblock,
  symbolNode,
  Writer,
} from "@hdfive/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createImage } from "./image.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

const NEW_STYLE = `
import sys, h5py
with h5py.File(sys.argv[1], 'w', libver='latest') as f:
    g = f.create_group('many', track_order=True)
    for i in range(30):
        g[f'link {i}'] = h5py.SoftLink('/none')
    x = f.create_dataset('extensible', (200,), maxshape=(None,), chunks=(1,), dtype='i2')
    x[...] = 7
`;

type Image = Uint8Array<ArrayBuffer>;

/** Where a signature stands first, or the n-th time. */
function find(image: Image, signature: string, nth = 0): number {
  const text = Buffer.from(image.buffer, image.byteOffset, image.length).toString("latin1");
  let at = -1;
  for (let i = 0; i <= nth; i++) {
    at = text.indexOf(signature, at + 1);
  }
  expect(at).toBeGreaterThanOrEqual(0);
  return at;
}

/** The image with one structure changed, its checksum true. */
function changed<T>(image: Image, codec: NodeCodec<T>, address: number, change: (value: T) => T): Image {
  const bytes = image.slice();
  const value = codec.decode(new Reader(bytes.subarray(address), codec.name, address), DEFAULT_CONTEXT);
  const next = change(value);
  const writer = new Writer(codec.sizeOf(next, DEFAULT_CONTEXT), codec.name);
  codec.encode(next, writer, DEFAULT_CONTEXT);
  bytes.set(writer.finish(), address);
  return bytes;
}

function problemsOf(image: Image): readonly CheckProblem[] {
  return checkSync(new MemoryStorage(image)).problems;
}

/** The check says this of the changed image, and nothing of the image as it was. */
function sees(before: Image, after: Image, structure: string, message: RegExp): void {
  expect(problemsOf(before)).toEqual([]);
  const found = problemsOf(after);
  expect(found.map((one) => `${one.structure}: ${one.message}`).join("\n")).toMatch(message);
  expect(found.map((one) => one.structure)).toContain(structure);
}

describe("the structural check sees, in old-style files,", () => {
  let image: Image;
  beforeAll(async () => {
    image = await createImage(async (file) => {
      for (let i = 0; i < 200; i++) {
        await file.createGroup(`group ${i}`);
      }
      await file.createDataset("chunked", { data: new Int16Array(100), chunks: [10], compression: 1 });
      await file.createDataset("texts", { data: ["a", "bc", "def"] });
    });
  });
  const root = (): number => Number(new DataView(image.buffer, image.byteOffset).getBigUint64(64, true));

  it("counts of links that are too low or too high", () => {
    const put = (count: number): Image =>
      changed(image, objectHeader, root(), (header) => ({ ...header, referenceCount: count }) as typeof header);
    sees(image, put(0), "object-header", /counts 0 hard links, and has 1/);
    sees(image, put(2), "object-header", /counts 2 hard links, and 1 were found/);
  });

  it("counts of messages", () => {
    const after = changed(image, objectHeader, root(), (header) => {
      return header.version === 1 ? { ...header, messageCount: header.messageCount + 1 } : header;
    });
    sees(image, after, "object-header", /messages, and has/);
  });

  it("names out of order", () => {
    const after = changed(image, symbolNode, find(image, "SNOD"), ({ entries }) => ({
      entries: entries.toReversed(),
    }));
    sees(image, after, "symbol-node", /is not in order/);
  });

  it("siblings that are not", () => {
    const leaf = find(image, "TREE", 1);
    sees(
      image,
      changed(image, groupNode, leaf, (node) => ({ ...node, leftSibling: leaf })),
      "group-node",
      /left sibling/,
    );
  });

  it("names in free space", () => {
    const after = changed(image, localHeap, find(image, "HEAP"), (heap) => ({ ...heap, freeListHead: 8 }));
    expect(problemsOf(after).map(({ structure }) => structure)).toContain("local-heap");
  });

  it("chunks that stand on one another, and outside of the file", () => {
    const tree = lastTree(image);
    const move = (address: (children: readonly number[]) => number): Image =>
      changed(image, chunkNode(1), tree, (node) => ({
        ...node,
        children: node.children.with(1, address(node.children)),
      }));
    sees(
      image,
      move(([first]) => (first as number) + 1),
      "chunk",
      /are those of the chunk at/,
    );
    sees(
      image,
      move(() => image.length - 1),
      "chunk",
      /run past the end of the file/,
    );
  });

  it("text that is not where its element says", () => {
    const after = changed(image, globalHeap, find(image, "GCOL"), (heap) => ({
      ...heap,
      objects: heap.objects.slice(1),
    }));
    sees(image, after, "global-heap", /object 1, which is not there/);
  });

  it("an end of the file before its structures", () => {
    const after = image.slice();
    const block = superblock.decode(new Reader(after, superblock.name, 0), DEFAULT_CONTEXT);
    const writer = new Writer(superblock.sizeOf(block, DEFAULT_CONTEXT), superblock.name);
    superblock.encode({ ...block, endOfFile: block.endOfFile - 8 }, writer, DEFAULT_CONTEXT);
    after.set(writer.finish(), 0);
    expect(problemsOf(after).some(({ message }) => /past the end of the file/.test(message))).toBe(true);
  });

  it("a file that is none, as a problem and not as an error", () => {
    expect(problemsOf(new Uint8Array(100))).toMatchObject([{ severity: "error", structure: "file" }]);
  });

  /** The B-tree of the chunks stands behind those of the groups. */
  function lastTree(bytes: Image): number {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
    for (let at = text.lastIndexOf("TREE"); at >= 0; at = text.lastIndexOf("TREE", at - 1)) {
      if (bytes[at + 4] === 1) {
        return at;
      }
    }
    throw new Error("There is no B-tree of chunks");
  }
});

describe.runIf(PYTHONS.length > 0)("the structural check sees, in new-style files,", () => {
  let image: Image;
  beforeAll(() => {
    const path = folder.file("new-style.h5");
    execFileSync((PYTHONS[0] as (typeof PYTHONS)[number]).path, ["-c", NEW_STYLE, path]);
    image = folder.take("new-style.h5");
  });

  it.each([
    ["managedCount", /counts 31 managed objects, and IDs lead to 30/],
    ["allocatedSpace", /direct blocks have/],
    ["tinyCount", /tiny objects/],
    ["hugeCount", /huge objects/],
  ] as const)("a wrong %s of a fractal heap", (field, message) => {
    const after = changed(image, fractalHeap, find(image, "FRHP"), (heap) => ({ ...heap, [field]: heap[field] + 1 }));
    sees(image, after, "fractal-heap", message);
  });

  it.each(["totalSpace", "sectionCount"] as const)("a wrong %s of a free-space manager", (field) => {
    const after = changed(image, freeSpaceHeader, find(image, "FSHD"), (header) => ({
      ...header,
      [field]: header[field] + 1,
    }));
    expect(problemsOf(after).map(({ structure }) => structure)).toContain("free-space-header");
  });

  it.each(["superBlockCount", "dataBlockBytes", "realizedCount"] as const)("a wrong %s", (field) => {
    const after = changed(image, extensibleArrayHeader, find(image, "EAHD"), (header) => ({
      ...header,
      [field]: header[field] + 1,
    }));
    sees(image, after, "extensible-array-header", new RegExp(field));
  });

  it("records that are not counted", () => {
    const after = changed(image, btreeV2Header, find(image, "BTHD"), (header) => ({
      ...header,
      totalRecordCount: header.totalRecordCount - 1,
      rootRecordCount: header.rootRecordCount - 1,
    }));
    expect(problemsOf(after).length).toBeGreaterThan(0);
  });

  it("records out of order", () => {
    const after = image.slice();
    const leaf = find(after, "BTLF");
    const header = btreeV2Header.decode(new Reader(after.subarray(find(after, "BTHD")), "", 0), DEFAULT_CONTEXT);
    const { recordSize, rootRecordCount } = header;
    after.copyWithin(leaf + 6, leaf + 6 + recordSize, leaf + 6 + 2 * recordSize);
    after.set(image.subarray(leaf + 6, leaf + 6 + recordSize), leaf + 6 + recordSize);
    const end = leaf + 6 + rootRecordCount * recordSize;
    new DataView(after.buffer, after.byteOffset).setUint32(end, lookup3(after.subarray(leaf, end)), true);
    expect(problemsOf(after).map(({ message }) => message)).toContain("record 1 is not in order");
  });

  it.each(["FRHP", "FHDB", "FHIB", "BTHD", "BTLF", "FSHD", "FSSE", "EAHD", "EAIB", "EADB", "OHDR"])(
    "a bit that fell over in a structure with the signature %s",
    (signature) => {
      const after = image.slice();
      const at = find(image, signature) + 7;
      after[at] = (after[at] as number) ^ 0x10;
      expect(problemsOf(image)).toEqual([]);
      expect(problemsOf(after).some(({ severity }) => severity === "error")).toBe(true);
    },
  );
});
