import {
  type FileSpaceInfoV1,
  type FreeSection,
  type FreeSpaceHeader,
  fileSpaceInfoMessage,
  freeSectionsSize,
  freeSpaceHeader,
  freeSpaceSections,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
} from "@hdfive/format";
import { replaceMessage } from "../object-header/header-edit.js";
import { encodeMessage, findMessage, loadHeader, type MessageRef } from "../object-header/object-header.js";
import type { Allocator } from "../transaction/allocator.js";
import type { FileState } from "../transaction/file-state.js";
import type { FreeList, Stretch } from "../transaction/free-extents.js";
import type { Extent, Tx } from "../transaction/tx.js";

/** Places of managers in the message, as libhdf5 uses them for a file of one member. Section IV.A.2.x. */
const MANAGER_OF = { metadata: 0, raw: 2, large: 6 } as const;
const GLOBAL_HEAP_MANAGER = 3;
const SECTION_TYPES = { simple: 0, small: 1, large: 2 } as const;
/** What libhdf5 states for every file: the largest address of its drivers. */
const LARGEST_SECTION = 2n ** 63n - 1n;

/** How often space for the lists is sought, at first where it is found and then a step further each time. */
const PLACINGS = 64;
const PLACINGS_AT_ONCE = 8;
const PLACING_STEP = 3;

/** What the lists of a file say. */
export interface ListedSpace {
  readonly lists: readonly FreeList[];
  /** Space of the lists themselves. */
  readonly managers: readonly Extent[];
  /** The end of the file when nothing but lists stands there. */
  readonly behindEnd: Stretch | null;
}

/** The settings of a file that keeps lists of its free space; `null` for any other. */
export function keptSpace({ fileSpace }: FileState): FileSpaceInfoV1 | null {
  return fileSpace?.version === 1 && fileSpace.persist ? fileSpace : null;
}

/**
 * Keeps true what the superblock extension says of a file that keeps lists of its free space, whose end is about to be
 * written: that it has no lists, and where all that is in use ends. File Format Specification, section IV.A.2.x.
 *
 * Lists that stand in the file would offer space that is in use by now, so the file goes without while it is open: they are
 * written again when it is closed. A stale end is worse: libhdf5 cuts off all that lies behind it.
 *
 * @returns what the lists had as free and the space of the lists, which is nobody's once this is written
 */
export function dropManagers(tx: Tx, settings: FileSpaceInfoV1): ListedSpace {
  const info = findSpaceInfo(tx);
  if (info === null) {
    return { lists: [], managers: [], behindEnd: null };
  }
  const free = listedSpace(tx, settings);
  const data = encodeMessage(tx, fileSpaceInfoMessage, withoutManagers(settings, tx.state.allocator.endOfFile));
  replaceMessage(tx, info.address, info.message, data);
  return free;
}

/**
 * Writes lists of all that is free in a file that keeps them and is about to be closed. File Format Specification, section
 * III.H.
 *
 * @returns what the superblock extension says from now on, or `null` when nothing is free
 */
export function writeManagers(tx: Tx, settings: FileSpaceInfoV1): FileSpaceInfoV1 | null {
  const info = findSpaceInfo(tx);
  const { offsetSize, lengthSize } = tx.context;
  // The largest section that libhdf5 states for a file needs a length of 8 bytes.
  if (info === null || offsetSize !== 8 || lengthSize !== 8) {
    return null;
  }
  // Nothing below waits for the storage: what is free stays as it is but for the space of the lists.
  const placed = placeLists(tx, settings);
  if (placed.length === 0) {
    return null;
  }
  const managers: (number | null)[] = settings.managers.map(() => null);
  for (const { index, address, sectionsAddress, sectionsAllocated, sections } of placed) {
    const header = headerOf(sections, sectionsAddress, sectionsAllocated, tx);
    tx.put(freeSpaceHeader, address, header);
    tx.put(freeSpaceSections(header), sectionsAddress, { headerAddress: address, sections });
    managers[index] = address;
  }
  const next = { ...settings, managers, endBeforeManagers: tx.state.allocator.endOfFile };
  replaceMessage(tx, info.address, info.message, encodeMessage(tx, fileSpaceInfoMessage, next));
  return next;
}

function findSpaceInfo(tx: Tx): { readonly address: number; readonly message: MessageRef } | null {
  const address = tx.state.superblock.extensionAddress;
  const header = address === null ? null : loadHeader(tx, address);
  const message = header === null ? undefined : findMessage(header, MESSAGE_IDS.fileSpaceInfo);
  const isStale = message === undefined || (message.flags & MESSAGE_FLAGS.wasUnknown) !== 0;
  return address === null || isStale ? null : { address, message };
}

/** The sections of each list, by the place of its manager in the message. Section IV.A.2.x. */
function sectionsByManager(tx: Tx, { threshold, strategy }: FileSpaceInfoV1): Map<number, readonly FreeSection[]> {
  const found = new Map<number, readonly FreeSection[]>();
  for (const { kind, stretches } of tx.state.allocator.freeLists()) {
    const type = strategy !== "page" ? SECTION_TYPES.simple : SECTION_TYPES[kind === "large" ? "large" : "small"];
    const sections = stretches
      .filter(({ start, end }) => end - start >= threshold)
      .map(({ start, end }) => ({ offset: start, size: end - start, type, blocks: null }));
    if (sections.length > 0) {
      found.set(MANAGER_OF[kind], sections);
    }
  }
  return found;
}

interface PlacedList {
  readonly index: number;
  readonly address: number;
  readonly sectionsAddress: number;
  readonly sectionsAllocated: number;
  readonly sections: readonly FreeSection[];
}

/**
 * Takes space for the lists, out of what they list: so what each has to say is known only when all have their space. It is
 * taken again, as much as was missing, until each list fills what it was given; libhdf5 1.10 bears no byte more. Where that
 * goes round in circles, space is taken elsewhere.
 *
 * @returns none when nothing is free, or no space for the lists was found, which leaves what is free unused
 */
function placeLists(tx: Tx, settings: FileSpaceInfoV1): readonly PlacedList[] {
  let sizes: ReadonlyMap<number, number> = listSizes(tx, sectionsByManager(tx, settings));
  for (let attempt = 0; attempt < PLACINGS; attempt++) {
    const skipped = attempt < PLACINGS_AT_ONCE ? null : tx.alloc(PLACING_STEP * (attempt - PLACINGS_AT_ONCE + 1));
    const places = [...sizes].map(([index, size]) => ({
      index,
      address: tx.alloc(freeSpaceHeader.prefixSize(tx.context)),
      sectionsAddress: tx.alloc(size),
      sectionsAllocated: size,
    }));
    if (skipped !== null) {
      tx.undoAlloc(skipped);
    }
    const lists = sectionsByManager(tx, settings);
    const needed = listSizes(tx, lists);
    if (needed.size === sizes.size && [...needed].every(([index, size]) => sizes.get(index) === size)) {
      return places.map((place) => ({ ...place, sections: lists.get(place.index) ?? [] }));
    }
    for (const { address, sectionsAddress } of places.toReversed()) {
      tx.undoAlloc(sectionsAddress);
      tx.undoAlloc(address);
    }
    sizes = needed;
  }
  return [];
}

function listSizes(tx: Tx, lists: ReadonlyMap<number, readonly FreeSection[]>): ReadonlyMap<number, number> {
  return new Map([...lists].map(([index, sections]) => [index, headerOf(sections, null, 0, tx).sectionsSize]));
}

/** The header of a list as libhdf5 writes it. File Format Specification, section III.H. */
function headerOf(
  sections: readonly FreeSection[],
  sectionsAddress: number | null,
  sectionsAllocated: number,
  { context }: Tx,
): FreeSpaceHeader {
  const header: FreeSpaceHeader = {
    client: "file",
    totalSpace: sections.reduce((sum, { size }) => sum + size, 0),
    sectionCount: sections.length,
    serializedCount: sections.length,
    ghostCount: 0,
    classCount: 3,
    shrinkPercent: 80,
    expandPercent: 120,
    addressBits: 63,
    maxSectionSize: LARGEST_SECTION,
    sectionsAddress,
    sectionsSize: 0,
    sectionsAllocated,
  };
  return { ...header, sectionsSize: freeSectionsSize(header, sections, context) };
}

/** What the lists of a file have as free, and the space of the lists themselves. File Format Specification, section III.H. */
export function listedSpace(tx: Tx, { managers, endBeforeManagers }: FileSpaceInfoV1): ListedSpace {
  const lists: FreeList[] = [];
  const own: Extent[] = [];
  for (const [index, address] of managers.entries()) {
    if (address !== null) {
      const { stretches, extents } = listed(tx, address);
      lists.push({ kind: kindOf(index), stretches });
      own.push(...extents);
    }
  }
  // libhdf5 1.10 puts lists behind the end of all that is in use, and cuts them off again.
  const end = tx.superblock.endOfFile - tx.context.baseAddress;
  const isBehind = ({ address }: Extent): boolean => endBeforeManagers !== null && address >= endBeforeManagers;
  const behindEnd = endBeforeManagers !== null && own.some(isBehind) ? { start: endBeforeManagers, end } : null;
  return { lists, managers: own.filter((extent) => !isBehind(extent)), behindEnd };
}

/** Puts what the lists of a file had as free, now that they are gone, where space is taken from. */
export function adoptListed({ lists, managers, behindEnd }: ListedSpace, allocator: Allocator): void {
  for (const list of lists) {
    allocator.adopt(list);
  }
  for (const { address, length } of managers) {
    allocator.give(address, length);
  }
  if (behindEnd !== null) {
    allocator.adopt({ kind: "large", stretches: [behindEnd] });
  }
}

function kindOf(index: number): FreeList["kind"] {
  if (index >= MANAGER_OF.large) {
    return "large";
  }
  return index === MANAGER_OF.raw || index === GLOBAL_HEAP_MANAGER ? "raw" : "metadata";
}

/** The same settings for a file without lists that ends at an address. */
export function withoutManagers(settings: FileSpaceInfoV1, endOfFile: number): FileSpaceInfoV1 {
  return { ...settings, endBeforeManagers: endOfFile, managers: settings.managers.map(() => null) };
}

function listed(tx: Tx, address: number): { stretches: readonly Stretch[]; extents: readonly Extent[] } {
  const header = tx.node(freeSpaceHeader, address);
  const extents: Extent[] = [{ address, length: freeSpaceHeader.sizeOf(header, tx.context) }];
  const { sectionsAddress, sectionsAllocated } = header;
  if (sectionsAddress === null) {
    return { stretches: [], extents };
  }
  extents.push({ address: sectionsAddress, length: sectionsAllocated });
  const { sections } = tx.node(freeSpaceSections(header), sectionsAddress);
  return { stretches: sections.map(({ offset, size }) => ({ start: offset, end: offset + size })), extents };
}
