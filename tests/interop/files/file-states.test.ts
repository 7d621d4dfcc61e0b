import { HdfiveError, MemoryStorage, UnreadableObject } from "@hdfive/core";
import { lookup3 } from "@hdfive/format";
import { FaultStormStorage } from "@hdfive/testing";
import { open, openSync } from "hdfive";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";
import { runPython } from "./make-files.js";

beforeAll(reportMissingTools);

const MAKE = `
import shutil
with h5py.File("swmr.h5", "w", libver="latest") as f:
    d = f.create_dataset("d", (0,), maxshape=(None,), chunks=(10,), dtype="i4")
    f.swmr_mode = True
    for i in range(5):
        d.resize((10 * (i + 1),))
        d[10 * i:] = np.arange(10 * i, 10 * (i + 1))
        d.flush()
    shutil.copy("swmr.h5", "open.h5")
with h5py.File("w.h5", "w", libver="latest") as f:
    f["x"] = np.arange(4)
    f.flush()
    shutil.copy("w.h5", "writing.h5")
with h5py.File("old.h5", "w") as f:
    f["x"] = np.arange(4)
    f.flush()
    shutil.copy("old.h5", "old-writing.h5")

class Config(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("generate", ctypes.c_bool), ("resize", ctypes.c_bool), ("age", ctypes.c_int)]
fapl = h5p.create(h5p.FILE_ACCESS)
fapl.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
assert library().H5Pset_mdc_image_config(ctypes.c_int64(fapl.id), ctypes.byref(Config(1, True, False, -1))) >= 0
with h5py.File(h5f.create(b"image.h5", h5f.ACC_TRUNC, h5p.create(h5p.FILE_CREATE), fapl)) as f:
    f["x"] = np.arange(4)
    for i in range(40):
        f["group/%d" % i] = i
    f["group"].attrs["a"] = "text"
    f.create_dataset("chunked", data=np.arange(1000), chunks=(7,), maxshape=(None,))

for o in [2, 4, 8]:
    for l in [2, 4, 8]:
        fcpl = h5p.create(h5p.FILE_CREATE)
        fcpl.set_sizes(o, l)
        fcpl.set_userblock(512)
        with h5py.File(h5f.create(("s%d%d.h5" % (o, l)).encode(), h5f.ACC_TRUNC, fcpl)) as f:
            f["x"] = np.arange(4)
            f["g/text"] = ["one", "two"]
            f["g"].attrs["a"] = np.arange(3)
            f.create_dataset("chunked", data=np.arange(50), chunks=(7,), compression="gzip")
with h5py.File("plain.h5", "w", libver="latest") as f:
    for name in ["a", "b", "c"]:
        f.create_group(name)
`;

describe.each(PYTHONS)("files in other states, made by $label", (tool) => {
  const folder = new ScratchFolder();
  beforeAll(() => {
    runPython(tool, folder.path, MAKE);
  });
  afterAll(() => folder.remove());

  it("marked as open by a writer are refused with what helps, and opened when that is asked for", async () => {
    for (const name of ["open.h5", "writing.h5"]) {
      await expect(open(folder.file(name)), name).rejects.toMatchObject({
        code: "IN_USE",
        message: expect.stringContaining("ignoreConsistencyFlags"),
      });
      expect(() => openSync(folder.file(name)), name).toThrow(HdfiveError);
      await using file = await open(folder.file(name), "r", { ignoreConsistencyFlags: true });
      const { consistencyFlags, superblockVersion } = await file.info();
      expect([superblockVersion, consistencyFlags]).toEqual([3, { writeAccess: true, swmrWrite: name === "open.h5" }]);
      const key = name === "open.h5" ? "d" : "x";
      const { data } = await (await file.getDataset(key)).read();
      expect(data.length).toBe(key === "d" ? 50 : 4);
    }
    await using old = await open(folder.file("old-writing.h5"));
    expect(await old.keys()).toEqual(["x"]);
  });

  it("opened for writing in spite of the mark do not overwrite what lies past the end they say", async () => {
    const storage = new MemoryStorage(folder.take("open.h5"));
    const file = await open(storage, "r+", { ignoreConsistencyFlags: true });
    await file.createDataset("new", { data: Int32Array.of(1, 2, 3) });
    await file.close();
    // What is closed in order has no mark any more.
    const again = await open(new MemoryStorage(storage.image()));
    expect((await again.info()).consistencyFlags).toEqual({ writeAccess: false, swmrWrite: false });
    expect((await (await again.getDataset("new")).read()).data).toEqual(Int32Array.of(1, 2, 3));
    expect((await (await again.getDataset("d")).read()).data).toEqual(Int32Array.from({ length: 50 }, (_, i) => i));
  });

  it("with a metadata cache image are read by it, also through a storm, and are not written", async () => {
    for (const storage of [
      new MemoryStorage(folder.take("image.h5")),
      new FaultStormStorage(new MemoryStorage(folder.take("image.h5"))),
    ]) {
      const file = await open(storage, "r", { metadataCacheBytes: 0 });
      expect(await file.keys()).toEqual(["chunked", "group", "x"]);
      expect((await (await file.getGroup("group")).keys()).length).toBe(40);
      expect(await (await file.getGroup("group")).attrs.get("a")).toBe("text");
      expect((await (await file.getDataset("chunked")).read()).data.length).toBe(1000);
      expect((await file.info()).readOnlyReason).toContain("cache image");
    }
    await using file = await open(folder.file("image.h5"), "r+");
    await expect(file.createGroup("new")).rejects.toMatchObject({ code: "READ_ONLY" });
  });

  it("with a damaged cache image fail with a typed error", async () => {
    const bytes = folder.take("image.h5");
    const at = Buffer.from(bytes).indexOf("MDCI");
    expect(at).toBeGreaterThan(0);
    for (const offset of [0, 4, 5, 6, 10, 14, 20, 40, 60]) {
      const damaged = bytes.slice();
      damaged[at + offset] = (damaged[at + offset] as number) ^ 0x55;
      await expect(open(damaged), `byte ${offset}`).rejects.toBeInstanceOf(HdfiveError);
    }
  });

  it("with every size of addresses and lengths, behind a userblock", async () => {
    for (const o of [2, 4, 8]) {
      for (const l of [2, 4, 8]) {
        await using file = await open(folder.file(`s${o}${l}.h5`));
        const { offsetSize, lengthSize, userblockSize } = await file.info();
        expect([offsetSize, lengthSize, userblockSize]).toEqual([o, l, 512]);
        expect((await (await file.getDataset("g/text")).read()).data).toEqual(["one", "two"]);
        expect((await (await file.getDataset("chunked")).read()).data.length).toBe(50);
        expect((await (await file.getGroup("g")).attrs.getArray("a"))?.shape).toEqual([3]);
      }
    }
  });

  it("behind a userblock that was put there later, whose base address is still that of before", async () => {
    const before = folder.take("old.h5");
    for (const size of [512, 2048]) {
      const bytes = new Uint8Array(size + before.length);
      bytes.set(before, size);
      const file = await open(bytes);
      expect((await file.info()).userblockSize).toBe(size);
      expect((await (await file.getDataset("x")).read()).data.length).toBe(4);
    }
  });

  it("with an object that must be understood and is not, spoil none of its siblings", async () => {
    const bytes = folder.take("plain.h5");
    const file = await open(bytes);
    const { address, messages } = await (await file.get("b")).info();
    const info = messages.find(({ name }) => name === "group info");
    expect(info).toBeDefined();
    const at = info?.address ?? 0;
    // Another type, and the flag that says not to open the object without understanding it.
    bytes[at - 4] = 0x40;
    bytes[at - 1] = 0x80;
    const flags = bytes[address + 5] as number;
    const prefix = 6 + ((flags & 0x20) === 0 ? 0 : 16);
    const size = bytes[address + prefix] as number;
    const checksumAt = address + prefix + 1 + size;
    new DataView(bytes.buffer).setUint32(checksumAt, lookup3(bytes.subarray(address, checksumAt)), true);
    const met: [string, string][] = [];
    for await (const [name, object] of (await open(bytes)).entries()) {
      met.push([name, object instanceof UnreadableObject ? object.error.code : (object?.kind ?? "nothing")]);
    }
    expect(met).toEqual([
      ["a", "group"],
      ["b", "UNSUPPORTED"],
      ["c", "group"],
    ]);
  });
});
