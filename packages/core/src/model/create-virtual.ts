import {
  type DataspaceSelection,
  type FillValue,
  HdfiveError,
  selectionForm,
  structureVersions,
  type VirtualMapping,
  type VirtualMappings,
  virtualMappings,
} from "@hdfive/format";
import type { DtypeLike } from "../array/index.js";
import { createDatasetHeader, type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { insertLink, requireGroup } from "../engine/groups/links.js";
import { encodeMessage } from "../engine/object-header/object-header.js";
import type { Tx } from "../engine/transaction/tx.js";
import { heapWriter } from "../pipeline/write-source.js";
import type { Task } from "../task.js";
import { type CommittedType, useCommitted } from "./committed-type.js";
import { newDataset, planDataset } from "./create-dataset.js";
import { Dataset } from "./dataset.js";
import { dataspaceOf } from "./dataspace.js";
import type { FileContext } from "./file-context.js";
import type { Group } from "./group.js";
import { newPlace } from "./group-edit.js";
import { requirePath } from "./group-read.js";
import { joinPath } from "./object-handle.js";
import { updateExtent } from "./virtual-extent.js";

/** A part of a new virtual dataset and where its elements come from. */
export interface NewMapping {
  /** The file as it is stored; `"."` for the one of the virtual dataset. */
  readonly file: string;
  readonly dataset: string;
  readonly source: DataspaceSelection;
  readonly virtual: DataspaceSelection;
}

/** What makes a virtual dataset. */
export interface NewVirtualDataset {
  readonly shape: readonly number[];
  readonly maxShape: readonly (number | null)[] | null;
  readonly dtype: DtypeLike | CommittedType;
  readonly fillValue: unknown;
  readonly mappings: readonly NewMapping[];
}

/** Makes a virtual dataset at a path from a group on, and the groups on the way. */
export function createVirtual(group: Group, path: string, made: NewVirtualDataset): Promise<Dataset> {
  return group.run(() => addVirtual(group, path, made), undefined, path);
}

/** As `createVirtual`, without waiting. */
export function createVirtualSync(group: Group, path: string, made: NewVirtualDataset): Dataset {
  return group.runSync(() => addVirtual(group, path, made), path);
}

function* addVirtual(group: Group, path: string, made: NewVirtualDataset): Task<Dataset> {
  requirePath(path);
  const { context } = group;
  const header = yield* addHeader(context, group.address, path, made);
  yield* updateExtent(context, header);
  return new Dataset(context, header, path.startsWith("/") ? joinPath("/", path.slice(1)) : joinPath(group.path, path));
}

function* addHeader(
  context: FileContext,
  start: number,
  path: string,
  { shape, maxShape, dtype, fillValue, mappings }: NewVirtualDataset,
): Task<DatasetHeader> {
  if (mappings.length === 0) {
    throw new HdfiveError("INVALID_ARGUMENT", "A virtual dataset needs a mapping");
  }
  const plan = planDataset(context, { shape, dtype, fillValue });
  return yield* context.change((tx) => {
    const place = newPlace(tx, start, path, "dataset");
    const settled = newDataset(tx, plan);
    const fill: FillValue = { ...settled.fill, allocationTime: "incremental" };
    const version = structureVersions(tx.state.libver).layout === 5 ? 5 : 4;
    const mapping = heapWriter(tx).put(encodeMessage(tx, virtualMappings, storedMappings(tx, mappings)));
    const address = createDatasetHeader(tx, {
      ...settled,
      fill,
      dataspace: dataspaceOf(shape, maxShape),
      layout: { version, class: "virtual", mapping },
    });
    useCommitted(tx, plan.committedAddress);
    insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address });
    return loadDataset(tx, address);
  });
}

/** As libhdf5 stores them: names said once where the file may be so new, unless that takes more bytes. */
function storedMappings(tx: Tx, made: readonly NewMapping[]): VirtualMappings {
  const { libver } = tx.state;
  const mappings: VirtualMapping[] = made.map(({ file, dataset, source, virtual }) => ({
    fileName: file,
    datasetName: dataset,
    source: selectionForm(source, libver),
    virtual: selectionForm(virtual, libver),
  }));
  const plain: VirtualMappings = { version: 0, mappings };
  const shared: VirtualMappings = { version: 1, mappings };
  const isNew = structureVersions(libver).virtualMappings === 1;
  return isNew && virtualMappings.sizeOf(shared, tx.context) <= virtualMappings.sizeOf(plain, tx.context)
    ? shared
    : plain;
}
