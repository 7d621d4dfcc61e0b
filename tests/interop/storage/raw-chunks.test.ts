import { deflateSync } from "node:zlib";
import { type Dataset, MemoryStorage, openStorage, openStorageSync, slice } from "@hdfive/core";
import type { Libver } from "@hdfive/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPython } from "../files/make-files.js";
import { readImage, sound } from "../image.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, type PythonTool, reportMissingTools } from "../tools.js";

beforeAll(reportMissingTools);

function boundsOf({ label }: PythonTool): readonly Libver[] {
  return label === "newest h5py" ? ["earliest", "v110", "latest"] : ["earliest", "v110"];
}

const chunkOf = (first: number): Int32Array<ArrayBuffer> => Int32Array.from({ length: 6 }, (_, i) => first + i);
const bytesOf = (values: Int32Array): Uint8Array => new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

const READ = `
def seen(name):
    with h5py.File(name, "r") as f:
        return {k: [d[()].tolist(), [[list(i.chunk_offset), i.filter_mask, i.size] for i in
            (d.id.get_chunk_info(n) for n in range(d.id.get_num_chunks()))]] for k, d in f.items()}
`;

describe.each(PYTHONS)("chunks written past the filters, as the $label reads them", (tool) => {
  const folder = new ScratchFolder();
  afterAll(() => folder.remove());

  it.each(boundsOf(tool))("have their place, size and mask, in every index, under libver %s", async (libver) => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver });
    const places = {
      one: [[2, 3], undefined],
      fixed: [[6, 6], undefined],
      endless: [
        [6, 6],
        [null, 6],
      ],
      tree: [
        [6, 6],
        [null, null],
      ],
    } as const;
    for (const [name, [shape, maxShape]] of Object.entries(places)) {
      for (const compression of [undefined, "gzip"] as const) {
        const dataset = await file.createDataset(`${name} ${compression ?? "plain"}`, {
          shape,
          chunks: [2, 3],
          dtype: "<i4",
          fillValue: -1,
          ...(maxShape === undefined ? {} : { maxShape }),
          ...(compression === undefined ? {} : { compression }),
        });
        // What is in memory and not stored yet is overwritten, and so is what is stored.
        await dataset.write(5);
        await dataset.writeRawChunk([0, 0], bytesOf(chunkOf(10)), { filterMask: compression === undefined ? 0 : 1 });
        expect(Array.from((await dataset.read([0, slice(0, 3)])).data as Int32Array)).toEqual([10, 11, 12]);
        await file.flush();
        if (name !== "one") {
          const last = bytesOf(chunkOf(20));
          dataset.writeRawChunkSync([4, 3], compression === undefined ? last : deflateSync(last));
          await dataset.writeRawChunk([4, 0], compression === undefined ? last : deflateSync(last));
        }
      }
    }
    await file.close();
    const image = sound(storage.image());
    folder.put("ours.h5", image);
    const theirs = runPython<Record<string, unknown[]>>(tool, folder.path, `${READ}\nout = seen("ours.h5")`);
    await readImage(image, async (read) => {
      for (const name of await read.keys()) {
        const dataset = await read.getDataset(name);
        expect([(await dataset.read()).toNested(), await infoOf(dataset)], name).toEqual(theirs[name]);
      }
    });
    expect(theirs["tree gzip"]?.[1]).toContainEqual([[0, 0], 1, 24]);
    expect(theirs["fixed plain"]?.[0]).toEqual([
      [10, 11, 12, 5, 5, 5],
      [13, 14, 15, 5, 5, 5],
      [5, 5, 5, 5, 5, 5],
      [5, 5, 5, 5, 5, 5],
      [20, 21, 22, 20, 21, 22],
      [23, 24, 25, 23, 24, 25],
    ]);
  });
});

async function infoOf(dataset: Dataset): Promise<unknown> {
  const found: unknown[] = [];
  for await (const batch of dataset.chunkInfo()) {
    found.push(...batch.map(({ offset, filterMask, storedSize }) => [offset, filterMask, storedSize]));
  }
  return found;
}

describe("a chunk written past the filters", () => {
  const open = (): Dataset => {
    const file = openStorageSync(new MemoryStorage(), "w", { libver: "v110" });
    return file.createDatasetSync("d", { shape: [6, 6], chunks: [2, 3], dtype: "<i4", compression: "gzip" });
  };

  it.each([
    ["begins no chunk", [1, 0], 24, 0, "INVALID_ARGUMENT"],
    ["lies outside", [6, 0], 24, 0, "OUT_OF_RANGE"],
    ["has too few axes", [0], 24, 0, "INVALID_ARGUMENT"],
    ["is no whole chunk where no filter was applied", [0, 0], 23, 1, "SHAPE_MISMATCH"],
    ["has a mask of more than 32 bits", [0, 0], 24, 2 ** 32, "INVALID_ARGUMENT"],
    ["is too long for its index to say", [0, 0], 70_000, 0, "LIMIT"],
  ] as const)("is refused when it %s", (_, offset, length, filterMask, code) => {
    const dataset = open();
    expect(() => dataset.writeRawChunkSync(offset, new Uint8Array(length), { filterMask })).toThrow(
      expect.objectContaining({ code }),
    );
    expect(dataset.infoSync().chunkCount).toBe(0);
  });

  it("gives back the space of the one that was there", () => {
    const dataset = open();
    dataset.writeRawChunkSync([0, 0], new Uint8Array(24), { filterMask: 1 });
    const { storageSize } = dataset.infoSync();
    const before = dataset.context.state.allocator.usedBytes;
    for (let i = 0; i < 10; i++) {
      dataset.writeRawChunkSync([0, 0], new Uint8Array(24).fill(i), { filterMask: 1 });
    }
    expect([dataset.infoSync().storageSize, dataset.context.state.allocator.usedBytes]).toEqual([storageSize, before]);
  });
});
