import { UnsupportedError } from "@hdfive/format";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import type { Task } from "../task.js";
import type { OpenFile } from "./open-file.js";
import type { VirtualData } from "./virtual-data.js";

/** An addition to what an open file can do. */
export interface Plugin {
  /** Reads and writes virtual datasets. */
  readonly virtualData?: VirtualData<OpenFile> | undefined;
}

/** The plugin for virtual datasets. */
export function requireVirtualData({ virtualData }: OpenFile, { address }: DatasetHeader): VirtualData<OpenFile> {
  if (virtualData === null) {
    throw new UnsupportedError(
      "virtual dataset",
      "hdfive reads it; with @hdfive/core pass { plugins: [virtualDatasets()] } of @hdfive/vds when opening the file",
      { address },
    );
  }
  return virtualData;
}

/** A dataset with the shape that it has now, where its sources say that. */
export function* withExtent(file: OpenFile, dataset: DatasetHeader): Task<DatasetHeader> {
  if (dataset.layout.class !== "virtual") {
    return dataset;
  }
  const dimensions = yield* requireVirtualData(file, dataset).extent(file, dataset);
  return { ...dataset, dataspace: { ...dataset.dataspace, dimensions } };
}
