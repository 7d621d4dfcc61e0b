import type { Plugin } from "@hdfive/core";
import { currentExtent, type Settings, type VirtualView } from "./extent.js";
import { readVirtual } from "./read.js";
import { listSources } from "./sources.js";
import { Structures } from "./structure.js";
import { writeVirtual } from "./write.js";

/** How virtual datasets are read. */
export interface VirtualDatasetsOptions {
  /**
   * Where a virtual dataset without end is taken to end: `"last-available"`, the default, behind the last data of any of its
   * sources, `"first-missing"` before the first element that one of them does not have.
   */
  readonly view?: VirtualView | undefined;
  /** Numbered sources (`%b`) in a row that may be missing before others; 0 by default. The view `"first-missing"` has no gaps. */
  readonly printfGap?: number | undefined;
  /** Folders in which the files of sources are looked for first: h5py's `VDS_PREFIX`. */
  readonly prefix?: string | readonly string[] | undefined;
  /** Files of sources that are kept open, at most; 64 by default. */
  readonly maxOpenSources?: number | undefined;
  /** Mappings that a virtual dataset may have; a million and some by default. */
  readonly maxMappings?: number | undefined;
}

const MAX_OPEN_SOURCES = 64;
const MAX_MAPPINGS = 2 ** 20;

/** The plugin for virtual datasets: `openStorage(storage, "r", { plugins: [virtualDatasets()] })`. `hdfive` has it on. */
export function virtualDatasets(options: VirtualDatasetsOptions = {}): Plugin {
  const { view = "last-available", printfGap = 0, prefix = [], maxMappings = MAX_MAPPINGS } = options;
  const settings: Settings = {
    structures: new Structures(maxMappings),
    view,
    printfGap,
    prefixes: typeof prefix === "string" ? [prefix] : prefix,
  };
  return {
    virtualData: {
      maxOpenSources: options.maxOpenSources ?? MAX_OPEN_SOURCES,
      extent: (file, dataset, passage) => currentExtent(settings, file, dataset, passage),
      read: (file, dataset, read) => readVirtual(settings, file, dataset, read),
      write: (file, dataset, resolved, bytes) => writeVirtual(settings, file, dataset, resolved, bytes),
      sources: (file, dataset, look) => listSources(settings, file, dataset, look),
    },
  };
}
