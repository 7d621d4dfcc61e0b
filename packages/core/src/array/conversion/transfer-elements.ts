import {
  type Datatype,
  FormatError,
  Reader,
  type ReferenceElement,
  type ReferenceType,
  referenceBody,
  referenceElement,
  storedRegion,
  type VariableLengthType,
  Writer,
} from "@hdfive/format";
import { memberType } from "../dtype/datatypes-equal.js";
import { elementCount } from "../shape.js";
import { readHeapId, writeHeapId, writeUint } from "./heap-id.js";
import type { HeapReader, HeapWriter } from "./memory-type.js";
import { referenceContext } from "./reference-context.js";
import { regionHeapId } from "./region-memory.js";
import { referenceElementAt } from "./revised-reference-memory.js";
import { readAddress } from "./stored-address.js";

/** What elements need on their way from one file to another. */
export interface Transfer {
  /** Where their variable-length data is. */
  readonly source: HeapReader;
  /** Where it goes. */
  readonly target: HeapWriter;
  /** The address of an object in the target, of which the source has another; 0 to make references to it lead nowhere. */
  readonly mapAddress: (address: number) => number;
}

/** True when elements hold addresses, of objects or of variable-length data: they mean nothing in another file. */
export function holdsAddresses(datatype: Datatype): boolean {
  return holds(datatype, () => true);
}

/** True when elements hold references, at any depth. */
export function holdsReferences(datatype: Datatype): boolean {
  return holds(datatype, ({ class: of }) => of === "reference");
}

function holds(datatype: Datatype, counts: (datatype: VariableLengthType | ReferenceType) => boolean): boolean {
  switch (datatype.class) {
    case "variable-length":
      return counts(datatype) || holds(datatype.base, counts);
    case "reference":
      return counts(datatype);
    case "array":
      return holds(datatype.base, counts);
    case "compound":
      return datatype.members.some((member) => holds(member.datatype, counts));
    default:
      return false;
  }
}

/**
 * Copies elements from one file to another: what they hold in the global heap goes along, references lead to the objects
 * that stand for theirs, everything else stays byte by byte. The datatypes differ in the size of addresses at most.
 */
export function transferElements(
  from: Datatype,
  to: Datatype,
  bytes: Uint8Array,
  count: number,
  transfer: Transfer,
): Uint8Array<ArrayBuffer> {
  const into = new Uint8Array(count * to.size);
  for (let i = 0; i < count; i++) {
    copyElement(from, to, bytes, i * from.size, into, i * to.size, transfer);
  }
  return into;
}

function copyElement(
  from: Datatype,
  to: Datatype,
  bytes: Uint8Array,
  at: number,
  into: Uint8Array<ArrayBuffer>,
  target: number,
  transfer: Transfer,
): void {
  if (from.class === "array" && to.class === "array") {
    const count = elementCount(from.dimensions);
    for (let i = 0; i < count; i++) {
      copyElement(from.base, to.base, bytes, at + i * from.base.size, into, target + i * to.base.size, transfer);
    }
  } else if (from.class === "compound" && to.class === "compound") {
    if (from.size === to.size) {
      // Bytes between the members are nobody's, and stay.
      into.set(bytes.subarray(at, at + from.size), target);
    }
    for (const [i, member] of from.members.entries()) {
      const other = to.members[i];
      if (other !== undefined) {
        const [source, place] = [at + member.byteOffset, target + other.byteOffset];
        copyElement(memberType(member), memberType(other), bytes, source, into, place, transfer);
      }
    }
  } else if (from.class === "variable-length" && to.class === "variable-length") {
    copySequence(from, to, bytes, at, into, target, transfer);
  } else if (from.class === "reference" && to.class === "reference") {
    copyReference(from, to, bytes, at, into, target, transfer);
  } else {
    into.set(bytes.subarray(at, at + from.size), target);
  }
}

function copySequence(
  from: VariableLengthType,
  to: VariableLengthType,
  bytes: Uint8Array,
  at: number,
  into: Uint8Array,
  place: number,
  { source, target, mapAddress }: Transfer,
): void {
  const { count, collectionAddress, index } = readHeapId(bytes, at, source, from);
  if (count === 0) {
    into.fill(0, place, place + to.size);
    return;
  }
  const object = source.get(collectionAddress, index);
  const { size } = from.base;
  if (count * size > object.length) {
    throw new FormatError(
      "variable-length data",
      `${count} elements of ${size} bytes in a heap object of ${object.length}`,
      { address: collectionAddress },
    );
  }
  const content = holdsAddresses(from.base)
    ? transferElements(from.base, to.base, object, count, { source, target, mapAddress })
    : object.slice(0, count * size);
  writeHeapId({ count, ...target.put(content) }, into, place, target.offsetSize);
}

function copyReference(
  from: ReferenceType,
  to: ReferenceType,
  bytes: Uint8Array,
  at: number,
  into: Uint8Array,
  place: number,
  transfer: Transfer,
): void {
  into.fill(0, place, place + to.size);
  if (from.kind === "object") {
    const isUndefined = bytes.subarray(at, at + from.size).every((byte) => byte === 0xff);
    const address = isUndefined ? 0 : readAddress(bytes, at, { ...transfer.source, offsetSize: from.size });
    writeUint(into, place, to.size, mapped(address, transfer));
  } else if (from.kind === "region") {
    copyRegion(from, bytes, at, into, place, transfer);
  } else {
    const element = mappedElement(referenceElementAt(from, bytes, at, transfer.source), transfer);
    const context = referenceContext(transfer.target);
    const writer = new Writer(referenceElement.sizeOf(element, context), referenceElement.name);
    referenceElement.encode(element, writer, context);
    into.set(writer.finish(), place);
  }
}

function mapped(address: number, { mapAddress }: Transfer): number {
  return address === 0 || !Number.isSafeInteger(address) ? 0 : mapAddress(address);
}

function copyRegion(
  from: ReferenceType,
  bytes: Uint8Array,
  at: number,
  into: Uint8Array,
  place: number,
  transfer: Transfer,
): void {
  const { source, target } = transfer;
  const id = regionHeapId(from, bytes, at, source);
  if (id === null) {
    return;
  }
  const reader = new Reader(source.get(id.collectionAddress, id.index), storedRegion.name);
  const { address, stored } = storedRegion.decode(reader, referenceContext(source));
  const region = { address: mapped(address ?? 0, transfer), stored };
  if (region.address === 0) {
    return;
  }
  const context = referenceContext(target);
  const writer = new Writer(storedRegion.sizeOf(region, context), storedRegion.name);
  storedRegion.encode(region, writer, context);
  const { collectionAddress, index } = target.put(writer.finish());
  writeUint(into, place, target.offsetSize, collectionAddress);
  writeUint(into, place + target.offsetSize, 4, index);
}

function mappedElement(element: ReferenceElement, transfer: Transfer): ReferenceElement {
  const { source, target } = transfer;
  if (element.storage === "null") {
    return element;
  }
  if (element.storage === "inline") {
    const address = mapped(element.address, transfer);
    return address === 0 ? { storage: "null" } : { ...element, address };
  }
  const codec = referenceBody(element.head);
  const object = source.get(element.id.collectionAddress, element.id.index);
  if (element.byteLength > object.length) {
    throw new FormatError(codec.name, `${element.byteLength} bytes in a heap object of ${object.length}`, {
      address: element.id.collectionAddress,
    });
  }
  const body = codec.decode(new Reader(object.subarray(0, element.byteLength), codec.name), referenceContext(source));
  // What leads to another file leads there from wherever it is.
  const { isExternal } = element.head;
  const address = isExternal ? body.token.address : mapped(body.token.address, transfer);
  if (address === 0) {
    return { storage: "null" };
  }
  const token = isExternal ? body.token : { address, size: target.offsetSize };
  const context = referenceContext(target);
  const writer = new Writer(codec.sizeOf({ ...body, token }, context), codec.name);
  codec.encode({ ...body, token }, writer, context);
  const moved = writer.finish();
  return { ...element, byteLength: moved.length, id: target.put(moved) };
}
