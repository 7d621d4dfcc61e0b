import { createHash } from "node:crypto";
import { type Dataset, type Group, MemoryStorage, openStorage } from "@hdfive/core";
import { beforeAll, describe, expect, it } from "vitest";
import { compareFile, type FileResult } from "../src/corpus/compare-file.js";
import type { CorpusHost } from "../src/corpus/corpus-host.js";
import { describedDatatype } from "../src/corpus/described-datatype.js";
import { reportText, summarize } from "../src/corpus/report.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const ENTRY = { file: "a.h5", expected: "a.json", size: 0, features: ["oh:v1"] };
const sha256 = (...parts: readonly Uint8Array[]): string =>
  createHash("sha256").update(Buffer.concat(parts)).digest("hex");
const u16 = (...values: number[]): Uint8Array => new Uint8Array(Uint16Array.from(values).buffer);

let image: Uint8Array<ArrayBuffer>;
let expected: { [key: string]: Json };

beforeAll(async () => {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w");
  const group = await file.createGroup("g");
  const data = Uint16Array.from({ length: 12 }, (_, i) => 1000 + i);
  const dataset = await group.createDataset("d", {
    data,
    shape: [4, 3],
    chunks: [3, 2],
    compression: "gzip",
    fillValue: 7,
    maxShape: [null, 3],
  });
  await dataset.attrs.set("unit", "m/s", { dtype: "S4" });
  await file.flush();
  image = storage.image().slice();
  expected = await expectations(file, group, dataset as Dataset);
});

/** What the C library would say of the file, written down by hand. */
async function expectations(file: Group, group: Group, dataset: Dataset): Promise<{ [key: string]: Json }> {
  const common = async (object: Group | Dataset): Promise<{ [key: string]: Json }> => ({
    addr: (await object.info()).address,
    rc: 1,
    attrs: {},
  });
  const uint16 = { class: "integer", size: 2, order: "LE", signed: false, precision: 16, offset: 0 };
  const unit = { class: "string", size: 4, pad: "nullpad", cset: "ascii" };
  return {
    superblock: {
      version: 0,
      userblock: 0,
      sizeof_addr: 8,
      sizeof_size: 8,
      sym_leaf_k: 4,
      sym_int_k: 16,
      istore_k: 32,
      sohm_nindexes: 0,
      fspace: { strategy: "fsm_aggr", persist: false, threshold: 1, page_size: 4096 },
    },
    objects: {
      "/": { ...(await common(file)), kind: "group", storage: "symbol_table", nlinks: 1 },
      "/g": { ...(await common(group)), kind: "group", storage: "symbol_table", nlinks: 1 },
      "/g/d": {
        ...(await common(dataset)),
        kind: "dataset",
        attrs: { unit: { dtype: unit, shape: [], digest: sha256(Uint8Array.of(3, 0, 0, 0), Buffer.from("m/s")) } },
        dtype: uint16,
        shape: [4, 3],
        maxshape: [null, 3],
        layout: "chunked",
        chunks: [3, 2],
        chunk_index: "btree1",
        nchunks: 4,
        filters: [{ id: 1, flags: 1, cd: [4] }],
        fill: { status: "user", alloc: "incr", time: "ifset", digest: sha256(u16(7)) },
        digest: sha256(u16(...Array.from({ length: 12 }, (_, i) => 1000 + i))),
        storage_size: (await dataset.info()).storageSize,
      },
    },
    links: {},
  };
}

function compare(values: unknown, bytes: Uint8Array<ArrayBuffer> = image): Promise<FileResult> {
  const host: CorpusHost = {
    openStorage: async () => new MemoryStorage(bytes.slice()),
    readText: async () => JSON.stringify(values),
    sha256: () => {
      const hash = createHash("sha256");
      return { update: (part) => void hash.update(part), hex: () => hash.digest("hex") };
    },
  };
  return compareFile(host, ENTRY);
}

/** The document again and again, each time with one leaf changed. */
function* mutations(node: Json, path: string, rebuild: (changed: Json) => Json): Generator<[string, Json]> {
  if (Array.isArray(node)) {
    yield [`${path} one more`, rebuild([...node, 1])];
    for (const [i, item] of node.entries()) {
      yield* mutations(item, `${path}.${i}`, (changed) => rebuild(node.with(i, changed)));
    }
  } else if (typeof node === "object" && node !== null) {
    for (const [key, item] of Object.entries(node)) {
      yield* mutations(item, `${path}.${key}`, (changed) => rebuild({ ...node, [key]: changed }));
    }
  } else {
    const changed = typeof node === "number" ? node + 1 : typeof node === "string" ? `${node}x` : !node;
    yield [path, rebuild(changed)];
  }
}

describe("the comparison of a file", () => {
  it("matches when everything is as expected", async () => {
    const result = await compare(expected);
    expect(result.differences).toEqual([]);
    expect(result.status).toBe("matched");
  });

  it("sees every single expectation that is changed", async () => {
    const unseen: string[] = [];
    let count = 0;
    for (const [path, changed] of mutations(expected, "", (whole) => whole)) {
      count++;
      if ((await compare(changed)).status !== "wrong") {
        unseen.push(path);
      }
    }
    expect(unseen).toEqual([]);
    expect(count).toBeGreaterThan(50);
  });

  it("sees objects that should be there, and that should not", async () => {
    const { "/g/d": _, ...fewer } = expected.objects as { [key: string]: Json };
    expect((await compare({ ...expected, objects: fewer })).differences[0]).toMatchObject({
      path: "/g/d",
      expected: "none",
    });
    const more = { ...(expected.objects as object), "/x": fewer["/g"] };
    expect((await compare({ ...expected, objects: more })).differences).toMatchObject([{ path: "/x", got: "none" }]);
  });

  it("calls a file with a changed byte of data wrong, and not unsupported", async () => {
    // The value of an attribute, "m/s" and its padding, stands in the file as it is.
    const at = Buffer.from(image).indexOf("m/s\0");
    const results = await Promise.all(
      [at, at + 1, at + 2, at + 3].map(async (position) => {
        const broken = image.slice();
        broken[position] = (broken[position] as number) ^ 0x55;
        return (await compare(expected, broken)).status;
      }),
    );
    expect(results).toEqual(["wrong", "wrong", "wrong", "wrong"]);
  });

  it("says what is unsupported, and matches what is not compared", async () => {
    // The format allows addresses of 16 bytes, which libhdf5 itself cannot read.
    const wide = await compare(expected, image.slice().fill(16, 13, 14));
    expect(wide).toMatchObject({ status: "unsupported", differences: [] });
    expect([...wide.unsupported.keys()]).toEqual(["superblock"]);
    const results = [await compare(expected), wide, await compare({ ...expected, links: { "/l": { kind: "soft" } } })];
    expect(summarize(results)).toEqual({
      matched: 1,
      survived: 0,
      wrong: 1,
      unsupported: 1,
      files: [
        { file: "a.h5", status: "matched", reason: null },
        { file: "a.h5", status: "unsupported", reason: "superblock" },
        { file: "a.h5", status: "wrong", reason: "/l: link: expected soft, got none" },
      ],
    });
    expect(reportText(results)).toMatch(/matched +1\nunsupported +1\n +1 {2}superblock\nwrong +1$/);
  });
});

describe("a datatype as the C library describes it", () => {
  it("has the sizes of its memory once it holds variable-length data", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    const { compound, array, vlen } = await import("@hdfive/core");
    const dtype = compound({
      a: "int8",
      s: array("string", [2]),
      v: vlen("int16"),
      n: compound({ t: "string" }),
      z: "int8",
    });
    const { datatype } = await file.createDataset("d", { dtype, shape: [1] });
    const { size, members } = describedDatatype(datatype) as {
      size: number;
      members: { name: string; offset: number }[];
    };
    expect(datatype.size).toBe(1 + 32 + 16 + 16 + 1);
    expect(size).toBe(1 + 16 + 16 + 8 + 1);
    expect(members.map(({ name, offset }) => [name, offset])).toEqual([
      ["a", 0],
      ["s", 1],
      ["v", 17],
      ["n", 33],
      ["z", 41],
    ]);
  });
});
