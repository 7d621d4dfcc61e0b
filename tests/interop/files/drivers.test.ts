import { copyFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MemoryStorage, type ObjectReference, type Storage } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { open, openSync } from "hdfive";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";
import { runPython } from "./make-files.js";

beforeAll(reportMissingTools);

const MAKE = `
def fill(f):
    f["numbers"] = np.arange(5000, dtype="i4").reshape(50, 100)
    f.create_dataset("chunked", data=np.arange(3000.0).reshape(30, 100), chunks=(7, 33), compression="gzip")
    g = f.create_group("group")
    for i in range(30):
        g.create_dataset("member %d" % i, data=i)
    f["group"].attrs["many"] = np.arange(100)
    f["group"].attrs["words"] = ["three", "four"]
    f["text"] = ["one", "two"]
    f["reference"] = f["numbers"].ref
    f.create_dataset("region", data=f["numbers"].regionref[2:4, 5:7], dtype=h5py.regionref_dtype)

for libver in ["earliest", "latest"]:
    with h5py.File("family-%s-%%03d.h5" % libver, "w", driver="family", memb_size=4096, libver=libver) as f:
        fill(f)
    with h5py.File("split-" + libver, "w", driver="split", libver=libver) as f:
        fill(f)
    fapl = h5p.create(h5p.FILE_ACCESS)
    if libver == "latest":
        fapl.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    assert library().H5Pset_fapl_multi(ctypes.c_int64(fapl.id), None, None, None, None, 1) >= 0
    with h5py.File(h5f.create(("multi-" + libver).encode(), h5f.ACC_TRUNC, h5p.create(h5p.FILE_CREATE), fapl)) as f:
        fill(f)
if h5py.version.hdf5_version_tuple >= (2, 0):  # Before, libhdf5 fails on what it writes itself.
    with h5py.File("block-%d.h5", "w", driver="family", memb_size=8192, userblock_size=1024) as f:
        fill(f)
out = sorted(os.listdir("."))
`;

const FIRST = {
  family: (libver: string) => `family-${libver}-000.h5`,
  split: (libver: string) => `split-${libver}-m.h5`,
  multi: (libver: string) => `multi-${libver}-s.h5`,
};

describe.each(PYTHONS)("files of several members, made by $label", (tool) => {
  const folder = new ScratchFolder();
  let made: string[] = [];
  beforeAll(() => {
    made = runPython<string[]>(tool, folder.path, MAKE);
  });
  afterAll(() => folder.remove());

  async function check(file: Awaited<ReturnType<typeof open>>): Promise<void> {
    const numbers = await (await file.getDataset("numbers")).read();
    expect(numbers.data).toEqual(Int32Array.from({ length: 5000 }, (_, i) => i));
    const chunked = await (await file.getDataset("chunked")).read();
    expect(chunked.data).toEqual(Float64Array.from({ length: 3000 }, (_, i) => i));
    const group = await file.getGroup("group");
    expect((await group.keys()).length).toBe(30);
    expect((await (await group.getDataset("member 17")).read()).item()).toBe(17n);
    expect((await group.attrs.getArray("many"))?.shape).toEqual([100]);
    // Heaps and headers have addresses past 2^53 with the split and multi drivers.
    expect((await group.attrs.getArray("words"))?.data).toEqual(["three", "four"]);
    expect((await (await file.getDataset("text")).read()).data).toEqual(["one", "two"]);
    const [reference, region] = await Promise.all(
      ["reference", "region"].map(async (name) => (await (await file.getDataset(name)).read()).data as unknown[]),
    );
    const target = await file.dereference(reference?.[0] as ObjectReference);
    expect([target.kind, target.equals(await file.get("numbers"))]).toEqual(["dataset", true]);
    expect(region?.[0]).toMatchObject({ isNull: false });
  }

  it.each([
    ["family", "earliest"],
    ["family", "latest"],
    ["split", "earliest"],
    ["split", "latest"],
    ["multi", "earliest"],
    ["multi", "latest"],
  ] as const)("open by their first: %s, %s", async (kind, libver) => {
    const first = FIRST[kind](libver);
    const members = made.filter((name) => name.startsWith(`${kind}-${libver}-`));
    expect(members.length).toBeGreaterThan(1);
    await using file = await open(folder.file(first));
    await check(file);
    const info = await file.info();
    const inUse = members.filter((name) => folder.take(name).length > 0 || kind === "multi");
    expect(info.driver?.members.map(({ name }) => name).sort()).toEqual(inUse);
    expect(info.driver?.id).toBe(kind === "family" ? "NCSAfami" : "NCSAmult");
    using twin = openSync(folder.file(first));
    expect(twin.getDatasetSync("numbers").readSync([49, 99]).item()).toBe(4999);
  });

  it("with a userblock too, which spans the first member", async () => {
    if (!made.includes("block-0.h5")) {
      expect(tool.label).toBe("system h5py");
      return;
    }
    await using file = await open(folder.file("block-0.h5"));
    await check(file);
    expect((await file.info()).userblockSize).toBe(1024);
  });

  it("open under another name when told how the members are called", async () => {
    const other = new ScratchFolder();
    for (const name of made.filter((one) => one.startsWith("family-latest-") || one.startsWith("multi-earliest-"))) {
      copyFileSync(folder.file(name), other.file(name.replace("family-latest-", "f").replace(/^f(\d+).*/, "m$1x")));
    }
    renameSync(other.file("m000x"), other.file("first"));
    await using family = await open(other.file("first"), "r", { driver: { family: "m%03dx" } });
    await check(family);
    renameSync(other.file("multi-earliest-s.h5"), other.file("renamed"));
    await expect(open(other.file("renamed"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await using multi = await open(other.file("renamed"), "r", { driver: { multi: "multi-earliest" } });
    await check(multi);
    await expect(open(other.file("first"), "r", { driver: { family: "m.h5" } })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    other.remove();
  });

  it("come from a map of storages, the same through a storm", async () => {
    const map = new Map<string, Storage>(
      made.map((name) => [name, new FaultStormStorage(new MemoryStorage(folder.take(name), name))]),
    );
    for (const first of [FIRST.family("latest"), FIRST.split("earliest"), FIRST.multi("latest")]) {
      await check(await open(map.get(first) as Storage, "r", { resolve: map, metadataCacheBytes: 0 }));
    }
  });

  it("are refused when a member is missing or cut, and say which", async () => {
    const other = new ScratchFolder();
    for (const name of made) {
      copyFileSync(folder.file(name), other.file(name));
    }
    truncateSync(other.file("family-latest-001.h5"), 100);
    await expect(open(other.file("family-latest-000.h5"))).rejects.toMatchObject({
      code: "TRUNCATED",
      message: expect.stringContaining("family-latest-001.h5"),
    });
    rmSync(other.file("family-earliest-001.h5"));
    await expect(open(other.file("family-earliest-000.h5"))).rejects.toMatchObject({ code: "TRUNCATED" });
    rmSync(other.file("split-earliest-r.h5"));
    await expect(open(other.file("split-earliest-m.h5"))).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("split-earliest-r.h5"),
    });
    other.remove();
  });

  it("are only read, with the reason", async () => {
    await using file = await open(folder.file(FIRST.family("latest")), "r+");
    await expect(file.createGroup("new")).rejects.toMatchObject({
      code: "READ_ONLY",
      message: expect.stringContaining("several members"),
    });
    expect((await file.info()).readOnlyReason).toContain("several members");
  });
});

describe("hostile members", () => {
  const folder = new ScratchFolder();
  const image = (): Uint8Array<ArrayBuffer> => {
    // A version 0 superblock of 96 bytes, the driver information block after it, and an empty root group.
    const bytes = new Uint8Array(2048);
    bytes.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 8, 8, 0, 4, 0, 16, 0]);
    bytes.fill(0xff, 32, 40);
    bytes.set([0, 8], 40);
    bytes.set([96], 48);
    bytes.set([0, 3], 64);
    bytes.set([1, 0, 0, 0, 1, 0, 0, 0], 0x300);
    return bytes;
  };
  const withBlock = (id: string, data: Uint8Array): Uint8Array<ArrayBuffer> => {
    const bytes = image();
    bytes.set([0, 0, 0, 0, data.length, 0, 0, 0], 96);
    bytes.set(new TextEncoder().encode(id), 104);
    bytes.set(data, 112);
    return bytes;
  };
  afterAll(() => folder.remove());

  it.each([
    ["a family of members without bytes", "NCSAfami", new Uint8Array(8)],
    ["a family of members past 2^53", "NCSAfami", new Uint8Array(8).fill(0x7f)],
    ["a family whose size is cut off", "NCSAfami", new Uint8Array(4)],
    ["a mapping to kinds that do not exist", "NCSAmult", new Uint8Array(200).fill(9)],
    ["names that do not end", "NCSAmult", new Uint8Array(120).fill(1)],
    ["members without names", "NCSAmult", Uint8Array.of(1, 1, 1, 1, 1, 1, 0, 0)],
  ])("%s are a typed error", async (_, id, data) => {
    await expect(open(withBlock(id, data))).rejects.toMatchObject({ name: "FormatError" });
  });

  it("names that lead out of the folder are refused", async () => {
    const data = new Uint8Array(8 + 32 + 16 + 32);
    data.set([1, 1, 3, 1, 1, 1]);
    data.set([0, 8], 16);
    data.set([0, 0, 1], 24);
    data.set([0, 8], 32);
    data.set(new TextEncoder().encode("%s-m.h5"), 40);
    data.set(new TextEncoder().encode("../../../../etc/passwd"), 48);
    const path = folder.put("x-m.h5", withBlock("NCSAmult", data));
    await expect(open(path)).rejects.toMatchObject({ code: "FORBIDDEN" });
  });

  it("a driver that nobody knows is read as one file, as libhdf5 does", async () => {
    const file = await open(withBlock("Nobody  ", new Uint8Array(8)));
    expect((await file.info().catch((error: Error) => error.message)) !== "").toBe(true);
  });

  it("a family of more members than may be open is refused", async () => {
    const many = join(folder.path, "f0.h5");
    writeFileSync(many, withBlock("NCSAfami", Uint8Array.of(0, 8, 0, 0, 0, 0, 0, 0)));
    for (let i = 1; i < 6; i++) {
      writeFileSync(join(folder.path, `f${i}.h5`), new Uint8Array(2048));
    }
    await expect(open(many, "r", { limits: { files: 3 } })).rejects.toMatchObject({ code: "LIMIT" });
  });
});
