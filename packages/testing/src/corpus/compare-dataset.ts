import {
  type Dataset,
  type DatasetInfo,
  type DataspaceSelection,
  type Datatype,
  type FillValue,
  NdArray,
} from "@hdfive/core";
import { compareValues, type ElementBlocks, type ValuesContext } from "./compare-values.js";
import { datasetBlocks, withoutText } from "./dataset-blocks.js";
import { describedDatatype } from "./described-datatype.js";
import type { Elements } from "./encoded-elements.js";
import { type ExpectedObject, expectedInteger } from "./expected.js";

const BITSHUFFLE = 32008;
const BITSHUFFLE_ZSTD = 3;
const ALLOCATION_TIMES: Readonly<Record<FillValue["allocationTime"], string>> = {
  early: "early",
  late: "late",
  incremental: "incr",
};
const FILL_TIMES: Readonly<Record<FillValue["fillTime"], string>> = {
  alloc: "alloc",
  never: "never",
  "if-set": "ifset",
};

/** Compares everything about a dataset but its attributes. */
export async function compareDataset(
  context: ValuesContext,
  path: string,
  dataset: Dataset,
  expected: ExpectedObject,
): Promise<void> {
  const { findings } = context;
  const info = await findings.attempt(path, "info", () => dataset.info());
  if (info === undefined) {
    return;
  }
  const { committedAddress } = info;
  const committed = committedAddress === null ? {} : { committed: context.pathOf(committedAddress) };
  findings.equal(path, "dtype", expected.dtype, { ...describedDatatype(dataset.datatype), ...committed });
  const isNull = dataset.isNull;
  findings.equal(path, "shape", expected.shape, isNull ? null : dataset.shape.map(expectedInteger));
  const maxShape = dataset.maxShape.map((extent) => (extent === null ? null : expectedInteger(extent)));
  findings.equal(path, "maxshape", expected.maxshape, isNull ? null : maxShape);
  const filters = info.filters.map(({ id, flags, clientData }) => ({ id, flags, cd: clientData.slice(0, 256) }));
  findings.equal(path, "filters", expected.filters, filters);
  await compareFill(context, path, dataset, info, expected);
  if (info.layout === "unsupported") {
    await lackOfLayout(context, path, dataset, expected);
    return;
  }
  compareLayout(context, path, info, expected);
  compareExternal(context, path, info, expected);
  await compareMappings(context, path, dataset, expected);
  if (!isNull) {
    const raw = withoutText(dataset.datatype);
    const rawBlocks = raw === null ? undefined : () => datasetBlocks(dataset, raw);
    const place = { path, fact: "data" };
    const believed = isMisread(expected) ? { ...expected, digest: null } : expected;
    await compareValues(context, place, believed, dataset.datatype, () => datasetBlocks(dataset), rawBlocks);
  }
}

/**
 * Whether the expected values are not those that were written: bitshuffle with Zstandard, of which the plugin that read them
 * knew nothing. It took what is compressed for what is not, and was right about the number of bytes now and then.
 */
function isMisread({ filters = [] }: ExpectedObject): boolean {
  return filters.some(({ id, cd }) => id === BITSHUFFLE && cd[4] === BITSHUFFLE_ZSTD);
}

function compareLayout({ findings }: ValuesContext, path: string, info: DatasetInfo, expected: ExpectedObject): void {
  const { layout, chunkShape, chunkIndex, chunkCount, storageSize } = info;
  findings.equal(path, "layout", expected.layout, layout);
  findings.equal(path, "chunks", expected.chunks, chunkShape?.map(expectedInteger) ?? null);
  if (layout === "chunked") {
    findings.equal(path, "chunk index", expected.chunk_index, chunkIndex);
    if (expected.nchunks !== undefined) {
      findings.equal(path, "chunks stored", expected.nchunks, expectedInteger(chunkCount));
    }
  }
  if (layout !== "chunked" || expected.nchunks !== undefined) {
    // Where the C library could not list the chunks it could not add up their sizes either.
    findings.equal(path, "bytes stored", expected.storage_size, expectedInteger(storageSize));
  }
}

function compareExternal({ findings }: ValuesContext, path: string, info: DatasetInfo, expected: ExpectedObject): void {
  const files = info.external?.map(({ name, offset, size }) => [
    name,
    expectedInteger(offset),
    size === null ? null : expectedInteger(size),
  ]);
  findings.equal(path, "external files", expected.external, files);
}

async function compareMappings(
  { findings }: ValuesContext,
  path: string,
  dataset: Dataset,
  { virtual }: ExpectedObject,
): Promise<void> {
  const sources = dataset.isVirtual
    ? await findings.attempt(path, "virtual sources", () => dataset.virtualSources())
    : undefined;
  const mappings = sources?.map((one) => [one.file, one.dataset, kindOf(one.virtual), kindOf(one.source)]);
  const expected = virtual?.map((one) => [one.file, one.dataset, one.vsel.type, one.ssel.type]);
  findings.equal(path, "virtual sources", expected, mappings);
}

function kindOf({ kind }: DataspaceSelection): string {
  return kind === "hyperslab" || kind === "blocks" ? "hyper" : kind;
}

/** Says which structure keeps the data from being read; reading it must say so and give nothing. */
async function lackOfLayout(
  { findings }: ValuesContext,
  path: string,
  dataset: Dataset,
  { layout, chunk_index: index, external }: ExpectedObject,
): Promise<void> {
  const detail = external === undefined ? (index ?? layout) : undefined;
  if (dataset.size === 0) {
    findings.lacks(`data layout${detail === undefined ? "" : ` (${detail})`}`, path);
    return;
  }
  const data = await findings.attempt(path, "data", () => dataset.read(), detail);
  if (data !== undefined) {
    findings.differs({ path, fact: "data", expected: "an error: the layout is unsupported", got: "values" });
  }
}

async function compareFill(
  context: ValuesContext,
  path: string,
  dataset: Dataset,
  { fill }: DatasetInfo,
  { fill: expected }: ExpectedObject,
): Promise<void> {
  if (expected === undefined) {
    return;
  }
  const { findings } = context;
  const { status, alloc, time } = expected;
  const got = { status: fill.defined, alloc: ALLOCATION_TIMES[fill.allocationTime], time: FILL_TIMES[fill.fillTime] };
  findings.equal(path, "fill", { status, alloc, time }, got);
  const valueAs = (as?: Datatype): ElementBlocks =>
    async function* () {
      const value = await dataset.fillValue({ as });
      const data: Elements = value instanceof NdArray ? value.data : [value];
      yield { data, count: 1 };
    };
  const raw = withoutText(dataset.datatype);
  const rawBlocks = raw === null ? undefined : valueAs(raw);
  const place = { path, fact: "fill value" };
  await compareValues(context, place, expected, dataset.datatype, valueAs(), rawBlocks);
}
