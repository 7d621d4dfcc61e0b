/**
 * Names of the library versions that bound which structures a writer may use: h5py's, of which `"latest"` is the newest.
 *
 * `"earliest"` is the oldest form of each structure that can hold what is stored.
 */
export type Libver = "earliest" | "v108" | "v110" | "v112" | "v114" | "v200" | "latest";

/** The bounds in ascending order. */
export const LIBVERS: readonly Libver[] = ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"];

/** Which version of each structure a writer starts from; what is stored may need a higher one. */
export interface StructureVersions {
  readonly superblock: 0 | 2 | 3;
  readonly objectHeader: 1 | 2;
  readonly dataspace: 1 | 2;
  readonly datatype: 1 | 3 | 4 | 5;
  readonly fillValue: 2 | 3;
  /** Of chunked data; compact and contiguous data stays at version 3. */
  readonly layout: 3 | 4 | 5;
  readonly filterPipeline: 1 | 2;
  readonly attribute: 1 | 3;
  readonly hyperslabSelection: 1 | 2 | 3;
  readonly pointSelection: 1 | 2;
  /** Whether groups keep links in link messages and fractal heaps rather than in symbol tables. */
  readonly newStyleGroups: boolean;
  /** Block of the global heap that lists the mappings of a virtual dataset; version 1 where it is not larger. */
  readonly virtualMappings: 0 | 1;
}

const EARLIEST: StructureVersions = {
  superblock: 0,
  objectHeader: 1,
  dataspace: 1,
  datatype: 1,
  fillValue: 2,
  layout: 3,
  filterPipeline: 1,
  attribute: 1,
  hyperslabSelection: 1,
  pointSelection: 1,
  newStyleGroups: false,
  virtualMappings: 0,
};

const V108: StructureVersions = {
  ...EARLIEST,
  superblock: 2,
  objectHeader: 2,
  dataspace: 2,
  datatype: 3,
  fillValue: 3,
  filterPipeline: 2,
  attribute: 3,
  newStyleGroups: true,
};

const V110: StructureVersions = { ...V108, superblock: 3, layout: 4, hyperslabSelection: 2 };
const V112: StructureVersions = { ...V110, datatype: 4, hyperslabSelection: 3, pointSelection: 2 };
const V200: StructureVersions = { ...V112, datatype: 5, layout: 5, virtualMappings: 1 };

const VERSIONS: { readonly [bound in Libver]: StructureVersions } = {
  earliest: EARLIEST,
  v108: V108,
  v110: V110,
  v112: V112,
  v114: V112,
  v200: V200,
  latest: V200,
};

/**
 * The versions that libhdf5 writes under a lower bound.
 *
 * File Format Specification, sections II to IV, say which versions there are; which of them a library writes is in
 * libhdf5's own tables of bounds (`H5O_…_ver_bounds`, `HDF5_superblock_ver_bounds`).
 */
export function structureVersions(low: Libver): StructureVersions {
  return VERSIONS[low];
}
