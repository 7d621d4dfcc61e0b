import { withOffsetSize } from "../array/index.js";
import { createDatatypeHeader } from "../engine/datasets/committed-datatype.js";
import { createDatasetHeader, type NewDataset } from "../engine/datasets/dataset-header.js";
import { insertLink, requireGroup } from "../engine/groups/links.js";
import { createGroup } from "../engine/groups/new-group.js";
import type { Tx } from "../engine/transaction/tx.js";
import type { Task } from "../task.js";
import { copiedHeader } from "./copied-header.js";
import { copiedDataset, type DatasetAdapter } from "./copy-dataset.js";
import type { FileContext } from "./file-context.js";
import type { LoadedObject } from "./group-read.js";

/** An object of which a copy is to be made, without what it holds. */
export interface CopyToCreate {
  readonly source: FileContext;
  readonly target: FileContext;
  readonly loaded: LoadedObject;
  /** Address of the committed datatype of a dataset in the target. */
  readonly committedAddress: number | null;
  /** Path of the object. */
  readonly path: string;
  readonly adapt: DatasetAdapter | undefined;
}

/** Where a copy is linked. */
export interface NewLinkPlace {
  readonly group: number;
  readonly name: string;
}

/** Makes the header of a copy, and links it in the same operation; answers its address. */
export function* createCopy(wanted: CopyToCreate, link: (tx: Tx, address: number) => void): Task<number> {
  const { target } = wanted;
  const create = yield* headerOf(wanted);
  return yield* target.change((tx) => {
    const address = create(tx);
    link(tx, address);
    return address;
  });
}

function* headerOf({ source, target, loaded, committedAddress, path, adapt }: CopyToCreate): Task<(tx: Tx) => number> {
  const { settings } = yield* source.transact((tx) => copiedHeader(tx, loaded.address));
  switch (loaded.kind) {
    case "group":
      return (tx) => createGroup(tx, settings);
    case "datatype": {
      const datatype = withOffsetSize(loaded.datatype, target.state.context.offsetSize);
      return (tx) => createDatatypeHeader(tx, datatype, settings);
    }
    case "dataset": {
      const copied = yield* copiedDataset(source, target, loaded.header, path, adapt);
      const dataset: NewDataset = { ...copied, committedAddress };
      return (tx) => createDatasetHeader(tx, dataset, settings);
    }
  }
}

/** Links a new object where it is to be linked. */
export function linkAt(tx: Tx, place: NewLinkPlace | null, address: number): void {
  if (place !== null) {
    insertLink(tx, requireGroup(tx, place.group), { name: place.name, kind: "hard", address });
  }
}
