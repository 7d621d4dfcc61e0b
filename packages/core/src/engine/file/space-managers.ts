import {
  type FileSpaceInfoV1,
  fileSpaceInfoMessage,
  freeSpaceHeader,
  freeSpaceSections,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
} from "@hdfive/format";
import { replaceMessage } from "../object-header/header-edit.js";
import { encodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import type { FileState } from "../transaction/file-state.js";
import type { Extent, Tx } from "../transaction/tx.js";

/** The settings of a file that keeps lists of its free space; `null` for any other. */
export function keptSpace({ fileSpace }: FileState): FileSpaceInfoV1 | null {
  return fileSpace?.version === 1 && fileSpace.persist ? fileSpace : null;
}

/**
 * Keeps true what the superblock extension says of a file that keeps lists of its free space, whose end is about to be
 * written: that it has no lists, and where all that is in use ends. File Format Specification, section IV.A.2.x.
 *
 * Lists that libhdf5 left would offer space that is in use by now, so the file goes without, as one does that has just been
 * made. A stale end is worse: libhdf5 cuts off all that lies behind it.
 *
 * @returns what the lists had as free and the space of the lists, which is nobody's once this is written
 */
export function dropManagers(tx: Tx, settings: FileSpaceInfoV1): readonly Extent[] {
  const { extensionAddress } = tx.state.superblock;
  const header = extensionAddress === null ? null : loadHeader(tx, extensionAddress);
  const message = header === null ? undefined : findMessage(header, MESSAGE_IDS.fileSpaceInfo);
  if (extensionAddress === null || message === undefined || (message.flags & MESSAGE_FLAGS.wasUnknown) !== 0) {
    return [];
  }
  const free = listedSpace(tx, settings);
  const data = encodeMessage(tx, fileSpaceInfoMessage, withoutManagers(settings, tx.state.allocator.endOfFile));
  replaceMessage(tx, extensionAddress, message, data);
  return free;
}

/** What the lists of a file have as free, and the space of the lists themselves. File Format Specification, section III.H. */
export function listedSpace(tx: Tx, { managers }: FileSpaceInfoV1): readonly Extent[] {
  return managers.flatMap((address) => (address === null ? [] : listed(tx, address)));
}

/** The same settings for a file without lists that ends at an address. */
export function withoutManagers(settings: FileSpaceInfoV1, endOfFile: number): FileSpaceInfoV1 {
  return { ...settings, endBeforeManagers: endOfFile, managers: settings.managers.map(() => null) };
}

function listed(tx: Tx, address: number): Extent[] {
  const header = tx.node(freeSpaceHeader, address);
  const extents: Extent[] = [{ address, length: freeSpaceHeader.sizeOf(header, tx.context) }];
  const { sectionsAddress, sectionsAllocated } = header;
  if (sectionsAddress !== null) {
    extents.push({ address: sectionsAddress, length: sectionsAllocated });
    for (const { offset, size } of tx.node(freeSpaceSections(header), sectionsAddress).sections) {
      extents.push({ address: offset, length: size });
    }
  }
  return extents;
}
