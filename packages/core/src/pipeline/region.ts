import { FormatError, HdfiveError, selectionRank } from "@hdfive/format";
import { RegionReference, type Selection } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";

/**
 * Checks that a region reference, given as a selection, points to a dataset and fits it.
 *
 * @throws HdfiveError `INVALID_ARGUMENT` for one of another dataset, `CORRUPT` for one of another rank
 */
export function checkRegion({ address, dataspace }: DatasetHeader, selection: Selection): void {
  if (!(selection instanceof RegionReference)) {
    return;
  }
  if (selection.isNull) {
    throw new HdfiveError("NOT_FOUND", "Invalid HDF5 region reference: it points to nothing");
  }
  if (selection.address !== address) {
    throw new HdfiveError("INVALID_ARGUMENT", "Region reference must point to this dataset", { address });
  }
  const rank = selectionRank(selection.selection);
  const { dimensions } = dataspace;
  if (rank !== null && rank !== dimensions.length) {
    throw new FormatError("region-reference", `${rank} dimensions of a dataset with ${dimensions.length}`, { address });
  }
}
