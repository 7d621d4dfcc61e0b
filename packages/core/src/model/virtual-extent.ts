import { HdfiveError } from "@hdfive/format";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import { withExtent } from "../pipeline/plugin.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";

/** Errors that are about the call, not about the sources. */
const OF_THE_CALL: readonly string[] = ["ABORTED", "SYNC_UNAVAILABLE", "CLOSED"];

/**
 * Finds out the shape that a virtual dataset has now, and keeps it for the handles of the dataset. Where its sources do not
 * say, the stored shape stands: a dataset can be looked at although it cannot be read, and a read says why.
 */
export function* updateExtent(context: FileContext, header: DatasetHeader): Task<void> {
  if (context.virtualData === null) {
    return;
  }
  try {
    const { dimensions } = (yield* withExtent(context, header)).dataspace;
    context.resized.set(header.address, dimensions);
  } catch (error) {
    if (!(error instanceof HdfiveError) || OF_THE_CALL.includes(error.code)) {
      throw error;
    }
    context.resized.delete(header.address);
  }
}
