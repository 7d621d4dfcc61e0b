/**
 * Virtual datasets: many datasets, in many files, read, written and created as one.
 *
 * @module @hdfive/vds
 */
export { createVirtualDataset, createVirtualDatasetSync, type VirtualDatasetOptions } from "./create.js";
export type { VirtualView } from "./extent.js";
export { UNLIMITED } from "./source-selection.js";
export { type VirtualDatasetsOptions, virtualDatasets } from "./virtual-datasets.js";
export { VirtualLayout, type VirtualLayoutOptions } from "./virtual-layout.js";
export { type SelectedSource, VirtualSource, type VirtualSourceOptions } from "./virtual-source.js";
