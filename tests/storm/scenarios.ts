import { compound, type File, slice, string, vlen } from "@hdfive/core";
import { outcome } from "./portrait.js";

/** A script of operations, one after the other; the answer is all it saw. */
export type Scenario = (file: File) => Promise<unknown[]>;

const range = (length: number, start = 0): number[] => Array.from({ length }, (_, i) => start + i);

const grid = (rows: number, columns: number): number[][] => range(rows).map((row) => range(columns, 100 * row));

/** Groups by the hundred, deep and wide, with some taken away again. */
async function groups(file: File): Promise<unknown[]> {
  const seen: unknown[] = [];
  for (let i = 0; i < 300; i++) {
    await file.createGroup(`wide/${(i * 7919) % 1000}`);
  }
  await file.createGroup(range(40).join("/"));
  for (let i = 0; i < 300; i += 3) {
    await file.delete(`wide/${(i * 7919) % 1000}`);
  }
  const wide = await file.getGroup("wide");
  seen.push(await wide.keys(), await wide.has("7"), await wide.has("0"), (await wide.info()).linkCount);
  seen.push(await outcome(() => file.createGroup("wide/919/a/b")), await outcome(() => file.createGroup("wide/919/a")));
  seen.push(await outcome(() => file.get("wide/0")), await outcome(() => file.delete("nothing")));
  return seen;
}

/** Attributes of every kind, replaced by longer and shorter ones, until no more fit. */
async function attributes(file: File): Promise<unknown[]> {
  const seen: unknown[] = [];
  const group = await file.createGroup("attributes");
  for (let i = 0; i < 60; i++) {
    await group.attrs.set(`n${i}`, i % 2 === 0 ? i / 4 : "text ".repeat(i));
  }
  for (let i = 0; i < 60; i += 4) {
    await group.attrs.set(`n${i}`, Float64Array.from(range(i)));
    await group.attrs.delete(`n${i + 1}`);
  }
  await group.attrs.set("vlen", [[1, 2, 3], [], [4]], { dtype: vlen("int16") });
  await group.attrs.set("words", ["one", "two", "", "four"]);
  await group.attrs.set("words", ["a longer list of words", "than before"]);
  seen.push(await outcome(() => group.attrs.set("huge", new Uint8Array(65_000))));
  seen.push(await outcome(() => group.attrs.set("too large", new Uint8Array(70_000))));
  seen.push(await outcome(() => group.attrs.get("n1")), await group.attrs.keys());
  seen.push(await outcome(() => group.attrs.entries()));
  return seen;
}

/** Contiguous data, written in parts and read in slices. */
async function contiguous(file: File): Promise<unknown[]> {
  const data = await file.createDataset("contiguous", { shape: [40, 50], dtype: "float32", fillValue: 2.5 });
  const seen: unknown[] = [await outcome(() => data.read([slice(0, 2), slice(0, 3)]))];
  await data.write(grid(4, 50), [slice(3, 7), null]);
  await data.write(range(50), [20, null]);
  seen.push(await outcome(() => data.read([slice(0, 40, 3), slice(49, 0, 7)])));
  seen.push(await outcome(() => data.read([slice(0, 40, 3), slice(0, 50, 7)])), await outcome(() => data.read([5])));
  seen.push(await outcome(() => data.read(null, { as: "int8" })), await outcome(() => data.resize([41, 50])));
  return seen;
}

/** Chunks with filters: parts, growth, shrinking and growth again, and rows one by one. */
async function chunked(file: File): Promise<unknown[]> {
  const seen: unknown[] = [];
  const data = await file.createDataset("chunked", {
    shape: [30, 20],
    maxShape: [null, 100],
    chunks: [8, 7],
    dtype: "int32",
    shuffle: true,
    compression: "gzip",
    fletcher32: true,
    fillValue: -1,
  });
  await data.write(grid(10, 10), [slice(5, 15), slice(5, 15)]);
  await data.resize([50, 33]);
  await data.write(Int32Array.from(range(33)), [49, null]);
  await data.resize([7, 9]);
  await data.resize([20, 20]);
  seen.push(await outcome(() => data.read()), await outcome(() => data.read([[1, 5, 6], slice(2, 19, 4)])));
  const rows = await file.createDataset("rows", {
    shape: [0, 5],
    maxShape: [null, 5],
    chunks: [4, 5],
    dtype: "uint16",
  });
  for (let i = 0; i < 40; i++) {
    await rows.append(Uint16Array.from(range(5, i)));
  }
  await file.flush();
  seen.push(await outcome(() => rows.read([slice(30, 40), null])), await outcome(() => rows.append([1, 2])));
  seen.push(await outcome(() => data.resize([20, 101])), await outcome(() => data.info()));
  return seen;
}

/** Data with parts in the global heap, overwritten and deleted. */
async function text(file: File): Promise<unknown[]> {
  const words = (count: number, mark: string): string[] => range(count).map((i) => mark.repeat(i % 40));
  const strings = await file.createDataset("strings", {
    shape: [300],
    maxShape: [null],
    chunks: [64],
    dtype: "string",
  });
  await strings.write(words(300, "ä"));
  await strings.write(words(100, "xyz"), [slice(50, 250, 2)]);
  await strings.resize([120]);
  const table = await file.createDataset("table", {
    shape: [25],
    dtype: compound({ id: "int16", name: string({ length: 8 }), values: vlen("float64") }),
  });
  await table.write(range(25).map((i) => ({ id: i, name: `row ${i}`, values: range(i) })));
  const gone = await file.createDataset("gone", { data: words(500, "gone"), chunks: [100] });
  const seen: unknown[] = [await outcome(() => gone.read([slice(490, 500)]))];
  await file.delete("gone");
  seen.push(await outcome(() => gone.read()), await outcome(() => strings.read()));
  seen.push(await outcome(async () => (await table.read()).field("name")), await outcome(() => table.read([3])));
  return seen;
}

/** All scripts by name. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = { groups, attributes, contiguous, chunked, text };
