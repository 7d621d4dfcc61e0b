import {
  directBlock,
  directBlockPrefixSize,
  FormatError,
  type FractalHeap,
  type FractalHeapId,
  type FreeSection,
  fractalHeap,
  fractalHeapId,
  HdfiveError,
  Reader,
  singleSection,
  UnsupportedError,
  Writer,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { type DirectPlace, directPlaceAt, readDirect } from "./fractal-heap-blocks.js";
import { allocateSection } from "./fractal-heap-growth.js";
import { emptyBlock } from "./fractal-heap-shrink.js";
import { addSection, freeSpaceOf, type HeapEdit, positionOf, putSpace, takeOut } from "./fractal-heap-space.js";
import { insertHuge, removeHuge, replaceHuge } from "./huge-objects-edit.js";

/** What the objects of a heap are: libhdf5 makes the heaps of links and of attributes each in its own way. */
export type HeapContent = "links" | "attributes";

const PARAMETERS = {
  links: { idLength: 7, startingBlockSize: 512, maxHeapBits: 32 },
  attributes: { idLength: 8, startingBlockSize: 1024, maxHeapBits: 40 },
} as const;

/** The longest data that fits an ID in short form. Section III.G, "Fractal Heap ID for Tiny Objects". */
const SHORT_TINY = 16;

/** Makes a heap without objects and answers the address of its header. File Format Specification, section III.G. */
export function createHeap(tx: Tx, content: HeapContent): number {
  const header: FractalHeap = {
    ...PARAMETERS[content],
    hugeIdsWrapped: false,
    checksumDirectBlocks: true,
    maxManagedSize: 4096,
    nextHugeId: 0,
    hugeIndexAddress: null,
    managedFreeSpace: 0,
    freeSpaceAddress: null,
    managedSpace: 0,
    allocatedSpace: 0,
    iteratorOffset: 0,
    managedCount: 0,
    hugeSize: 0,
    hugeCount: 0,
    tinySize: 0,
    tinyCount: 0,
    tableWidth: 4,
    maxDirectBlockSize: 65_536,
    startRootRows: 1,
    rootAddress: null,
    rootRows: 0,
    filters: null,
  };
  const address = tx.alloc(fractalHeap.sizeOf(header, tx.context));
  tx.put(fractalHeap, address, header);
  return address;
}

/** Puts an object into a heap and answers its ID. File Format Specification, section III.G. */
export function insertHeapObject(tx: Tx, address: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const edit = editHeap(tx, address);
  const id = insert(edit, bytes);
  saveHeap(edit);
  return encodeId(edit, id);
}

/** Takes an object out of a heap; what it took is free for others. File Format Specification, section III.G. */
export function removeHeapObject(tx: Tx, address: number, id: Uint8Array): void {
  const edit = editHeap(tx, address);
  remove(edit, decodeId(edit, id));
  saveHeap(edit);
}

/** Puts other bytes in the place of an object and answers its ID, which is the same where the length is. Section III.G. */
export function replaceHeapObject(tx: Tx, address: number, id: Uint8Array, bytes: Uint8Array): Uint8Array {
  const edit = editHeap(tx, address);
  const before = decodeId(edit, id);
  if (before.type === "managed" && before.length === bytes.length) {
    overwrite(edit, before.offset, bytes);
    return id;
  }
  if (before.type === "huge" && replaceHuge(edit, before, bytes)) {
    return id;
  }
  remove(edit, before);
  const after = insert(edit, bytes);
  saveHeap(edit);
  return encodeId(edit, after);
}

/** Opens a heap to change it; filters are refused before anything changes. */
function editHeap(tx: Tx, address: number): HeapEdit {
  const header = tx.node(fractalHeap, address);
  if (header.filters !== null) {
    throw new UnsupportedError("filtered fractal heap", "links and attributes stored through filters are read only", {
      address,
    });
  }
  tx.requireWritable();
  return { tx, address, header, ...freeSpaceOf(tx, header) };
}

function saveHeap(edit: HeapEdit): void {
  putSpace(edit);
  edit.tx.put(fractalHeap, edit.address, edit.header);
}

function insert(edit: HeapEdit, bytes: Uint8Array): FractalHeapId {
  const { length } = bytes;
  const { maxManagedSize, idLength } = edit.header;
  if (length === 0) {
    throw new HdfiveError("INVALID_ARGUMENT", "fractal heap: an object without bytes cannot be stored");
  }
  if (length > maxManagedSize) {
    return insertHuge(edit, bytes);
  }
  const tiny = idLength - 1 > SHORT_TINY + 1 ? idLength - 2 : Math.min(idLength - 1, SHORT_TINY);
  if (length <= tiny) {
    const { tinyCount, tinySize } = edit.header;
    edit.header = { ...edit.header, tinyCount: tinyCount + 1, tinySize: tinySize + length };
    return { type: "tiny", data: bytes };
  }
  return insertManaged(edit, bytes);
}

function insertManaged(edit: HeapEdit, bytes: Uint8Array): FractalHeapId {
  const { length } = bytes;
  const { offset, size } = allocateSection(edit, length);
  if (size > length) {
    addSection(edit, singleSection(offset + length, size - length));
  }
  const place = directPlaceAt(edit.tx, edit, offset);
  const block = readDirect(edit.tx, edit, place);
  const at = offset - place.start - directBlockPrefixSize(edit.header, edit.tx.context);
  if (at < 0 || at + length > block.data.length) {
    throw new FormatError("free-space-sections", `free space at offset ${offset} of the heap does not lie in a block`, {
      address: edit.address,
    });
  }
  // Free space belongs to nobody: writing there changes no object, so a block need not be copied for each of them. What an
  // operation that fails has written there is never read.
  block.data.set(bytes, at);
  edit.tx.put(directBlock(edit.header, place.size), place.address, { ...block });
  const { managedCount, managedFreeSpace } = edit.header;
  edit.header = {
    ...edit.header,
    managedCount: managedCount + 1,
    managedFreeSpace: Math.max(0, managedFreeSpace - length),
  };
  return { type: "managed", offset, length };
}

function remove(edit: HeapEdit, id: FractalHeapId): void {
  switch (id.type) {
    case "managed":
      removeManaged(edit, id.offset, id.length);
      break;
    case "tiny": {
      const { tinyCount, tinySize } = edit.header;
      const rest = { tinyCount: Math.max(0, tinyCount - 1), tinySize: Math.max(0, tinySize - id.data.length) };
      edit.header = { ...edit.header, ...rest };
      break;
    }
    default:
      removeHuge(edit, id);
  }
}

function removeManaged(edit: HeapEdit, offset: number, length: number): void {
  const { start, end, place } = objectPlace(edit, offset, length);
  const { data, ...block } = readDirect(edit.tx, edit, place);
  // The object is still there for an operation that fails after this: what comes into its place goes into a copy.
  edit.tx.put(directBlock(edit.header, place.size), place.address, { ...block, data: data.slice() });
  const { managedCount, managedFreeSpace } = edit.header;
  edit.header = {
    ...edit.header,
    managedCount: Math.max(0, managedCount - 1),
    managedFreeSpace: managedFreeSpace + length,
  };
  const free = mergeInto(edit, singleSection(offset, length), start, end);
  if (free.offset === start && free.offset + free.size === end) {
    emptyBlock(edit, place);
  } else {
    addSection(edit, free);
  }
}

/** Takes the free sections to both sides of a new one out, when they are in the same block, and answers all in one. */
function mergeInto(edit: HeapEdit, section: FreeSection, start: number, end: number): FreeSection {
  let { offset, size } = section;
  const at = positionOf(edit.sections, offset);
  const [before, after] = [edit.sections[at - 1], edit.sections[at]];
  const isFree = (after?.offset ?? end) < offset + size || sectionEnd(before) > offset;
  if (isFree) {
    throw new FormatError("free-space-sections", `an object at offset ${offset} of the heap stands in free space`, {
      address: edit.address,
    });
  }
  if (after !== undefined && after.blocks === null && after.offset === offset + size && after.offset < end) {
    takeOut(edit, after);
    size += after.size;
  }
  if (before !== undefined && sectionEnd(before) === offset && before.offset >= start) {
    takeOut(edit, before);
    offset = before.offset;
    size += before.size;
  }
  return singleSection(offset, size);
}

/** Where a section within a block ends; 0 for blocks that are not allocated. */
function sectionEnd(section: FreeSection | undefined): number {
  return section === undefined || section.blocks !== null ? 0 : section.offset + section.size;
}

function overwrite(edit: HeapEdit, offset: number, bytes: Uint8Array): void {
  const { start, place } = objectPlace(edit, offset, bytes.length);
  const block = readDirect(edit.tx, edit, place);
  const data = block.data.slice();
  data.set(bytes, offset - start);
  edit.tx.put(directBlock(edit.header, place.size), place.address, { ...block, data });
}

/** The block of an object, and the offsets in the heap at which its objects begin and end. */
function objectPlace(
  edit: HeapEdit,
  offset: number,
  length: number,
): { readonly place: DirectPlace; readonly start: number; readonly end: number } {
  const place = directPlaceAt(edit.tx, edit, offset);
  const start = place.start + directBlockPrefixSize(edit.header, edit.tx.context);
  const end = place.start + place.size;
  if (length === 0 || offset < start || offset + length > end) {
    throw new FormatError(
      "fractal-heap-direct-block",
      `object of ${length} bytes at offset ${offset} of the heap does not lie in it`,
      { address: place.address },
    );
  }
  return { place, start, end };
}

function encodeId(edit: HeapEdit, id: FractalHeapId): Uint8Array<ArrayBuffer> {
  const codec = fractalHeapId(edit.header);
  const writer = new Writer(edit.header.idLength, codec.name);
  codec.encode(id, writer, edit.tx.context);
  return writer.finish();
}

function decodeId({ header, address, tx }: HeapEdit, id: Uint8Array): FractalHeapId {
  const codec = fractalHeapId(header);
  if (id.length !== header.idLength) {
    throw new FormatError(fractalHeap.name, `IDs have ${header.idLength} bytes, and one of ${id.length} is used`, {
      address,
    });
  }
  return codec.decode(new Reader(id, codec.name), tx.context);
}
