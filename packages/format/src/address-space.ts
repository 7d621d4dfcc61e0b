/**
 * One part of the address space of a file of several members. File Format Specification, section II.B.
 *
 * The multi driver spreads its members over 64-bit addresses, far past what a number counts exactly. Here the parts get
 * addresses close together, and those in the file are translated where they are read and written.
 */
export interface AddressPart {
  /** First address of the part, as stored. */
  readonly stored: bigint;
  /** Its first address here. */
  readonly address: number;
  /** Bytes in the part. */
  readonly byteLength: number;
}

/** The parts of an address space, in the order of their addresses. File Format Specification, section II.B. */
export type AddressSpace = readonly AddressPart[];

/** An address past 2^53 while it is not known which part it is in. */
export const FAR_ADDRESS: number = Number.MAX_SAFE_INTEGER;

/** The address space while its parts are not known: what a number cannot count exactly is `FAR_ADDRESS`. */
export const UNKNOWN_SPACE: AddressSpace = [];

/** The address here of one in the file, `null` when no part has it. File Format Specification, section II.B. */
export function addressFromStored(space: AddressSpace, stored: bigint): number | null {
  if (space.length === 0) {
    return stored > BigInt(Number.MAX_SAFE_INTEGER) ? FAR_ADDRESS : Number(stored);
  }
  for (const { stored: first, address, byteLength } of space) {
    if (stored >= first && stored - first <= BigInt(byteLength)) {
      return address + Number(stored - first);
    }
  }
  return null;
}

/** The address in the file of one here. File Format Specification, section II.B. */
export function storedAddress(space: AddressSpace, address: number): bigint {
  let at = BigInt(address);
  for (const { stored, address: first } of space) {
    if (address >= first) {
      at = stored + BigInt(address - first);
    }
  }
  return at;
}
