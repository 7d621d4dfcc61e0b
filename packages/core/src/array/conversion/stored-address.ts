import { type AddressSpace, addressFromStored, FormatError } from "@hdfive/format";

/** How a file stores addresses in its data. */
export interface AddressFields {
  /** Bytes of an address in this file ("size of offsets"). */
  readonly offsetSize: number;
  /** The parts of the address space, where addresses are not counted as they are stored. */
  readonly addressSpace?: AddressSpace | undefined;
}

/** The address at a place of raw data, which may be past 2^53 for a file whose address space is not in parts. */
export function readAddress(bytes: Uint8Array, at: number, { offsetSize, addressSpace }: AddressFields): number {
  if (addressSpace === undefined) {
    return readUint(bytes, at, offsetSize);
  }
  let stored = 0n;
  for (let i = offsetSize - 1; i >= 0; i--) {
    stored = (stored << 8n) | BigInt(bytes[at + i] as number);
  }
  const address = addressFromStored(addressSpace, stored);
  if (address === null) {
    throw new FormatError("address in data", `${stored} is in no member of the file`);
  }
  return address;
}

/** A little-endian unsigned number of up to 8 bytes. */
export function readUint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) {
    value = value * 256 + (bytes[at + i] as number);
  }
  return value;
}
