import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPython } from "../files/make-files.js";
import { sound } from "../image.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";

beforeAll(reportMissingTools);

describe.each(PYTHONS)("the attributes of a dataset that tracks their order, as the $label lists them", (tool) => {
  const folder = new ScratchFolder();
  afterAll(() => folder.remove());

  it.each(tool.label === "newest h5py" ? (["earliest", "latest"] as const) : (["earliest"] as const))(
    "come in that order under libver %s",
    async (libver) => {
      const storage = new MemoryStorage();
      const file = await openStorage(storage, "w", { libver });
      const dataset = await file.createDataset("d", { shape: [3], dtype: "<i4", trackOrder: true });
      const names = Array.from({ length: 12 }, (_, i) => `n${(i * 7) % 12}`);
      for (const name of names) {
        await dataset.attrs.set(name, 1);
      }
      expect(await dataset.attrs.keys()).toEqual(names);
      await file.close();
      folder.put("ours.h5", sound(storage.image()));
      const script = 'with h5py.File("ours.h5", "r") as f:\n    out = list(f["d"].attrs)';
      expect(runPython(tool, folder.path, script)).toEqual(names);
    },
  );
});
