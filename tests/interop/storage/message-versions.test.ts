import { execFileSync } from "node:child_process";
import { array, compound, type DatasetOptions, enumeration, type File, MemoryStorage, openStorage } from "@hdfive/core";
import type { Libver } from "@hdfive/format";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runPython } from "../files/make-files.js";
import { sound } from "../image.js";
import { ScratchFolder } from "../scratch-folder.js";
import { H5DUMP, PYTHONS, type PythonTool, reportMissingTools } from "../tools.js";
import { headerMessages } from "./header-messages.js";

beforeAll(reportMissingTools);

const BOUNDS: readonly Libver[] = ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"];

/** The bounds that a library knows. */
function boundsOf({ label }: PythonTool): readonly Libver[] {
  return label === "newest h5py" ? BOUNDS : BOUNDS.slice(0, 3);
}

const MAKE = `
dt = np.dtype([("a", "<i4"), ("b", "<f8", (2,))])
plain = np.dtype([("a", "<i4"), ("b", "<f8")])
with h5py.File("theirs.h5", "w", libver=(LOW, "latest")) as f:
    f.create_dataset("flat", (3, 4), "<i4")
    f.create_dataset("filled", (3, 4), "<i4", fillvalue=7)
    f.create_dataset("scalar", (), "<f8")
    f.create_dataset("null", dtype="<f8", data=h5py.Empty("<f8"))
    f.create_dataset("compound", (2,), plain)
    f.create_dataset("arrays", (2,), dt)
    f.create_dataset("enum", (2,), h5py.enum_dtype({"a": 1, "b": 2}, "<i2"))
    f.create_dataset("text", (2,), h5py.string_dtype())
    f.create_dataset("gzip", (6, 4), "<i4", chunks=(3, 4), compression=4, shuffle=True)
    f.create_dataset("grows", (6, 4), "<i4", chunks=(3, 4), maxshape=(None, 4))
    f.create_dataset("wholly", (6, 4), "<i4", chunks=(6, 4))
    f.create_dataset("trees", (6, 4), "<i4", chunks=(3, 4), maxshape=(None, None))
    f["flat"].attrs.create("x", np.arange(3, dtype="<i4"))
    f["scalar"].attrs.create("c", np.zeros((), plain))
`;

const PLAIN = { dtype: "<i4" } as const;
const CHUNKED = { ...PLAIN, shape: [6, 4], chunks: [3, 4] } as const;

/** Makes what `MAKE` makes. */
async function make(file: File): Promise<void> {
  const plain = compound({ a: "<i4", b: "<f8" });
  const datasets: [string, DatasetOptions][] = [
    ["flat", { ...PLAIN, shape: [3, 4] }],
    ["filled", { ...PLAIN, shape: [3, 4], fillValue: 7 }],
    ["scalar", { dtype: "<f8", shape: [] }],
    ["null", { dtype: "<f8" }],
    ["compound", { dtype: plain, shape: [2] }],
    [
      "arrays",
      {
        dtype: compound({ a: "<i4", b: array("<f8", [2]) }),
        shape: [2],
      },
    ],
    ["enum", { dtype: enumeration({ a: 1, b: 2 }, "<i2"), shape: [2] }],
    ["text", { dtype: "string", shape: [2] }],
    ["gzip", { ...CHUNKED, compression: 4, shuffle: true }],
    ["grows", { ...CHUNKED, maxShape: [null, 4] }],
    ["wholly", { ...CHUNKED, chunks: [6, 4] }],
    ["trees", { ...CHUNKED, maxShape: [null, null] }],
  ];
  for (const [name, options] of datasets) {
    await file.createDataset(name, options);
  }
  await (await file.get("flat")).attrs.set("x", Int32Array.of(0, 1, 2));
  await (await file.get("scalar")).attrs.set("c", [{ a: 0, b: 0 }], { dtype: plain, shape: [] });
}

async function written(libver: Libver): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", { libver });
  await make(file);
  await file.close();
  return sound(storage.image());
}

describe.each(PYTHONS)("the messages of datasets beside those of the $label", (tool) => {
  const folder = new ScratchFolder();
  afterAll(() => folder.remove());

  it.each(boundsOf(tool))("are the same, of the same versions, order and flags, under libver %s", async (libver) => {
    const image = await written(libver);
    runPython(tool, folder.path, `LOW = "${libver}"${MAKE}`);
    const theirMessages = await headerMessages(folder.take("theirs.h5"));
    expect(asIn(tool, await headerMessages(image))).toEqual(asIn(tool, theirMessages));
    folder.put("ours.h5", image);
    const [ours, theirs] = ["ours.h5", "theirs.h5"].map((name) => runPython(tool, folder.path, values(name)));
    expect(ours).toEqual(theirs);
    if (H5DUMP !== null && tool.label === "newest h5py" && BOUNDS.indexOf(libver) < 3) {
      const dumps = ["ours.h5", "theirs.h5"].map((name) => dump(folder.file(name)));
      expect(dumps[0]).toEqual(dumps[1]);
    }
  });
});

/**
 * What libraries of one file format agree on: HDF5 1.10 calls contiguous layouts version 4, of the same bytes, and the h5py
 * that comes with it fills all chunks.
 */
function asIn({ label }: PythonTool, found: Awaited<ReturnType<typeof headerMessages>>): object {
  if (label === "newest h5py") {
    return found;
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, messages]) => {
      const isChunked = messages.some(([, , data]) => data.includes("chunked"));
      const same = messages.map(([type, flags, data]) => {
        const seen = isChunked && type === "fillValue" ? data.slice(0, 2) : data;
        return [type, flags, data.includes("contiguous") ? data.replace('"version":4', '"version":3') : seen];
      });
      return [name, same];
    }),
  );
}

function values(name: string): string {
  return `
with h5py.File("${name}", "r") as f:
    # h5py 3.7 falls over fill values of variable length.
    fill = lambda d: None if h5py.check_string_dtype(d.dtype) else repr(d.fillvalue)
    out = {k: [repr(d[()]), fill(d), str(d.dtype), repr(dict(d.attrs))] for k, d in f.items()}
`;
}

/** What h5dump tells of a file, without names and places. */
function dump(path: string): string {
  return execFileSync(H5DUMP ?? "h5dump", ["-p", path], { encoding: "utf8" })
    .replace(/HDF5 ".*"/, "HDF5")
    .replace(/OFFSET \d+/g, "OFFSET");
}
