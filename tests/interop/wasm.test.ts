import { slice } from "@hdfive/core";
import { afterAll, describe, expect, it } from "vitest";
import { createImage, describeImage, editImage } from "./image.js";
import { ScratchFolder } from "./scratch-folder.js";
import { openWasm, wasmDataset } from "./wasm-reader.js";

const folder = new ScratchFolder();
afterAll(() => folder.remove());

const TYPES = {
  "<b": Int8Array.of(-128, 127),
  "<B": Uint8Array.of(0, 255),
  "<h": Int16Array.of(-32768, 5),
  "<H": Uint16Array.of(65535, 5),
  "<i": Int32Array.of(-(2 ** 31), 5),
  "<I": Uint32Array.of(2 ** 32 - 1, 5),
  "<q": BigInt64Array.of(-(2n ** 63n), 5n),
  "<Q": BigUint64Array.of(2n ** 64n - 1n, 5n),
  "<f": Float32Array.of(1.5, Number.NaN),
  "<d": Float64Array.of(-0, 1e300),
};

describe("h5wasm", () => {
  it("writes every datatype it knows, contiguous and in compressed chunks, and we read it", async () => {
    const path = folder.file("theirs.h5");
    const file = await openWasm(path, "w");
    for (const [dtype, data] of Object.entries(TYPES)) {
      file.create_dataset({ name: `${dtype} contiguous`, data, dtype });
      file.create_dataset({
        name: `${dtype} chunked`,
        data,
        dtype,
        shape: [2, 1],
        maxshape: [null, 3],
        chunks: [1, 1],
        compression: "gzip",
        compression_opts: 7,
      });
    }
    file.create_dataset({ name: "texts", data: ["a", "Ωμέγα", ""] });
    file.create_dataset({ name: "fixed", data: ["ab", "c"], dtype: "S3" });
    file.create_group("group").create_attribute("text", "value");
    file.create_soft_link("/group", "soft");
    file.create_hard_link("/texts", "group/hard");
    file.close();
    const ours = await describeImage(folder.take("theirs.h5"));
    for (const [dtype, data] of Object.entries(TYPES)) {
      const plain = [...data].map((value) => {
        const exact = typeof value === "bigint" && (value > 2n ** 53n || value < -(2n ** 53n));
        return exact ? `${value}` : Object.is(value, -0) ? "-0" : Number.isNaN(Number(value)) ? "nan" : Number(value);
      });
      expect(ours[`/${dtype} contiguous`]).toMatchObject({ shape: [2], layout: "contiguous", value: plain });
      expect(ours[`/${dtype} chunked`]).toMatchObject({
        maxShape: [null, 3],
        chunks: [1, 1],
        filters: [[1, 0, [7]]],
        value: plain.map((value) => [value]),
      });
    }
    expect(ours["/fixed"]?.value).toEqual(["ab", "c"]);
    expect(ours["/group"]?.attrs.text?.value).toBe("value");
    expect(ours["/"]?.links?.soft).toBe("soft /group");
    expect(ours["/group/hard"]).toMatchObject({ referenceCount: 2, value: ["a", "Ωμέγα", ""] });
  });

  it("edits ours and we theirs, in turn", async () => {
    let image = await createImage(async (file) => {
      await file.createDataset("data", {
        data: [
          [1, 2],
          [3, 4],
        ],
        dtype: "int16",
        chunks: [1, 2],
        maxShape: [null, 4],
        shuffle: true,
        compression: 3,
        fletcher32: true,
        fillValue: -1,
      });
      await file.createGroup("group");
    });
    for (let round = 0; round < 3; round++) {
      const path = folder.put("turn.h5", image);
      const theirs = await openWasm(path, "a");
      const dataset = wasmDataset(theirs, "data");
      const [rows = 0] = dataset.shape ?? [];
      dataset.resize([rows + 2, 2]);
      dataset.write_slice([[rows, rows + 1], []], Int16Array.of(10 + round, 20 + round));
      dataset.create_attribute(`round ${round}`, Float64Array.of(round));
      if (round > 0) {
        dataset.delete_attribute(`round ${round - 1}`);
      }
      theirs.create_dataset({ name: `group/theirs ${round}`, data: [`text ${round}`] });
      theirs.close();
      image = await editImage(folder.take("turn.h5"), async (file) => {
        const ours = await file.getDataset("data");
        expect(ours.shape).toEqual([rows + 2, 2]);
        expect([...((await ours.read(slice(rows, null))).data as Int16Array)]).toEqual([
          10 + round,
          20 + round,
          -1,
          -1,
        ]);
        await ours.append([30 + round, 40 + round]);
        await ours.attrs.set("ours", "x".repeat(40 * round));
        await file.createGroup(`group/ours ${round}`);
      });
    }
    const path = folder.put("turn.h5", image);
    const theirs = await openWasm(path);
    const expected = [1, 2, 3, 4, 10, 20, -1, -1, 30, 40, 11, 21, -1, -1, 31, 41, 12, 22, -1, -1, 32, 42];
    expect([...(wasmDataset(theirs, "data").value as Int16Array)]).toEqual(expected);
    expect(Object.keys(wasmDataset(theirs, "data").attrs).sort()).toEqual(["ours", "round 2"]);
    theirs.close();
    const ours = await describeImage(image);
    expect(ours["/data"]?.value).toHaveLength(11);
    expect(Object.keys(ours["/group"]?.links ?? {})).toHaveLength(6);
  });
});
