import { btreeV2Entries } from "./registry/btree-v2.js";
import { chunkArrayEntries } from "./registry/chunk-arrays.js";
import { datatypeEntries } from "./registry/datatypes.js";
import type { RegistryEntry } from "./registry/entry.js";
import { fileEntries } from "./registry/files.js";
import { fractalHeapEntries } from "./registry/fractal-heaps.js";
import { freeSpaceEntries } from "./registry/free-space.js";
import { groupEntries } from "./registry/groups.js";
import { headerEntries } from "./registry/headers.js";
import { heapEntries } from "./registry/heaps.js";
import { messageEntries } from "./registry/messages.js";
import { referenceEntries } from "./registry/references.js";
import { selectionEntries } from "./registry/selections.js";
import { sharedMessageEntries } from "./registry/shared-messages.js";
import { valueEntries } from "./registry/values.js";
import { virtualMappingEntries } from "./registry/virtual-mappings.js";

export type { RegistryEntry } from "./registry/entry.js";

/** Every codec of the package. */
export const registry: readonly RegistryEntry[] = [
  ...headerEntries,
  ...messageEntries,
  ...fileEntries,
  ...groupEntries,
  ...btreeV2Entries,
  ...chunkArrayEntries,
  ...heapEntries,
  ...fractalHeapEntries,
  ...freeSpaceEntries,
  ...datatypeEntries,
  ...sharedMessageEntries,
  ...valueEntries,
  ...selectionEntries,
  ...referenceEntries,
  ...virtualMappingEntries,
];
