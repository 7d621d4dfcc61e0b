import { HdfiveError, MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "../describe.js";
import { createImage, describeImage, editImage, sound } from "../image.js";
import { PythonSession } from "../python-session.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

const SIZES = [
  { groupLeafK: 2, groupInternalK: 3, chunkK: 5 },
  { groupLeafK: 10, groupInternalK: 40, chunkK: 100 },
  { groupLeafK: 7 },
  { chunkK: 2 },
] as const;
const cases = PYTHONS.flatMap((tool) =>
  SIZES.flatMap((sizes) => (["earliest", "v108", "v110"] as const).map((libver) => ({ tool, sizes, libver }))),
);

describe("files with B-tree nodes of other sizes", () => {
  it.each(cases)("are read and edited in turn with $tool.label: $sizes $libver", async ({ tool, sizes, libver }) => {
    const path = folder.file("sizes.h5");
    let image = await createImage(
      async (file) => {
        for (let i = 0; i < 60; i++) {
          await file.createGroup(`groups/g${i}`);
        }
        const data = Int16Array.from({ length: 3000 }, (_, i) => i);
        await file.createDataset("chunked", { data, chunks: [20], maxShape: [null] });
      },
      { ...sizes, libver },
    );
    // Version 1 is the first superblock that says how large the nodes are that index chunks.
    const earliest = "chunkK" in sizes ? 1 : 0;
    expect(image[8]).toBe(libver === "earliest" ? earliest : 2 + Number(libver === "v110"));
    const session = new PythonSession(tool);
    try {
      for (let round = 0; round < 2; round++) {
        folder.put("sizes.h5", image);
        expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(image));
        await session.ask("edit_attributes", { path, rounds: 3 });
        image = await editImage(sound(folder.take("sizes.h5")), async (file) => {
          await (await file.getDataset("chunked")).append(new Int16Array(500).fill(round));
          for (let i = 0; i < 20; i++) {
            await file.createGroup(`groups/round ${round} ${i}`);
          }
        });
      }
    } finally {
      session.close();
    }
  });

  it("refuse sizes that no node can have", async () => {
    for (const sizes of [{ chunkK: 0 }, { groupLeafK: 1.5 }, { groupInternalK: 40_000 }]) {
      const opening = openStorage(new MemoryStorage(), "w", sizes);
      await expect(opening).rejects.toBeInstanceOf(HdfiveError);
      await expect(opening).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
  });
});
