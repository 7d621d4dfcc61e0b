import { type File, type FileSpaceOptions, MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "../describe.js";
import { describeImage, editImage, sound } from "../image.js";
import { PythonSession } from "../python-session.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

const PAGE = 4096;
const STRATEGIES: readonly FileSpaceOptions[] = [
  { strategy: "page" },
  { strategy: "page", pageSize: 512 },
  { strategy: "aggregate" },
  { strategy: "none", threshold: 10 },
  { strategy: "fsm", threshold: 100 },
];
const LIBVERS = ["earliest", "v108", "v110", "latest"] as const;
const cases = STRATEGIES.flatMap((fileSpace) => LIBVERS.map((libver) => ({ ...fileSpace, libver })));

async function fill(file: File): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await file.createGroup(`groups/g${i}`);
  }
  await file.createDataset("small", { data: new Int32Array(40).fill(5) });
  await file.createDataset("large", { data: new Float64Array(3000).fill(1.5) });
  await file.createDataset("chunked", { data: new Int16Array(5000), chunks: [100], maxShape: [null], compression: 1 });
  await file.createDataset("texts", { data: Array.from({ length: 300 }, (_, i) => `text ${i}`) });
  await file.attrs.set("note", "a note");
}

async function churn(file: File): Promise<void> {
  await file.delete("small");
  await file.delete("large");
  await file.createDataset("large", { data: new Float64Array(2000).fill(2.5) });
  await (await file.getDataset("chunked")).append(new Int16Array(700).fill(9));
  await file.delete("groups/g7");
  await file.createDataset("groups/g8/more", { data: [1, 2, 3] });
}

async function made({ libver, ...fileSpace }: (typeof cases)[number]): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", { libver, fileSpace });
  await fill(file);
  await file.flush();
  await churn(file);
  await file.close();
  return sound(storage.image());
}

describe("files with a way to hand out space", () => {
  it.each(cases)("are made as asked for: $strategy $pageSize $threshold $libver", async (one) => {
    const { strategy, pageSize = PAGE, threshold = 1 } = one;
    const image = await made(one);
    const file = await openStorage(new MemoryStorage(image));
    const { fileSpace, superblockVersion } = await file.info();
    const names = { fsm: "fsm-aggr", page: "page", aggregate: "aggr", none: "none" };
    expect(fileSpace).toEqual({ strategy: names[strategy ?? "fsm"], persist: false, threshold, pageSize });
    expect(superblockVersion).toBeGreaterThanOrEqual(2);
    await file.close();
    if (strategy === "page") {
      expect(image.length % pageSize).toBe(0);
    }
  });

  it("have the size of h5py's when they are empty", async () => {
    for (const [strategy, libver, size] of [
      ["page", "earliest", 4096],
      ["page", "latest", 4096],
      ["aggregate", "earliest", 808],
      ["none", "earliest", 808],
    ] as const) {
      const storage = new MemoryStorage();
      await (await openStorage(storage, "w", { libver, fileSpace: { strategy } })).close();
      expect({ strategy, libver, size: storage.image().length }).toEqual({ strategy, libver, size });
    }
  });

  it.each(PYTHONS.flatMap((tool) => cases.map((one) => ({ tool, ...one }))))(
    "are read and edited in turn with $tool.label: $strategy $pageSize $threshold $libver",
    async ({ tool, ...one }) => {
      let image = await made(one);
      const path = folder.put("space.h5", image);
      const session = new PythonSession(tool);
      try {
        for (let round = 0; round < 2; round++) {
          folder.put("space.h5", image);
          expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(image));
          await session.ask("edit_attributes", { path, rounds: 5 });
          image = await editImage(sound(folder.take("space.h5")), async (file) => {
            await file.createDataset(`round ${round}`, { data: new Int32Array(2000), chunks: [300] });
            await file.attrs.set("round", `round ${round}`);
            await file.delete("texts");
            await file.createDataset("texts", { data: ["a", "b"] });
          });
          if (one.strategy === "page") {
            expect(image.length % (one.pageSize ?? PAGE)).toBe(0);
          }
        }
      } finally {
        session.close();
      }
    },
  );

  it("refuse what makes no sense or is not written yet", async () => {
    const make = (fileSpace: FileSpaceOptions) => openStorage(new MemoryStorage(), "w", { fileSpace });
    await expect(make({ strategy: "page", pageSize: 100 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(make({ threshold: -1 })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(make({ strategy: "fsm", persist: true })).rejects.toMatchObject({ code: "UNSUPPORTED" });
  });
});
