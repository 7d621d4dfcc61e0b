import { open, openSync } from "hdfive";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchFolder } from "../scratch-folder.js";
import { PYTHONS, reportMissingTools } from "../tools.js";
import { runPython } from "./make-files.js";

beforeAll(reportMissingTools);

const MAKE = `
for libver in ["earliest", "latest"]:
    with h5py.File(libver + ".h5", "w", libver=libver, userblock_size=1024) as f:
        g = f.create_group("group")
        h5o.set_comment(g.id, b"a comment")
        d = f.create_dataset("dataset", (3, 4), track_times=True)
        for i in range(12):
            d.attrs["attribute %d" % i] = np.arange(20)
        f["again"] = d
        f["type"] = np.dtype("i4")
fcpl = h5p.create(h5p.FILE_CREATE)
for name, strategy, persist in [("page", 1, False), ("persist", 0, True), ("none", 3, False), ("aggr", 2, False)]:
    p = fcpl.copy()
    p.set_file_space_strategy(strategy, persist, 64)
    p.set_file_space_page_size(8192)
    fid = h5f.create((name + ".h5").encode(), h5f.ACC_TRUNC, p)
    h5g.create(fid, b"g")
    fid.close()
`;

/** What libhdf5 says of an object header, in its words: v1 headers have their one time as the time of change. */
const ASK = `
out = {}
for libver in ["earliest", "latest"]:
    with h5py.File(libver + ".h5") as f:
        for name in ["/", "group", "dataset", "type"]:
            i = h5o.get_info(f[name].id)
            out[libver + " " + name] = dict(version=i.hdr.version, chunks=getattr(i.hdr, "nchunks", None), messages=i.hdr.nmesgs, size=i.hdr.space.total,
                data=i.hdr.space.mesg, count=i.rc, times=[i.atime, i.mtime, i.ctime, i.btime] if hasattr(i, "atime") else None)
`;

interface Theirs {
  readonly version: number;
  /** Only newer versions of h5py tell. */
  readonly chunks: number | null;
  readonly messages: number;
  readonly size: number;
  /** Bytes of messages that are neither empty space nor point on. */
  readonly data: number;
  readonly count: number;
  readonly times: readonly number[] | null;
}

describe.each(PYTHONS)("what is said of files of $label", (tool) => {
  const folder = new ScratchFolder();
  beforeAll(() => {
    runPython(tool, folder.path, MAKE);
  });
  afterAll(() => folder.remove());

  it("agrees on object headers with libhdf5: version, blocks, messages, bytes, links, comment", async () => {
    const theirs = runPython<Record<string, Theirs>>(tool, folder.path, ASK);
    for (const [key, wanted] of Object.entries(theirs)) {
      const [libver, name] = key.split(" ") as [string, string];
      await using file = await open(folder.file(`${libver}.h5`));
      using twin = openSync(folder.file(`${libver}.h5`));
      const info = await (name === "/" ? file : await file.get(name)).info();
      const again = (name === "/" ? twin : twin.getSync(name)).infoSync();
      expect({ ...again, reads: null }, key).toEqual({ ...info, reads: null });
      const { headerVersion, headerChunkCount, messages, headerSize, referenceCount, comment } = info;
      expect([key, headerVersion, headerChunkCount, messages.length, headerSize, referenceCount, comment]).toEqual([
        key,
        wanted.version,
        wanted.chunks ?? headerChunkCount,
        wanted.messages,
        wanted.size,
        wanted.count,
        name === "group" ? "a comment" : null,
      ]);
      if (wanted.times !== null) {
        const { access, modification, change, birth } = info.times;
        const ours = headerVersion === 2 ? [access, modification, change, birth] : [null, null, modification, null];
        expect(ours.map((time) => (time?.getTime() ?? 0) / 1000)).toEqual(wanted.times);
      }
      const own = messages.filter(({ name: what }) => what !== "nil" && what !== "continuation");
      expect(
        own.reduce((sum, { size }) => sum + size, 0),
        key,
      ).toBe(wanted.data);
      const bytes = folder.take(`${libver}.h5`);
      for (const message of messages) {
        // In version 1 headers the size stands 6 bytes before the data, in version 2 the flags do or a creation order.
        const at = 1024 + message.address;
        const size = headerVersion === 1 ? (bytes[at - 6] as number) + 256 * (bytes[at - 5] as number) : message.size;
        expect(size, key).toBe(message.size);
      }
    }
  });

  it("gives the times that are stored, and null for those that are not", async () => {
    const now = Date.now() / 1000;
    await using latest = await open(folder.file("latest.h5"));
    const { times } = await (await latest.get("dataset")).info();
    for (const time of Object.values(times)) {
      expect(Math.abs((time?.getTime() ?? 0) / 1000 - now)).toBeLessThan(300);
    }
    await using earliest = await open(folder.file("earliest.h5"));
    const old = (await (await earliest.get("dataset")).info()).times;
    expect([old.access, old.change, old.birth]).toEqual([null, null, null]);
    expect(Math.abs((old.modification?.getTime() ?? 0) / 1000 - now)).toBeLessThan(300);
    expect((await (await earliest.get("group")).info()).times.modification).toBeNull();
  });

  it("names messages with their flags, so that tools can list them", async () => {
    await using file = await open(folder.file("latest.h5"));
    const { messages } = await (await file.getDataset("dataset")).info();
    expect(messages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["dataspace", "datatype", "fill value", "layout", "attribute info"]),
    );
    expect((await (await file.get("group")).info()).messages.map(({ name }) => name)).toContain("comment");
  });

  it("knows the userblock, the fields, and how the file hands out its space", async () => {
    const script = `
out = {}
for name in ["page", "persist", "none", "aggr", "earliest"]:
    with h5py.File(name + ".h5") as f:
        p = f.id.get_create_plist()
        s = p.get_file_space_strategy()
        out[name] = [int(s[0]), bool(s[1]), s[2], p.get_file_space_page_size(), p.get_userblock(), list(p.get_sizes()), f.id.get_filesize()]
`;
    const theirs = runPython<Record<string, unknown[]>>(tool, folder.path, script);
    const strategies = ["fsm-aggr", "page", "aggr", "none"];
    for (const [name, wanted] of Object.entries(theirs)) {
      await using file = await open(folder.file(`${name}.h5`));
      const { fileSpace, userblockSize, offsetSize, lengthSize, fileSize } = await file.info();
      const { strategy, persist, threshold, pageSize } = fileSpace;
      expect([
        strategies.indexOf(strategy),
        persist,
        threshold,
        pageSize,
        userblockSize,
        [offsetSize, lengthSize],
        fileSize,
      ]).toEqual(wanted);
      expect(await file.keys()).not.toEqual([]);
      expect((await file.info()).driver).toBeNull();
    }
  });
});
