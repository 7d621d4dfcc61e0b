import { MESSAGE_IDS } from "@hdfive/format";
import { describe, expect, test } from "vitest";
import {
  chunkedBytes,
  compactBytes,
  contiguousBytes,
  datasetMessages,
  dataspaceBytes,
  datatypeBytes,
  type Field,
  join,
  planted,
  UNDEFINED,
} from "./planted.js";
import { Specimen } from "./specimen.js";

const LAYOUT = { code: "CORRUPT", structure: "data-layout", step: /x/ } as const;

const withLayout = (layout: Uint8Array, dataspace: Uint8Array = dataspaceBytes(2)): Specimen =>
  planted(datasetMessages({ layout, dataspace }));

/** Offsets in a chunk's key and in the node before it. Section III.A.1. */
const NODE = { type: 4, level: 5, count: 6, key: 24 };
const KEY = { storedSize: 0, mask: 4, offset: 8 };
/** In the message of version 3. Section IV.A.2.i. */
const CHUNK_EXTENT = 11;

const chunked = (options = {}): Specimen =>
  Specimen.made((file) =>
    file.createDatasetSync("x", { data: Int32Array.from({ length: 64 }, (_, i) => i), chunks: [16], ...options }),
  );

describe("hostile data layouts", () => {
  test("22: chunks without elements, of too many dimensions or of none are corrupt", () => {
    withLayout(chunkedBytes(UNDEFINED, 0, 4)).expect(LAYOUT);
    withLayout(chunkedBytes(UNDEFINED, 2, 0)).expect(LAYOUT);
    withLayout(chunkedBytes(UNDEFINED, 4)).expect(LAYOUT);
    withLayout(chunkedBytes(UNDEFINED)).expect(LAYOUT);
    withLayout(join([1, 3], [1, 2], [1, 34], [8, -1], ...Array.from({ length: 34 }, (): Field => [4, 1]))).expect(
      LAYOUT,
    );
    withLayout(join([1, 3], [1, 2], [1, 255], [8, -1])).expect(LAYOUT);
    withLayout(join([1, 1], [1, 0], [1, 2], [5, 0], [8, -1])).expect(LAYOUT);
  });

  test("22: chunks of more bytes than 32 bits count are corrupt, of more than memory holds are not made to show fill", () => {
    withLayout(chunkedBytes(UNDEFINED, 0xffff_ffff, 4)).expect(LAYOUT);
    withLayout(chunkedBytes(UNDEFINED, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff)).expect(LAYOUT);
    const { met } = withLayout(chunkedBytes(UNDEFINED, 0x3fff_ffff, 4)).read();
    expect(met.map(({ error }) => error.code)).toEqual([]);
  });

  test("22: versions and classes that are not known are corrupt", () => {
    for (const version of [0, 6, 255]) {
      withLayout(join([1, version], [1, 1], [8, 96], [8, 8])).expect(LAYOUT);
    }
    for (const layoutClass of [3, 4, 255]) {
      withLayout(join([1, 3], [1, layoutClass], [8, 96], [8, 8])).expect(LAYOUT);
    }
  });

  test("23: chunks of another rank or element size than the dataset are corrupt", () => {
    const mismatch = { code: "CORRUPT", structure: /data.layout/, step: "/x data" } as const;
    withLayout(chunkedBytes(96, 2, 2, 4)).expect(mismatch);
    withLayout(chunkedBytes(96, 2, 8)).expect(mismatch);
    withLayout(chunkedBytes(96, 2, 4), dataspaceBytes(2, 2)).expect(mismatch);
    withLayout(chunkedBytes(96, 2, 4), dataspaceBytes()).expect(mismatch);
  });

  test("24: contiguous data that is too short, or past the end of the file, is corrupt", () => {
    withLayout(contiguousBytes(96, 7)).expect({ code: "CORRUPT", step: "/x data" });
    for (const address of [2 ** 20, 2 ** 40, 2 ** 53 - 1, 2 ** 53 - 8]) {
      withLayout(contiguousBytes(address, 8)).expect({ code: "CORRUPT", step: /x/ });
    }
    withLayout(contiguousBytes(2n ** 60n, 8)).expect({ code: "CORRUPT", step: /x/ });
    withLayout(contiguousBytes(96, 2n ** 63n)).expect({ code: "CORRUPT", step: /x/ });
    const huge = dataspaceBytes(2 ** 52);
    withLayout(contiguousBytes(96, 2 ** 53 - 1), huge).expect({ code: "LIMIT", step: "/x data" });
    withLayout(contiguousBytes(96, 2 ** 19), dataspaceBytes(2 ** 17)).expect({ code: "CORRUPT", step: "/x data" });
  });

  test("24: more than the file holds is not allocated before it is known to be there", () => {
    const megabytes = 2 ** 22;
    withLayout(contiguousBytes(96, megabytes), dataspaceBytes(megabytes / 4)).expect({ code: "CORRUPT" });
  });

  test("25: compact data of fewer bytes than type and shape is corrupt", () => {
    withLayout(compactBytes(new Uint8Array(7))).expect({ code: "CORRUPT", step: "/x data" });
    withLayout(compactBytes(new Uint8Array(0))).expect({ code: "CORRUPT", step: "/x data" });
    withLayout(join([1, 3], [1, 0], [2, 0xffff])).expect(LAYOUT);
    withLayout(compactBytes(new Uint8Array(8)), dataspaceBytes(2 ** 40)).expect({ code: "LIMIT" });
  });

  test("26: a dataset of ten terabytes in a kilobyte is a limit, and a part of it is read", () => {
    const space = dataspaceBytes(10 * 2 ** 40);
    for (const layout of [contiguousBytes(UNDEFINED, 0), chunkedBytes(UNDEFINED, 1024, 4)]) {
      const tally = withLayout(layout, space).expect({ code: "LIMIT", step: "/x data" });
      expect(tally.met.every(({ error }) => error.code === "LIMIT")).toBe(true);
    }
  });
});

describe("hostile version 1 B-trees of chunks", () => {
  const TREE = { code: "CORRUPT", structure: "chunk-node" } as const;

  test("32: a node of another type, with more children than fit or at another level is corrupt", () => {
    chunked().set("chunk-node", NODE.type, 1, 0).expect(TREE);
    chunked().set("chunk-node", NODE.count, 2, 65).expect(TREE);
    chunked().set("chunk-node", NODE.count, 2, 0xffff).expect(TREE);
    chunked().set("chunk-node", NODE.level, 1, 1).expect({ code: "CORRUPT" });
    chunked().set("chunk-node", NODE.level, 1, 255).expect({ code: "CORRUPT" });
  });

  test("32: a tree that contains itself ends, however deep it says it is", () => {
    for (const level of [1, 2, 255]) {
      const specimen = chunked();
      const root = specimen.address("chunk-node");
      for (let child = 0; child < 4; child++) {
        // A child's address stands after its key: 8 bytes of sizes, and 8 for each dimension and the element.
        specimen.set("chunk-node", NODE.key + child * 32 + 24, 8, root);
      }
      specimen.set("chunk-node", NODE.level, 1, level).expect({ code: "CORRUPT", structure: "chunk-node" });
    }
  });

  test("33: keys off the grid, past the shape or out of order are corrupt or not looked at", () => {
    chunked()
      .set("chunk-node", NODE.key + KEY.offset, 8, 3)
      .expect(TREE);
    chunked()
      .set("chunk-node", NODE.key + KEY.offset, 8, 2n ** 60n)
      .expect(TREE);
    chunked()
      .set("chunk-node", NODE.key + KEY.offset, 8, 2 ** 40)
      .read();
    chunked()
      .set("chunk-node", NODE.key + 32 + KEY.offset, 8, 48)
      .expect({ code: "CORRUPT", step: "/x info" });
  });

  test("33: stored sizes of 0 and beyond the file are corrupt", () => {
    for (const size of [0, 1, 0x7fff_ffff, 0xffff_ffff]) {
      chunked()
        .set("chunk-node", NODE.key + KEY.storedSize, 4, size)
        .expect({ code: "CORRUPT", structure: "chunk", step: "/x data" });
      chunked({ compression: "gzip" })
        .set("chunk-node", NODE.key + KEY.storedSize, 4, size)
        .expect({ code: "CORRUPT", step: "/x data" });
    }
  });

  test("33: a filter mask of any bits is corrupt where it leaves the wrong number of bytes", () => {
    const filtered = chunked({ compression: "gzip", shuffle: true });
    filtered.set("chunk-node", NODE.key + KEY.mask, 4, 0xffff_ffff).expect({ code: "CORRUPT", structure: "chunk" });
    expect(
      chunked()
        .set("chunk-node", NODE.key + KEY.mask, 4, 0xffff_ffff)
        .read().met,
    ).toEqual([]);
  });

  test("33: chunks that lie past the end, at the undefined address or in each other end", () => {
    chunked()
      .set("chunk-node", NODE.key + 24, 8, 2 ** 40)
      .expect({ code: "CORRUPT", step: "/x data" });
    chunked()
      .set("chunk-node", NODE.key + 24, 8, UNDEFINED)
      .expect(TREE);
    const same = chunked();
    const first = same.get("chunk-node", NODE.key + 24, 8);
    expect(same.set("chunk-node", NODE.key + 32 + 24, 8, first).read().met).toEqual([]);
  });

  test("22: a chunk of another size in the layout than is stored is corrupt", () => {
    for (const extent of [1, 8, 15, 17, 1024]) {
      const { met } = chunked().set("data-layout", CHUNK_EXTENT, 4, extent).read();
      expect(met.map(({ error }) => error.code)).toContain("CORRUPT");
    }
  });
});

describe("hostile filters", () => {
  const withFilters = (data: Uint8Array): Specimen =>
    planted(
      datasetMessages({ layout: chunkedBytes(UNDEFINED, 2, 4), more: [{ type: MESSAGE_IDS.filterPipeline, data }] }),
    );
  const PIPELINE = { code: "CORRUPT", structure: /filter/, step: /x/ } as const;
  const filter = (id: number, nameSize: number, values: number, ...rest: (Uint8Array | string)[]): Uint8Array =>
    join([2, id], [2, nameSize], [2, 0], [2, values], ...rest);

  test("27: more filters than 32, or none, are corrupt", () => {
    withFilters(join([1, 1], [1, 0], [6, 0])).expect(PIPELINE);
    withFilters(join([1, 1], [1, 33], [6, 0], new Uint8Array(1000))).expect(PIPELINE);
    withFilters(join([1, 3], [1, 1], [6, 0], filter(1, 0, 0))).expect(PIPELINE);
  });

  test("27: names without an end and more values than there are bytes are corrupt", () => {
    withFilters(join([1, 1], [1, 1], [6, 0], filter(300, 8, 0, "no end!!"))).expect(PIPELINE);
    withFilters(join([1, 1], [1, 1], [6, 0], filter(300, 0xfff8, 0))).expect(PIPELINE);
    withFilters(join([1, 1], [1, 1], [6, 0], filter(1, 0, 0xffff))).expect(PIPELINE);
    withFilters(join([1, 2], [1, 1], [2, 1], [2, 0], [2, 0xffff])).expect(PIPELINE);
  });

  test("28: what inflates to more than its chunk is corrupt, and is not inflated further", () => {
    const bomb = Specimen.made((file) =>
      file.createDatasetSync("x", { data: new Int32Array(2 ** 20), chunks: [2 ** 20], compression: "gzip" }),
    );
    bomb.set("data-layout", CHUNK_EXTENT, 4, 16).expect({ code: "CORRUPT", step: "/x data" });
    const shuffled = Specimen.made((file) =>
      file.createDatasetSync("x", {
        data: new Int32Array(2 ** 18),
        chunks: [2 ** 18],
        compression: "gzip",
        shuffle: true,
      }),
    );
    shuffled.set("data-layout", CHUNK_EXTENT, 4, 16).expect({ code: "CORRUPT", step: "/x data" });
  });

  test("28: what is no stream of the filter is corrupt", () => {
    const specimen = chunked({ compression: "gzip" });
    const at = specimen.get("chunk-node", NODE.key + 24, 8);
    for (const bytes of [
      [0, 0],
      [0x78, 0x9c, 0xff, 0xff],
      [0x1f, 0x8b],
    ]) {
      chunked({ compression: "gzip" }).put(at, bytes).expect({ code: "CORRUPT", step: "/x data" });
    }
  });

  test("29: client data that does not fit the data is corrupt or changes nothing", () => {
    const shuffled = (): Specimen => chunked({ compression: "gzip", shuffle: true });
    const start = shuffled().start("filter-pipeline");
    const length = shuffled().all("filter-pipeline")[0]?.end ?? 0;
    // Every number of the pipeline, whatever it means, as every number that is hard to take.
    for (let at = start; at + 4 <= length; at += 2) {
      for (const value of [0, 1, 3, 0x7fff_ffff, 0xffff_ffff]) {
        shuffled()
          .put(at, join([4, value]))
          .read();
      }
    }
  });

  test("30: a checksum over fewer bytes than it has itself is corrupt", () => {
    const summed = (): Specimen => chunked({ fletcher32: true });
    for (const size of [0, 1, 3, 4, 67]) {
      summed()
        .set("chunk-node", NODE.key + KEY.storedSize, 4, size)
        .expect({ code: "CORRUPT", step: "/x data" });
    }
    const at = summed().get("chunk-node", NODE.key + 24, 8);
    summed()
      .put(at, [0xff])
      .expect({ code: "CORRUPT", message: /checksum|fletcher/i });
  });

  test("28: a filter that is not there is named, and its dataset described", () => {
    const wanted = datatypeBytes(0, 1, 8, 4, join([2, 0], [2, 32]));
    const missing = planted(
      (address) =>
        datasetMessages({
          datatype: wanted,
          layout: chunkedBytes(address + 16 + 4 * 8 + 16 + 16 + 24 + 16 + 8, 2, 4),
          more: [{ type: MESSAGE_IDS.filterPipeline, data: join([1, 1], [1, 1], [6, 0], filter(555, 0, 0)) }],
        }),
      () => new Uint8Array(4096),
    );
    expect(missing.read().met.every(({ step }) => step.startsWith("/x"))).toBe(true);
  });
});
