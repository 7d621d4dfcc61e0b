import { datatypeEntries } from "./registry/datatypes.js";
import type { RegistryEntry } from "./registry/entry.js";
import { groupEntries } from "./registry/groups.js";
import { headerEntries } from "./registry/headers.js";
import { heapEntries } from "./registry/heaps.js";
import { messageEntries } from "./registry/messages.js";
import { valueEntries } from "./registry/values.js";

export type { RegistryEntry } from "./registry/entry.js";

/** Every codec of the package. */
export const registry: readonly RegistryEntry[] = [
  ...headerEntries,
  ...messageEntries,
  ...groupEntries,
  ...heapEntries,
  ...datatypeEntries,
  ...valueEntries,
];
