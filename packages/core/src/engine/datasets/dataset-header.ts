import {
  type ChunkedLayout,
  type Dataspace,
  type Datatype,
  dataspaceMessage,
  datatype as datatypeCodec,
  type FillValue,
  type FilterDescription,
  fillValueMessage,
  fillValueOldMessage,
  filterPipelineMessage,
  HdfiveError,
  type Layout,
  layoutMessage,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  sharedMessage,
  structureVersions,
  UnsupportedError,
  type VirtualLayout,
} from "@hdfive/format";
import { replaceMessage } from "../object-header/header-edit.js";
import type { NewMessage } from "../object-header/message-packing.js";
import { createHeader, type HeaderSettings } from "../object-header/new-header.js";
import {
  checkUnknownMessages,
  decodeMessage,
  encodeMessage,
  findMessage,
  type Header,
  loadHeader,
  requireMessage,
} from "../object-header/object-header.js";
import { raisedDataspace } from "../object-header/raised-dataspace.js";
import { type ResolvedDatatype, resolveDatatype } from "../object-header/shared.js";
import type { Tx } from "../transaction/tx.js";
import { type ExternalFile, loadExternalFiles, newExternalFiles } from "./external-files.js";

/** How the data of a dataset is stored, where it is its own. */
export type StoredLayout = Exclude<Layout, VirtualLayout>;

/** A layout that this version does not handle: the rest of the dataset can still be looked at. */
export interface UnsupportedLayout {
  readonly class: "unsupported";
  /** The structure, in the specification's words. */
  readonly structure: string;
  readonly problem: string;
}

/** Everything a dataset's object header says of its data. */
export interface DatasetHeader extends ResolvedDatatype {
  readonly address: number;
  readonly dataspace: Dataspace;
  readonly layout: Layout | UnsupportedLayout;
  /** The files that hold the data of a contiguous dataset; `null` when its own file does. */
  readonly external: readonly ExternalFile[] | null;
  /** The fill value message; where the file has none the fill value is undefined. */
  readonly fill: FillValue;
  /** Filters in the order in which they are applied on writing. */
  readonly filters: readonly FilterDescription[];
}

/** What makes a new dataset. */
export interface NewDataset {
  readonly datatype: Datatype;
  /** Address of the committed datatype that it uses, whose links are the caller's to count. */
  readonly committedAddress?: number | null | undefined;
  readonly dataspace: Dataspace;
  readonly layout: Layout;
  readonly fill: FillValue;
  readonly filters: readonly FilterDescription[];
  /** The files that hold the data, where its own file does not. */
  readonly external?: readonly ExternalFile[] | null | undefined;
}

/** What the header of a new dataset is like besides its messages. */
export type DatasetHeaderSettings = Omit<HeaderSettings, "minimumChunkSize">;

/** Bytes that libhdf5 gives the first chunk of a dataset's header; the rest is room for attributes. */
const HEADER_SIZE_HINT = 256;
/** When libhdf5 allocates by default, where no fill value message says it. */
const ALLOCATION_TIMES = {
  compact: "early",
  contiguous: "late",
  chunked: "incremental",
  virtual: "incremental",
  unsupported: "incremental",
} as const;

/** Whether an object is a dataset: it has a datatype and a data layout. */
export function isDataset(header: Header): boolean {
  return (
    findMessage(header, MESSAGE_IDS.layout) !== undefined && findMessage(header, MESSAGE_IDS.datatype) !== undefined
  );
}

/** Reads what the header of a dataset says; once for as long as the header stays the same value. */
export function loadDataset(tx: Tx, address: number): DatasetHeader {
  const header = loadHeader(tx, address);
  const known = tx.state.datasets.get(address, header) as DatasetHeader | undefined;
  if (known !== undefined) {
    return known;
  }
  checkUnknownMessages(header, false);
  const layout = decodeMessage(tx, layoutMessage, requireMessage(header, MESSAGE_IDS.layout));
  const filters = findMessage(header, MESSAGE_IDS.filterPipeline);
  const dataset: DatasetHeader = {
    address,
    dataspace: decodeMessage(tx, dataspaceMessage, requireMessage(header, MESSAGE_IDS.dataspace)),
    ...resolveDatatype(tx, requireMessage(header, MESSAGE_IDS.datatype)),
    layout,
    external: loadExternalFiles(tx, header),
    fill: loadFill(tx, header, layout),
    filters: filters === undefined ? [] : decodeMessage(tx, filterPipelineMessage, filters).filters,
  };
  // A committed datatype stands in another header, which this one does not answer for.
  if (dataset.committedAddress === null) {
    tx.state.datasets.set(address, header, dataset);
  }
  return dataset;
}

/** The layout of a dataset whose own data is to be read or written; throws where it is one that is not handled. */
export function requireLayout(dataset: DatasetHeader): StoredLayout {
  const { layout, address } = dataset;
  if (layout.class === "unsupported") {
    throw new UnsupportedError(layout.structure, layout.problem, { address });
  }
  if (layout.class === "virtual") {
    throw new UnsupportedError("virtual dataset", "it has no data of its own that could be handled so", { address });
  }
  return layout;
}

/** The fill value: the new message counts, the old one where there is only that. Section IV.A.2.e and f. */
function loadFill(tx: Tx, header: Header, layout: DatasetHeader["layout"]): FillValue {
  const message = findMessage(header, MESSAGE_IDS.fillValue);
  if (message !== undefined) {
    return decodeMessage(tx, fillValueMessage, message);
  }
  const common = { version: 2, allocationTime: ALLOCATION_TIMES[layout.class], fillTime: "if-set" } as const;
  const old = findMessage(header, MESSAGE_IDS.fillValueOld);
  const value = old === undefined ? null : decodeMessage(tx, fillValueOldMessage, old).value;
  return value === null || value.length === 0
    ? { ...common, defined: "undefined", value: null }
    : { ...common, defined: "user", value };
}

/**
 * Makes the object header of a new dataset, with the messages, their order, flags and versions that libhdf5 gives it under
 * the file's lower bound; section IV.A.1. The versions of the datatype and of the layout are the caller's.
 */
export function createDatasetHeader(tx: Tx, dataset: NewDataset, settings: DatasetHeaderSettings = {}): number {
  const { constant } = MESSAGE_FLAGS;
  const versions = structureVersions(tx.state.libver);
  const { layout, filters } = dataset;
  const dataspace = raisedDataspace(tx, dataset.dataspace);
  const version = Math.max(dataset.fill.version, versions.fillValue) as FillValue["version"];
  const fill: FillValue = { ...dataset.fill, version };
  const messages: NewMessage[] = [
    { type: MESSAGE_IDS.dataspace, flags: 0, data: encodeMessage(tx, dataspaceMessage, dataspace) },
    datatypeMessage(tx, dataset.datatype, dataset.committedAddress ?? null),
    { type: MESSAGE_IDS.fillValue, flags: constant, data: encodeMessage(tx, fillValueMessage, fill) },
  ];
  // Libraries that know version 3 need no old message beside it.
  if (fill.value !== null && version < 3) {
    const data = encodeMessage(tx, fillValueOldMessage, { value: fill.value });
    messages.push({ type: MESSAGE_IDS.fillValueOld, flags: constant, data });
  }
  if (filters.length > 0) {
    const data = encodeMessage(tx, filterPipelineMessage, { version: versions.filterPipeline, filters });
    messages.push({ type: MESSAGE_IDS.filterPipeline, flags: constant, data });
  }
  if (dataset.external !== undefined && dataset.external !== null) {
    messages.push(newExternalFiles(tx, dataset.external));
  }
  const flags = isLayoutConstant(dataset) ? constant : 0;
  messages.push({ type: MESSAGE_IDS.layout, flags, data: encodeMessage(tx, layoutMessage, layout) });
  const compact = layout.class === "compact" ? layout.data.length : 0;
  return createHeader(tx, messages, { ...settings, minimumChunkSize: HEADER_SIZE_HINT + compact });
}

/** Whether the layout never changes: all of the space is there from the beginning and what fills it keeps its size. */
function isLayoutConstant({ dataspace, fill, filters, layout }: NewDataset): boolean {
  const isEmpty = dataspace.type === "null" || dataspace.dimensions.includes(0);
  return fill.allocationTime === "early" && filters.length === 0 && !isEmpty && layout.class !== "compact";
}

/** The datatype of a dataset: here, or where it stands as an object of its own. Section IV.A.1.a, "Shared Message". */
function datatypeMessage(tx: Tx, datatype: Datatype, committedAddress: number | null): NewMessage {
  const { constant, shared } = MESSAGE_FLAGS;
  const type = MESSAGE_IDS.datatype;
  if (committedAddress === null) {
    return { type, flags: constant, data: encodeMessage(tx, datatypeCodec, datatype) };
  }
  const pointer = { version: 2, kind: "committed", address: committedAddress } as const;
  return { type, flags: constant | shared, data: encodeMessage(tx, sharedMessage, pointer) };
}

/** Stores a changed layout: the address of storage that was allocated, or new compact data. */
export function putLayout(tx: Tx, address: number, layout: Layout): void {
  const message = requireMessage(loadHeader(tx, address), MESSAGE_IDS.layout);
  replaceMessage(tx, address, message, encodeMessage(tx, layoutMessage, layout));
}

/** Stores changed dimensions; the maximal ones stay. */
export function putDimensions(tx: Tx, address: number, dimensions: readonly number[]): void {
  const message = requireMessage(loadHeader(tx, address), MESSAGE_IDS.dataspace);
  const dataspace = decodeMessage(tx, dataspaceMessage, message);
  replaceMessage(tx, address, message, encodeMessage(tx, dataspaceMessage, { ...dataspace, dimensions }));
}

/** The chunked layout of a dataset; `NOT_CHUNKED` when it has another. */
export function requireChunked(dataset: DatasetHeader): ChunkedLayout {
  const layout = requireLayout(dataset);
  if (layout.class !== "chunked") {
    throw new HdfiveError("NOT_CHUNKED", "Only chunked datasets can be resized");
  }
  return layout;
}
