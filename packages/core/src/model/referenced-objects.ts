import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { eachBatch } from "../pipeline/read-box.js";
import { referredObjects } from "../pipeline/transfer.js";
import type { Task } from "../task.js";
import type { AttributeCopy } from "./copy-attributes.js";
import type { FileContext } from "./file-context.js";

/** Elements looked at together. */
const BATCH = 4096;

/** Values that can be stored only when it is known what stands for every object that they refer to. */
export type Deferred =
  | { readonly kind: "attribute"; readonly attribute: AttributeCopy }
  | { readonly kind: "data"; readonly context: FileContext; readonly from: DatasetHeader; readonly copy: number };

/** The file that deferred values come from. */
export function deferredSource(deferred: Deferred): FileContext {
  return deferred.kind === "data" ? deferred.context : deferred.attribute.source;
}

/** The addresses of the objects that the elements of a dataset, or the value of an attribute, refer to. */
export function* referencedFrom(deferred: Deferred): Task<ReadonlySet<number>> {
  if (deferred.kind === "attribute") {
    const { source, datatype, data } = deferred.attribute;
    return yield* referredObjects(source, datatype, data, data.length / datatype.size);
  }
  const { context, from } = deferred;
  const found = new Set<number>();
  yield* eachBatch(context, from, BATCH, function* (bytes, count) {
    for (const address of yield* referredObjects(context, from.datatype, bytes, count)) {
      found.add(address);
    }
  });
  return found;
}
