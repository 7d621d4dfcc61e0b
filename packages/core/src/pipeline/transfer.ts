import type { Datatype } from "@hdfive/format";
import { type HeapReader, type HeapWriter, heapReferences, type Transfer, transferElements } from "../array/index.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";
import { heapReader, prefetchHeap } from "./sink.js";
import { heapWriter } from "./write-source.js";

/** Elements on their way from one file to another, or to another place of one. */
export interface ElementTransfer {
  readonly source: OpenFile;
  readonly target: OpenFile;
  readonly from: Datatype;
  readonly to: Datatype;
  readonly mapAddress: Transfer["mapAddress"];
}

/** Copies `count` packed elements: their variable-length data goes along, their references are mapped. */
export function* transfer(
  { source, target, from, to, mapAddress }: ElementTransfer,
  bytes: Uint8Array,
  count: number,
): Task<Uint8Array<ArrayBuffer>> {
  const objects = yield* loadObjects(source, from, bytes, count);
  return yield* perform(
    transact(target.state, (tx) =>
      transferElements(from, to, bytes, count, { source: objects, target: heapWriter(tx), mapAddress }),
    ),
  );
}

/** The addresses of all objects that elements refer to, in the order in which they are met. */
export function* referredObjects(
  source: OpenFile,
  datatype: Datatype,
  bytes: Uint8Array,
  count: number,
): Task<ReadonlySet<number>> {
  const objects = yield* loadObjects(source, datatype, bytes, count);
  const found = new Set<number>();
  const nowhere: HeapWriter = {
    offsetSize: objects.offsetSize,
    put: () => ({ collectionAddress: 0, index: 0 }),
  };
  transferElements(datatype, datatype, bytes, count, {
    source: objects,
    target: nowhere,
    mapAddress(address) {
      found.add(address);
      return 0;
    },
  });
  return found;
}

/** What elements hold in the global heap, at any depth, in memory. */
function* loadObjects(file: OpenFile, datatype: Datatype, bytes: Uint8Array, count: number): Task<HeapReader> {
  return yield* perform(
    transact(file.state, (tx): HeapReader => {
      prefetchHeap(tx, { datatype }, bytes, 0, count);
      const heap = heapReader(tx);
      const objects = new Map<string, Uint8Array>();
      const reader: HeapReader = {
        offsetSize: heap.offsetSize,
        addressSpace: heap.addressSpace,
        get(collectionAddress, index) {
          const key = `${collectionAddress}:${index}`;
          const object = objects.get(key) ?? heap.get(collectionAddress, index);
          objects.set(key, object);
          return object;
        },
      };
      const load = (collectionAddress: number, index: number): void => {
        reader.get(collectionAddress, index);
      };
      heapReferences(datatype, bytes, 0, count, tx.context, load, reader);
      return reader;
    }),
  );
}
