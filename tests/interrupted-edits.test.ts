import { type File, HdfiveError, MemoryStorage, openStorage } from "@hdfive/core";
import { FailingStorage } from "@hdfive/testing";
import { describe, expect, it } from "vitest";
import { createImage, describeImage, sound } from "./interop/image.js";

type Step = (file: File) => Promise<unknown>;

/** Edits that go through dense groups and attributes, and through every chunk index of the bound. */
const STEPS: readonly Step[] = [
  ...Array.from(
    { length: 12 },
    (_, index): Step =>
      (file) =>
        file.createGroup(`links/new ${index}`),
  ),
  ...Array.from(
    { length: 10 },
    (_, index): Step =>
      (file) =>
        file.attrs.set(`new ${index}`, "x".repeat(index * 40)),
  ),
  async (file) => (await file.getDataset("fixed")).write(-1),
  async (file) => (await file.getDataset("extensible")).resize([90]),
  async (file) => (await file.getDataset("extensible")).write(7),
  async (file) => (await file.getDataset("tree")).resize([9, 4]),
  async (file) => (await file.getDataset("contiguous")).write(5),
  (file) => file.delete("links/old 3"),
  (file) => file.delete("single"),
  (file) => file.attrs.delete("old 2"),
];

function startImage(libver: "earliest" | "v108" | "latest"): Promise<Uint8Array<ArrayBuffer>> {
  return createImage(
    async (file) => {
      const data = Array.from({ length: 40 }, (_, index) => index);
      for (let index = 0; index < 12; index++) {
        await file.createDataset(`links/old ${index}`, { data: index });
        await file.attrs.set(`old ${index}`, index);
      }
      await file.createDataset("contiguous", { data });
      await file.createDataset("single", { data, chunks: [40], compression: 1 });
      await file.createDataset("fixed", { data, chunks: [4], compression: 1 });
      await file.createDataset("extensible", { data, chunks: [4], maxShape: [null] });
      await file.createDataset("tree", {
        shape: [6, 6],
        dtype: "int16",
        chunks: [2, 2],
        maxShape: [null, null],
        data: Array.from({ length: 6 }, () => [1, 2, 3, 4, 5, 6]),
      });
    },
    { libver },
  );
}

describe.each(["earliest", "v108", "latest"] as const)("an edit that the storage interrupts (libver %s)", (libver) => {
  it("at any of its writes can be gone on with: nothing done is lost, and the file is as if nothing had failed", async () => {
    const image = await startImage(libver);
    const whole = new MemoryStorage(image.slice());
    const calm = await openStorage(whole, "r+", { libver });
    for (const step of STEPS) {
      await step(calm);
    }
    await calm.close();
    const wanted = await describeImage(sound(whole.image()));
    let failed = 1;
    for (let nth = 1; failed > 0; nth++) {
      const storage = new MemoryStorage(image.slice());
      const failing = new FailingStorage(storage, { write: nth });
      const file = await openStorage(failing, "r+", { libver });
      for (const [index, step] of STEPS.entries()) {
        await again(() => step(file));
        if (index % 9 === 8) {
          await again(() => file.flush());
        }
      }
      await again(() => file.flush());
      await file.close();
      failed = failing.failed;
      expect(await describeImage(sound(storage.image())), `write ${nth}`).toEqual(wanted);
    }
  });
});

/** Does it, and once more when the storage fails. */
async function again(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HdfiveError && error.code === "IO")) {
      throw error;
    }
    await work();
  }
}
