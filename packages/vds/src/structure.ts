import { type DatasetHeader, type OpenFile, perform, readHeapObject, type Task, transact } from "@hdfive/core/plugin";
import { FormatError, HdfiveError, type Layout, Reader, virtualMappings } from "@hdfive/format";
import { BoxIndex } from "./box-index.js";
import { type Mapping, mappingOf } from "./mapping.js";

/** What a virtual dataset is made of, with what finds a part of it. */
export interface Structure {
  readonly mappings: readonly Mapping[];
  readonly index: BoxIndex;
  /** The mappings without end. */
  readonly endless: readonly Mapping[];
  /** The extent that mappings with an end need on each axis. */
  readonly least: readonly number[];
}

/** Keeps what virtual datasets are made of, for as long as the engine keeps their headers. */
export class Structures {
  readonly #known = new WeakMap<Layout, Structure>();
  readonly #most: number;

  /** @param most mappings that a virtual dataset may have */
  constructor(most: number) {
    this.#most = most;
  }

  /** What a virtual dataset is made of. */
  *of(file: OpenFile, dataset: DatasetHeader): Task<Structure> {
    const { layout, dataspace, address } = dataset;
    if (layout.class !== "virtual") {
      throw new HdfiveError("WRONG_KIND", "Not a virtual dataset", { address });
    }
    const known = this.#known.get(layout);
    if (known !== undefined) {
      return known;
    }
    const { mapping: id } = layout;
    const stored =
      id.collectionAddress === 0
        ? []
        : yield* perform(
            transact(file.state, (tx) => {
              const reader = new Reader(readHeapObject(tx, id), virtualMappings.name, id.collectionAddress);
              return virtualMappings.decode(reader, tx.context).mappings;
            }),
          );
    if (stored.length > this.#most) {
      throw new HdfiveError(
        "LIMIT",
        `A virtual dataset of ${stored.length} mappings is more than the limit of ${this.#most}: ` +
          "raise { maxMappings } of virtualDatasets",
        { address },
      );
    }
    const rank = dataspace.dimensions.length;
    const mappings: Mapping[] = [];
    for (const one of stored) {
      const mapping = mappingOf(one, rank);
      if (mapping !== null) {
        mappings.push(mapping);
      }
    }
    const structure = structureOf(mappings, dataspace.dimensions);
    this.#known.set(layout, structure);
    return structure;
  }
}

function structureOf(mappings: readonly Mapping[], shape: readonly number[]): Structure {
  const rank = shape.length;
  const least = new Array<number>(rank).fill(0);
  for (const { bounds, axis: endless } of mappings) {
    for (let axis = 0; axis < rank; axis++) {
      const last = bounds[rank + axis] as number;
      if (axis !== endless && Number.isFinite(last)) {
        least[axis] = Math.max(least[axis] as number, last + 1);
      }
    }
  }
  const unsafe = least.find((extent) => !Number.isSafeInteger(extent));
  if (unsafe !== undefined) {
    throw new FormatError("virtual dataset", `a mapping reaches to element ${unsafe}`);
  }
  const index = new BoxIndex(
    rank,
    mappings.map(({ bounds }) => bounds),
  );
  return { mappings, index, endless: mappings.filter(({ axis }) => axis >= 0), least };
}
