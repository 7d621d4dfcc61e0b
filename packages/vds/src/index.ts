/**
 * Virtual datasets: many datasets, in many files, read, written and created as one.
 *
 * @module @hdfive/vds
 */
export type { VirtualView } from "./extent.js";
export { type VirtualDatasetsOptions, virtualDatasets } from "./virtual-datasets.js";
