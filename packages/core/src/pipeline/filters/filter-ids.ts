/** Numbers of the filters that come with HDF5 (File Format Specification, section IV.A.2.l), and of h5py's LZF. */
export const FILTER_IDS = {
  deflate: 1,
  shuffle: 2,
  fletcher32: 3,
  szip: 4,
  nbit: 5,
  scaleOffset: 6,
  lzf: 32000,
} as const;
