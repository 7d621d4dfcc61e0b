import { execFileSync } from "node:child_process";
import {
  array,
  compound,
  enumeration,
  type File,
  NdArray,
  ObjectReference,
  opaque,
  string,
  toDatatype,
  vlen,
} from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description } from "./describe.js";
import { createImage, describeImage, editImage, readImage } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { H5DUMP, PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

/** Every kind of attribute that a value or a dtype makes. */
async function setEverything(file: File): Promise<void> {
  const { attrs } = file;
  await attrs.set("whole", 1);
  await attrs.set("large", 2 ** 40);
  await attrs.set("real", 4.25);
  await attrs.set("bigint", -(2n ** 62n));
  await attrs.set("flag", true);
  await attrs.set("text", "Ωμέγα");
  await attrs.set("empty text", "");
  await attrs.set("texts", ["a", "", "日本"]);
  await attrs.set("fixed", "abc", { dtype: string({ length: 8, charset: "ascii" }) });
  await attrs.set("padded", ["ab", "c"], { dtype: string({ length: 4, padding: "space-pad" }) });
  await attrs.set("typed", Int16Array.of(1, -2, 3));
  await attrs.set("nested", [
    [1, 2, 3],
    [4, 5, 6],
  ]);
  await attrs.set("reshaped", Float32Array.of(1, 2, 3, 4), { shape: [2, 2], dtype: ">f4" });
  await attrs.set("nothing", null, { dtype: "float64" });
  await attrs.set("no text", null, { dtype: "string" });
  await attrs.set("no elements", new Int32Array(0), { shape: [0, 3] });
  await attrs.set("complex", { real: 1, imag: -1 }, { dtype: "complex128" });
  await attrs.set("half", [1.5, Number.NaN], { dtype: "float16" });
  await attrs.set("color", [1, 0], { dtype: enumeration({ RED: 0, GREEN: 1 }) });
  await attrs.set("bytes", Uint8Array.of(1, 2, 3), { dtype: opaque(3, "tag") });
  await attrs.set("sequences", [[1], [2, 3], []], { dtype: vlen("int32") });
  await attrs.set(
    "matrix",
    [
      [1, 2],
      [3, 4],
    ],
    { dtype: array("int8", [2]) },
  );
  await attrs.set("record", { id: 7, name: "x" }, { dtype: compound({ id: "int32", name: "string" }) });
  await attrs.set("here", new ObjectReference((await file.info()).address));
  await attrs.set("NdArray", new NdArray(Uint8Array.of(1, 0), [2], toDatatype("bool")));
  await attrs.set("名前 of an attribute", "in any script");
}

describe("attributes of every kind", () => {
  it("come back as they were set", async () => {
    const image = await createImage(setEverything);
    const values = await readImage(image, async ({ attrs }) => Object.fromEntries(await attrs.entries()));
    expect(values).toMatchObject({
      whole: 1,
      large: 2n ** 40n,
      real: 4.25,
      bigint: -(2n ** 62n),
      flag: true,
      text: "Ωμέγα",
      "empty text": "",
      fixed: "abc",
      nothing: null,
      "no text": null,
      complex: { real: 1, imag: -1 },
      "名前 of an attribute": "in any script",
      record: { id: 7, name: "x" },
    });
    expect((values.texts as NdArray).toNested()).toEqual(["a", "", "日本"]);
    expect((values.nested as NdArray).toNested()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect((values.padded as NdArray).toNested()).toEqual(["ab", "c"]);
    if (H5DUMP !== null) {
      expect(execFileSync(H5DUMP, [folder.put("all.h5", image)], { encoding: "utf8" })).toContain('OPAQUE_TAG "tag"');
    }
  });

  for (const tool of PYTHONS) {
    describe(`with the ${tool.label}`, () => {
      let session: PythonSession;
      beforeAll(() => {
        session = new PythonSession(tool);
      });
      afterAll(() => session.close());

      it("are the same to both when we set them", async () => {
        const image = await createImage(setEverything);
        const path = folder.put("ours.h5", image);
        expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(image));
      });

      it("are the same to both when h5py sets them (null dataspaces have padding that is no data)", async () => {
        const path = folder.file("odd.h5");
        await session.ask("odd_attributes", { path });
        const ours = await describeImage(folder.take("odd.h5"));
        expect(ours).toEqual(await session.ask<Description>("describe", { path }));
        expect(Object.keys(ours["/"]?.attrs ?? {}).length).toBe(18);
      });

      it("grow a header through continuations, each replaced with other sizes, without touching the neighbours", async () => {
        let image = await createImage(async (file) => {
          const neighbours = ["before", "crowded", "after"];
          for (const name of neighbours) {
            await file.createDataset(name, { data: [1, 2, 3], chunks: [2] });
          }
          const { attrs } = await file.getDataset("crowded");
          for (let round = 0; round < 60; round++) {
            await attrs.set(`a${round % 20}`, new Int32Array((round * 37) % 90).fill(round));
            await attrs.set("text", "y".repeat((round * 53) % 200));
          }
          for (let index = 0; index < 20; index += 3) {
            await attrs.delete(`a${index}`);
          }
        });
        const path = folder.put("grown.h5", image);
        expect(await session.ask<Description>("describe", { path })).toEqual(await describeImage(image));
        await session.ask("edit_attributes", { path, rounds: 40 });
        image = await editImage(folder.take("grown.h5"), async (file) => {
          for (let round = 0; round < 20; round++) {
            await file.attrs.set(`n${2 * round + 1}`, "z".repeat(round * 11));
            await file.attrs.set(`m${round}`, new Float64Array(round));
          }
          await file.attrs.modify("changing", new Int32Array((37 * 39) % 200).fill(5));
        });
        folder.put("grown.h5", image);
        const ours = await describeImage(image);
        expect(await session.ask<Description>("describe", { path })).toEqual(ours);
        expect(Object.keys(ours["/"]?.attrs ?? {}).length).toBe(2 + 20 + 20);
        expect(ours["/after"]?.value).toEqual([1, 2, 3]);
      });
    });
  }

  it("may be a thousand on one object", async () => {
    const image = await createImage(async ({ attrs }) => {
      for (let index = 0; index < 1000; index++) {
        await attrs.set(`attribute ${index}`, index);
      }
    });
    const ours = await describeImage(image);
    expect(Object.keys(ours["/"]?.attrs ?? {}).length).toBe(1000);
    for (const tool of PYTHONS) {
      const session = new PythonSession(tool);
      expect(await session.ask<Description>("describe", { path: folder.put("many.h5", image) })).toEqual(ours);
      session.close();
    }
  });

  it("do not let the file grow when values of variable length are replaced over and over", async () => {
    const once = await createImage(async ({ attrs }) => attrs.set("text", "x".repeat(500)));
    const often = await createImage(async (file) => {
      for (let round = 0; round < 300; round++) {
        await file.attrs.set("text", "x".repeat(200 + (round % 300)));
        if (round % 50 === 0) {
          await file.flush();
        }
      }
    });
    expect(often.length).toBeLessThanOrEqual(once.length + 4096);
  });
});
