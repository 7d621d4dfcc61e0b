const CHUNK_BASE = 16 * 1024;
const CHUNK_MIN = 8 * 1024;
const CHUNK_MAX = 1024 * 1024;
/** What an extent of 0, which is about to grow, counts as. */
const GROWING_EXTENT = 1024;

/**
 * The chunk shape that h5py chooses when none is given: axes are halved in turn until a chunk is near a target size of
 * 8 KiB to 1 MiB, which grows slowly with the dataset.
 */
export function guessChunk(shape: readonly number[], typeSize: number): number[] {
  const chunk = shape.map((extent) => (extent === 0 ? GROWING_EXTENT : extent));
  const bytes = (): number => chunk.reduce((product, extent) => product * extent, typeSize);
  const wanted = CHUNK_BASE * 2 ** Math.log10(bytes() / CHUNK_MAX);
  const target = Math.min(CHUNK_MAX, Math.max(CHUNK_MIN, wanted));
  for (let axis = 0; ; axis = (axis + 1) % chunk.length) {
    const size = bytes();
    const near = size < target || Math.abs(size - target) / target < 0.5;
    if ((near && size < CHUNK_MAX) || size === typeSize || chunk.length === 0) {
      return chunk;
    }
    chunk[axis] = Math.ceil((chunk[axis] as number) / 2);
  }
}
