import { HdfiveError } from "@hdfive/format";
import { loadDataset } from "../engine/datasets/dataset-header.js";
import { requireVirtualData } from "../pipeline/plugin.js";
import type { VirtualSourceInfo } from "../pipeline/virtual-data.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { updateExtent } from "./virtual-extent.js";

/** What is to be found out about the sources of a virtual dataset. */
export interface VirtualSourcesOptions {
  /** Whether each source is looked for; without it nothing is opened. */
  readonly state?: boolean | undefined;
  /** Stops the search. */
  readonly signal?: AbortSignal | undefined;
}

/** The mappings of a virtual dataset. */
export function* virtualSources(
  context: FileContext,
  address: number,
  { state = false }: VirtualSourcesOptions,
): Task<readonly VirtualSourceInfo[]> {
  const header = yield* context.transact((tx) => loadDataset(tx, address));
  if (header.layout.class !== "virtual") {
    throw new HdfiveError("WRONG_KIND", "Not a virtual dataset");
  }
  return yield* requireVirtualData(context, header).sources(context, header, state);
}

/** Closes the sources that are open, and finds out the shape anew. */
export function* refreshSources(context: FileContext, address: number): Task<void> {
  const header = yield* context.transact((tx) => loadDataset(tx, address));
  if (header.layout.class === "virtual") {
    yield* context.forgetSources();
    yield* updateExtent(context, header);
  }
}
