import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { editImage, sound } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();

beforeAll(reportMissingTools);
afterAll(() => folder.remove());

/** The sizes that managers of free space give their lists of sections, and the extents of those. Section III.H. */
function sectionLists(image: Uint8Array<ArrayBuffer>): { size: number; extent: number }[] {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  const lists: { size: number; extent: number }[] = [];
  for (let at = image.indexOf(0x46); at >= 0; at = image.indexOf(0x46, at + 1)) {
    if (Buffer.from(image.subarray(at, at + 4)).toString("latin1") === "FSHD") {
      lists.push({ size: Number(view.getBigUint64(at + 62, true)), extent: Number(view.getBigUint64(at + 70, true)) });
    }
  }
  return lists;
}

async function fill(image: Uint8Array<ArrayBuffer>, round: number): Promise<Uint8Array<ArrayBuffer>> {
  return editImage(image, async (file) => {
    for (let index = 0; index < 30; index++) {
      await file.attrs.set(`ours ${round} ${index}`, "x".repeat((index * 37) % 90));
    }
    for (const name of (await file.attrs.keys()).filter((_, index) => index % 3 === 1)) {
      await file.attrs.delete(name);
    }
  });
}

async function emptyFile(): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  await (await openStorage(storage, "w", { libver: "v108" })).close();
  return storage.image();
}

describe("free space in heaps", () => {
  it("is listed in an extent of just the size of the list, without which libhdf5 stops", async () => {
    let image = await emptyFile();
    for (let round = 0; round < 6; round++) {
      image = await fill(image, round);
      const lists = sectionLists(image);
      expect(lists.length).toBeGreaterThan(0);
      expect(lists.filter(({ size, extent }) => size !== extent)).toEqual([]);
    }
  });

  // Not by HDF5 1.10: it keeps an indirect block pinned after such edits, of files that it wrote alone too, and cannot close
  // the file any more ("Pinned entry count not decreasing").
  const newest = PYTHONS.filter(({ label }) => label === "newest h5py");

  it.each(newest)("is used and given back by us and by $label in turn", async (tool) => {
    const session = new PythonSession(tool);
    let image = await emptyFile();
    for (let round = 0; round < 6; round++) {
      image = await fill(image, round);
      const path = folder.put("turn.h5", image);
      await session.ask("edit_attributes", { path, rounds: 20 });
      image = sound(folder.take("turn.h5"));
    }
    session.close();
  });

  it.each(PYTHONS)(
    "may be counted wrong by $label, which forgets a block: the file is sound, and edited on",
    async (tool) => {
      const session = new PythonSession(tool);
      const image = await editImage(await emptyFile(), async (file) => {
        for (let index = 0; index < 9; index++) {
          await file.attrs.set(`small ${index}`, new Uint8Array(10));
        }
        await file.attrs.set("large", new Uint8Array(600));
      });
      const path = folder.put("forgotten.h5", image);
      const operations = [{ op: "deleteAttr", path: "/", name: "large" }];
      await session.ask("apply", { path, operations, libver: "v108" });
      await editImage(sound(folder.take("forgotten.h5")), async (file) => {
        for (let index = 0; index < 9; index++) {
          await file.attrs.delete(`small ${index}`);
        }
      });
      session.close();
    },
  );
});
