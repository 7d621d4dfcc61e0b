import type { DtypeLike, Selection } from "@hdfive/core";
import { type NewMapping, shapeText } from "@hdfive/core/plugin";
import { HdfiveError } from "@hdfive/format";
import { isNumbered, namePattern } from "./name-pattern.js";
import { mappedCount, mappedSelection } from "./source-selection.js";
import { type SelectedSource, VirtualSource } from "./virtual-source.js";

/** What a virtual dataset is to be like. */
export interface VirtualLayoutOptions {
  /** Extent of each axis; that of unlimited mappings follows the sources. */
  readonly shape: readonly number[];
  readonly dtype: DtypeLike;
  /** Most elements per axis, `null` for no limit; the shape without it. */
  readonly maxShape?: readonly (number | null)[] | undefined;
}

/** What a virtual dataset is made of: which part of it comes from where. */
export class VirtualLayout {
  readonly shape: readonly number[];
  readonly maxShape: readonly (number | null)[] | null;
  readonly dtype: DtypeLike;
  readonly #mappings: NewMapping[] = [];

  constructor({ shape, dtype, maxShape }: VirtualLayoutOptions) {
    this.shape = [...shape];
    this.maxShape = maxShape === undefined ? null : [...maxShape];
    this.dtype = dtype;
  }

  /** The mappings so far, in their order. */
  get mappings(): readonly NewMapping[] {
    return this.#mappings;
  }

  /**
   * Maps a part of the virtual dataset to a source, or to a part of one with as many elements, in row-major order. Later
   * mappings cover earlier ones.
   *
   * @throws HdfiveError `INVALID_ARGUMENT` when the numbers of elements differ
   */
  map(selection: Selection, source: VirtualSource | SelectedSource): this {
    const { source: from, selection: part } = source instanceof VirtualSource ? source.select() : source;
    const virtual = mappedSelection(selection, this.shape);
    const own = mappedCount(virtual, this.shape);
    const other = mappedCount(part, from.shape);
    const numbered = isNumbered(namePattern(from.file)) || isNumbered(namePattern(from.name));
    if (other.isEndless && !own.isEndless) {
      throw invalid("the source selection is unlimited, and the virtual one is not");
    }
    if (own.isEndless && !other.isEndless && !numbered) {
      throw invalid('the virtual selection is unlimited, and the source is neither unlimited nor numbered with "%b"');
    }
    if (numbered && (!own.isEndless || other.isEndless)) {
      throw invalid("numbered sources need an unlimited virtual selection and a limited one in each source");
    }
    if (own.isEndless === other.isEndless && own.count !== other.count) {
      throw invalid(
        `virtual and source space selections have different numbers of elements: ${own.count} of ${shapeText(this.shape)} ` +
          `and ${other.count} of ${shapeText(from.shape)}`,
      );
    }
    this.#mappings.push({ file: from.file, dataset: from.name, source: part, virtual });
    return this;
  }
}

function invalid(problem: string): HdfiveError {
  return new HdfiveError("INVALID_ARGUMENT", `Invalid mapping selections (${problem})`);
}
