import type { Dataset, Group } from "@hdfive/core";
import { createVirtual, createVirtualSync, type NewVirtualDataset } from "@hdfive/core/plugin";
import type { VirtualLayout } from "./virtual-layout.js";

/** How a virtual dataset is made, besides its layout. */
export interface VirtualDatasetOptions {
  /** What elements hold that have no source, or one that is missing; zeros by default. */
  readonly fillValue?: unknown;
}

const LAST_COMPONENT = /[^\\/]*$/;

/**
 * Makes a virtual dataset at a path, and the groups on the way. Sources in the same file are stored as such, and those in
 * its folder by their names alone, so that files which are moved together still find each other.
 *
 * @throws HdfiveError `ALREADY_EXISTS`, `INVALID_ARGUMENT` for a layout without mappings, `READ_ONLY`
 */
export function createVirtualDataset(
  group: Group,
  path: string,
  layout: VirtualLayout,
  options: VirtualDatasetOptions = {},
): Promise<Dataset> {
  return createVirtual(group, path, made(group, layout, options));
}

/** As `createVirtualDataset`, without waiting. */
export function createVirtualDatasetSync(
  group: Group,
  path: string,
  layout: VirtualLayout,
  options: VirtualDatasetOptions = {},
): Dataset {
  return createVirtualSync(group, path, made(group, layout, options));
}

function made(group: Group, layout: VirtualLayout, { fillValue }: VirtualDatasetOptions): NewVirtualDataset {
  const { shape, maxShape, dtype } = layout;
  const mappings = layout.mappings.map((mapping) => ({ ...mapping, file: storedName(mapping.file, group.filename) }));
  return { shape, maxShape, dtype, fillValue, mappings };
}

function storedName(name: string, own: string): string {
  if (name === own) {
    return ".";
  }
  const folder = (path: string): string => path.replace(LAST_COMPONENT, "");
  return folder(name) !== "" && folder(name) === folder(own) ? (LAST_COMPONENT.exec(name)?.[0] ?? name) : name;
}
