import { type DatasetOptions, type File, MemoryStorage, openStorage, slice } from "@hdfive/core";
import type { Libver } from "@hdfive/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPython } from "../files/make-files.js";
import { editImage, readImage, sound } from "../image.js";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, type PythonTool, reportMissingTools } from "../tools.js";
import { headerMessages } from "./header-messages.js";

beforeAll(reportMissingTools);

const BOUNDS: readonly Libver[] = ["earliest", "v108", "v110", "latest"];

function boundsOf({ label }: PythonTool): readonly Libver[] {
  return label === "newest h5py" ? BOUNDS : BOUNDS.slice(0, 3);
}

/** Datasets that h5py needs its low level for: the options for us, and what makes the same property list there. */
const CASES: Readonly<Record<string, readonly [options: DatasetOptions, script: string]>> = {
  compact: [{ layout: "compact" }, "p.set_layout(h5d.COMPACT)"],
  compactFilled: [{ layout: "compact", fillValue: 7 }, "p.set_layout(h5d.COMPACT); fill(7)"],
  early: [{ allocationTime: "early" }, "p.set_alloc_time(h5d.ALLOC_TIME_EARLY)"],
  earlyFilled: [{ allocationTime: "early", fillValue: 7 }, "p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7)"],
  undefinedFill: [{ undefinedFillValue: true }, "undefined()"],
  never: [{ fillTime: "never" }, "p.set_fill_time(h5d.FILL_TIME_NEVER)"],
  alloc: [{ fillTime: "alloc", fillValue: 3 }, "p.set_fill_time(h5d.FILL_TIME_ALLOC); fill(3)"],
  chunksEarly: [
    { chunks: [2, 3], allocationTime: "early", fillValue: 7 },
    "p.set_chunk((2, 3)); p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7)",
  ],
  chunksEarlyGrow: [
    { chunks: [2, 3], maxShape: [9, 8], allocationTime: "early", fillValue: 7 },
    "p.set_chunk((2, 3)); p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7); most = (9, 8)",
  ],
  chunksEarlyEndless: [
    { chunks: [2, 3], maxShape: [null, 8], allocationTime: "early", fillValue: 7 },
    "p.set_chunk((2, 3)); p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7); most = (U, 8)",
  ],
  chunksEarlyTree: [
    { chunks: [2, 3], maxShape: [null, null], allocationTime: "early", fillValue: 7 },
    "p.set_chunk((2, 3)); p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7); most = (U, U)",
  ],
  chunksEarlyGzip: [
    { chunks: [2, 3], compression: 4, allocationTime: "early", fillValue: 7 },
    "p.set_chunk((2, 3)); p.set_deflate(4); p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7)",
  ],
  oneEarly: [
    { chunks: [5, 4], allocationTime: "early", fillValue: 7 },
    "p.set_chunk((5, 4)); p.set_alloc_time(h5d.ALLOC_TIME_EARLY); fill(7)",
  ],
  chunksLate: [
    { chunks: [2, 3], allocationTime: "late", fillValue: 7 },
    "p.set_chunk((2, 3)); p.set_alloc_time(h5d.ALLOC_TIME_LATE); fill(7)",
  ],
};

const MAKE = `
U = h5s.UNLIMITED
def make(low):
    with h5py.File("theirs.h5", "w", libver=(low, "latest")) as f:
        for name, script in CASES.items():
            p = h5p.create(h5p.DATASET_CREATE)
            p.set_obj_track_times(False)
            names = {"p": p, "h5d": h5d, "U": U, "most": None,
                "fill": lambda v: p.set_fill_value(np.array(v, "<i4")),
                "undefined": lambda: library().H5Pset_fill_value(ctypes.c_int64(p.id), ctypes.c_int64(h5t.STD_I32LE.id), None)}
            exec(script, names)
            h5d.create(f.id, name.encode(), h5t.STD_I32LE, h5s.create_simple((5, 4), names["most"]), p)
def facts(name):
    with h5py.File(name, "r") as f:
        # What has no fill value holds anything.
        return {k: [None if k in ("never", "undefinedFill") else d[()].tolist(), None if d.compression else d.id.get_storage_size(),
            d.id.get_num_chunks() if d.chunks else None, d.id.get_create_plist().fill_value_defined()] for k, d in f.items()}
def edit(name):
    with h5py.File(name, "r+") as f:
        for k, d in f.items():
            d[1:3, 2] = [100, 200]
            if k in ("chunksEarlyGrow", "chunksEarlyEndless", "chunksEarlyTree"):
                d.resize((7, 7))
                d[6, 6] = 300
                d.resize((3, 7))
                d.resize((6, 5))
`;

function script(body: string): string {
  const cases = Object.fromEntries(Object.entries(CASES).map(([name, [, made]]) => [name, made]));
  return `CASES = json.loads(${JSON.stringify(JSON.stringify(cases))})${MAKE}${body}`;
}

/** What `edit` does. */
async function edit(file: File): Promise<void> {
  for (const name of await file.keys()) {
    const dataset = await file.getDataset(name);
    await dataset.write([100, 200], [slice(1, 3), 2]);
    if (["chunksEarlyGrow", "chunksEarlyEndless", "chunksEarlyTree"].includes(name)) {
      await dataset.resize([7, 7]);
      await dataset.write(300, [6, 6]);
      await dataset.resize([3, 7]);
      await dataset.resize([6, 5]);
    }
  }
}

async function written(libver: Libver): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", { libver });
  for (const [name, [options]] of Object.entries(CASES)) {
    await file.createDataset(name, { shape: [5, 4], dtype: "<i4", ...options });
  }
  await file.close();
  return sound(storage.image());
}

describe.each(PYTHONS)("datasets of every layout and allocation time beside those of the $label", (tool) => {
  const folder = new ScratchFolder();
  afterAll(() => folder.remove());

  it.each(boundsOf(tool))(
    "have the same messages and chunks, and are edited in turn, under libver %s",
    async (libver) => {
      const image = await written(libver);
      folder.put("ours.h5", image);
      const bothAfter = (body: string): unknown[] =>
        runPython(tool, folder.path, script(`${body}\nout = [facts("ours.h5"), facts("theirs.h5")]`));
      const [made, theirs] = bothAfter(`make("${libver}")`);
      expect(made).toEqual(theirs);
      if (tool.label === "newest h5py") {
        expect(await headerMessages(image)).toEqual(await headerMessages(folder.take("theirs.h5")));
      }
      // We edit ours and they theirs, then the other way round.
      folder.put("ours.h5", await editImage(image, edit));
      const [editedByUs, editedByThem] = bothAfter(`edit("theirs.h5")`);
      expect(editedByUs).toEqual(editedByThem);
      folder.put("theirs.h5", await editImage(folder.take("theirs.h5"), edit));
      const [thenByThem, thenByUs] = bothAfter(`edit("ours.h5")`);
      expect(thenByThem).toEqual(thenByUs);
      await readImage(folder.take("ours.h5"), async (file) => {
        for (const name of Object.keys(CASES)) {
          await (await file.getDataset(name)).read();
        }
      });
    },
  );
});
