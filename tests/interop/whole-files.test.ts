import { execFileSync } from "node:child_process";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "./describe.js";
import { createImage, describeImage, editImage } from "./image.js";
import { writeMatrix } from "./matrix-cases.js";
import { MATRIX_TYPES } from "./matrix-types.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { H5DUMP, H5STAT, PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

/** End-of-file address in the superblock of a file without userblock (II.A): version 0, offsets of 8 bytes. */
function endOfFile(image: Uint8Array<ArrayBuffer>): number {
  return Number(new DataView(image.buffer, image.byteOffset).getBigUint64(40, true));
}

describe("whole files", () => {
  it("an empty file has 800 bytes, as h5py's", async () => {
    const image = await createImage(async () => {});
    expect(image.length).toBe(800);
    expect(endOfFile(image)).toBe(800);
  });

  it("the end of file in the superblock is the size of the file, after every kind of edit", async () => {
    let image = await createImage(async (file) => {
      await file.createDataset("data", {
        data: new Float64Array(5000),
        chunks: [100],
        compression: 4,
        maxShape: [null],
      });
      await file.createDataset("text", { data: ["a", "b"] });
    });
    expect(endOfFile(image)).toBe(image.length);
    const edits: Parameters<typeof editImage>[1][] = [
      async (file) => (await file.getDataset("data")).resize([9000]),
      async (file) => (await file.getDataset("data")).resize([10]),
      async (file) => file.delete("data"),
      async (file) => file.attrs.set("x", "y".repeat(9000)),
      async (file) => file.attrs.delete("x"),
      async (file) => file.delete("text"),
    ];
    for (const edit of edits) {
      image = await editImage(image, edit);
      expect(endOfFile(image)).toBe(image.length);
    }
    expect(Object.keys(await describeImage(image))).toEqual(["/"]);
  });

  it("what is deleted is used again: writing and deleting over and over does not let the file grow", async () => {
    const sizes: number[] = [];
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    for (let round = 0; round < 30; round++) {
      await file.createDataset("group/data", { data: new Int32Array(2000).fill(round), chunks: [64], compression: 1 });
      await file.flush();
      await file.delete("group");
      await file.flush();
      sizes.push(storage.size);
    }
    await file.close();
    expect(sizes.at(-1)).toBeLessThanOrEqual((sizes[2] as number) + 1024);
  });

  if (H5DUMP !== null) {
    it("h5dump sees layout, chunks, filters and fill values as they were asked for", async () => {
      const image = await createImage(async (file) => {
        await file.createDataset("contiguous", { data: [1.5, 2.5], dtype: ">f4" });
        await file.createDataset("all", {
          shape: [10, 20],
          dtype: "int16",
          chunks: [5, 7],
          maxShape: [null, 20],
          shuffle: true,
          compression: "gzip",
          compressionOptions: 6,
          fletcher32: true,
          fillValue: -1,
          fillTime: "alloc",
        });
      });
      const path = folder.put("header.h5", image);
      const text = execFileSync(H5DUMP as string, ["-H", "-p", path], { encoding: "utf8" }).replace(/\s+/g, " ");
      expect(text).toContain(
        'DATASET "all" { DATATYPE H5T_STD_I16LE DATASPACE SIMPLE { ( 10, 20 ) / ( H5S_UNLIMITED, 20 ) } ' +
          "STORAGE_LAYOUT { CHUNKED ( 5, 7 ) SIZE 0",
      );
      expect(text).toContain("PREPROCESSING SHUFFLE COMPRESSION DEFLATE { LEVEL 6 } CHECKSUM FLETCHER32");
      expect(text).toContain("FILL_TIME H5D_FILL_TIME_ALLOC VALUE -1 } ALLOCATION_TIME { H5D_ALLOC_TIME_INCR }");
      expect(text).toContain('DATASET "contiguous" { DATATYPE H5T_IEEE_F32BE DATASPACE SIMPLE { ( 2 ) / ( 2 ) }');
      expect(text).toContain("STORAGE_LAYOUT { CONTIGUOUS SIZE 8");
      expect(text).toContain("FILL_TIME H5D_FILL_TIME_IFSET VALUE H5D_FILL_VALUE_DEFAULT }");
    });
  }

  if (H5STAT !== null) {
    it("h5stat accounts for every kind of file without a complaint", async () => {
      for (const [index, type] of MATRIX_TYPES.filter((_, at) => at % 6 === 0).entries()) {
        const image = await createImage(async (file) => {
          await writeMatrix(file, type);
          await file.delete("4x5 gzip");
          await file.attrs.set("large", new Float64Array(1000));
        });
        const path = folder.put(`stat-${index}.h5`, image);
        const text = execFileSync(H5STAT as string, [path], { encoding: "utf8", stdio: "pipe" });
        expect(text).toContain(`Total space: ${image.length} bytes`);
        expect(text).not.toMatch(/Unaccounted space: -/);
      }
    });
  }

  describe.each(PYTHONS)("with a userblock, for $label", (tool) => {
    it("are the same: all addresses are relative to the base address, references too", async () => {
      const session = new PythonSession(tool);
      const storage = new MemoryStorage();
      const file = await openStorage(storage, "w", { userblockSize: 1024 });
      const type = MATRIX_TYPES.find(({ label }) => label === "reference");
      await writeMatrix(file, type as (typeof MATRIX_TYPES)[number]);
      for (let index = 0; index < 30; index++) {
        await file.attrs.set(`attribute ${index}`, "x".repeat(index * 7));
      }
      await file.close();
      const image = storage.image();
      const path = folder.put("userblock.h5", image);
      const ours = await describeImage(image);
      expect(await session.ask<Description>("describe", { path })).toEqual(ours);
      expect(ours["/4x5 gzip"]?.value).toHaveProperty("0.0.ref", "/target");
      await session.ask("edit_attributes", { path, rounds: 10 });
      const edited = await editImage(folder.take("userblock.h5"), async (again) => {
        await again.delete("4x5 gzip");
        await again.createDataset("new", { data: ["text"], chunks: [1] });
      });
      folder.put("userblock.h5", edited);
      expect(edited.subarray(0, 1024).every((byte) => byte === 0)).toBe(true);
      expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(edited));
      session.close();
    });
  });
});
