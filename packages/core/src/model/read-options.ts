import type { DtypeLike, MemoryArray, Selection } from "../array/index.js";
import type { ProgressOptions } from "../pipeline/progress.js";
import type { MissingSources } from "../pipeline/virtual-data.js";

/** How a read is done. */
export interface ReadOptions<D extends DtypeLike = DtypeLike> extends ProgressOptions {
  /**
   * Converts numbers on their way, by HDF5's rules: what does not fit is clamped. `"raw"` gives a `Uint8Array` per element,
   * its bytes as they are stored.
   */
  readonly as?: D | undefined;
  /**
   * The fields of a compound to read; the others are neither converted nor given memory. A list of names gives a compound
   * of them in its order, one name the plain array of that field, which `as` then converts. Names are those of the
   * compound itself: to pick fields of a compound inside it, give `as` a compound.
   */
  readonly fields?: string | readonly string[] | undefined;
  /** Memory of yours to fill instead of new one; it must have exactly the elements of the selection. */
  readonly into?: MemoryArray | undefined;
  /**
   * Of a virtual dataset: what happens where a source is not there. `"fill"`, the default, gives the fill value, `"error"`
   * throws `NOT_FOUND`, a function is told of each source that is missing and may answer either.
   */
  readonly missing?: MissingSources | undefined;
}

/**
 * How a write is done. What was written before it is stopped stays; of an append nothing stays. Chunks count as done when
 * they are taken into memory: `flush` stores them.
 */
export interface WriteOptions extends ProgressOptions {}

/** Whether what stands first is options: they have one of their names, which no selection has. */
export function isReadOptions<T extends DtypeLike>(first: Selection | ReadOptions<T>): first is ReadOptions<T> {
  return (
    typeof first === "object" &&
    first !== null &&
    ("as" in first ||
      "fields" in first ||
      "into" in first ||
      "missing" in first ||
      "signal" in first ||
      "progress" in first)
  );
}
