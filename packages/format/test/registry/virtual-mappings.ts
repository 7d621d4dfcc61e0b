import fc from "fast-check";
import { type VirtualMapping, virtualMappings } from "../../src/virtual-mappings.js";
import { CONTEXTS } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";
import { anySelection } from "./selections.js";

/** Few names, short and long, so that they come again; those of the file's own are "." in every version. */
const name = fc.constantFrom(".", "a", "a long name of a file.h5", "ä", "frames/0", "a path longer than a number");

const mapping: fc.Arbitrary<VirtualMapping> = fc.record({
  fileName: name,
  datasetName: name,
  source: anySelection,
  virtual: anySelection,
});

/** The mappings of virtual datasets. */
export const virtualMappingEntries: readonly RegistryEntry[] = CONTEXTS.map(([label, context]) =>
  entry({
    name: `virtual mappings, ${label}`,
    codec: virtualMappings,
    context,
    arbitrary: fc.record({
      version: fc.constantFrom(0 as const, 1 as const),
      mappings: fc.array(mapping, { maxLength: 6 }),
    }),
    checksummed: true,
  }),
);
