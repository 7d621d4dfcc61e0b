import { MESSAGE_IDS } from "@hdfive/format";
import { Specimen } from "./specimen.js";

/** A number in so many bytes, little-endian. */
export type Field = readonly [width: number, value: number | bigint];

/** Fields, text and bytes, one after the other. */
export function join(...parts: readonly (Field | string | Uint8Array)[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") {
        return Buffer.from(part, "latin1");
      }
      if (part instanceof Uint8Array) {
        return Buffer.from(part);
      }
      const [width, value] = part;
      const bits = BigInt.asUintN(8 * width, BigInt(value));
      return Buffer.from(Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn)));
    }),
  );
}

/** A message of an object header as bytes, whatever they say. */
export interface RawMessage {
  readonly type: number;
  readonly flags?: number;
  readonly data: Uint8Array;
}

/** A datatype message: class, version, class bits, size, and what follows them. Section IV.A.2.d. */
export function datatypeBytes(
  id: number,
  version: number,
  bits: number,
  size: number,
  ...rest: Uint8Array[]
): Uint8Array {
  return join([1, (version << 4) | id], [3, bits], [4, size], ...rest);
}

/** A 4-byte integer. */
export const INT32: Uint8Array = datatypeBytes(0, 1, 8, 4, join([2, 0], [2, 32]));

/** A version 1 dataspace message with these dimensions. Section IV.A.2.b. */
export function dataspaceBytes(...dimensions: readonly (number | bigint)[]): Uint8Array {
  return join([1, 1], [1, dimensions.length], [6, 0], ...dimensions.map((extent): Field => [8, extent]));
}

/** Contiguous data, version 3. Section IV.A.2.i. */
export function contiguousBytes(address: number | bigint, size: number | bigint): Uint8Array {
  return join([1, 3], [1, 1], [8, address], [8, size]);
}

/** Compact data, version 3. Section IV.A.2.i. */
export function compactBytes(data: Uint8Array): Uint8Array {
  return join([1, 3], [1, 0], [2, data.length], data);
}

/** Chunked data, version 3; the last dimension is the size of an element. Section IV.A.2.i. */
export function chunkedBytes(address: number | bigint, ...dimensions: readonly number[]): Uint8Array {
  return join([1, 3], [1, 2], [1, dimensions.length], [8, address], ...dimensions.map((extent): Field => [4, extent]));
}

/** A fill value message, version 2, with a value of the user. Section IV.A.2.f. */
export function fillBytes(value: Uint8Array, size: number = value.length): Uint8Array {
  return join([1, 2], [1, 2], [1, 0], [1, 1], [4, size], value);
}

/** The undefined address. */
export const UNDEFINED = -1;

/** What makes a dataset: a message for each part, the parts of a small dataset of integers where none is given. */
export function datasetMessages({
  datatype = INT32,
  dataspace = dataspaceBytes(2),
  layout = compactBytes(new Uint8Array(8)),
  more = [],
}: {
  readonly datatype?: Uint8Array;
  readonly dataspace?: Uint8Array;
  readonly layout?: Uint8Array;
  readonly more?: readonly RawMessage[];
}): RawMessage[] {
  return [
    { type: MESSAGE_IDS.dataspace, data: dataspace },
    { type: MESSAGE_IDS.datatype, data: datatype },
    { type: MESSAGE_IDS.layout, data: layout },
    ...more,
  ];
}

/** A version 1 object header with these messages. Section IV.A.1.a. */
export function headerBytes(messages: readonly RawMessage[]): Uint8Array {
  const stored = messages.map(({ type, flags = 0, data }) => {
    const padded = new Uint8Array(Math.ceil(data.length / 8) * 8);
    padded.set(data);
    return join([2, type], [2, padded.length], [1, flags], [3, 0], padded);
  });
  const body = join(...stored);
  return join([1, 1], [1, 0], [2, messages.length], [4, 1], [4, body.length], [4, 0], body);
}

/**
 * A file with the dataset "whole" and the object "x", whose header has the given messages, at the address that `messages`
 * is told. `tail` are bytes after it.
 */
export function planted(
  messages: readonly RawMessage[] | ((address: number) => readonly RawMessage[]),
  tail: (address: number) => Uint8Array = () => new Uint8Array(0),
): Specimen {
  const host = Specimen.made((file) => {
    file.createDatasetSync("whole", { data: Int32Array.of(1, 2, 3) });
    file.createDatasetSync("x", { data: Int32Array.of(0) });
  });
  const address = Math.ceil(host.image.length / 8) * 8;
  const header = headerBytes(typeof messages === "function" ? messages(address) : messages);
  const after = tail(address + header.length);
  const image = new Uint8Array(address + header.length + after.length);
  image.set(host.image);
  image.set(header, address);
  image.set(after, address + header.length);
  const view = new DataView(image.buffer);
  view.setBigUint64(host.start("superblock") + 40, BigInt(image.length), true);
  // The second entry of the symbol table node, 40 bytes after the first, 8 after the node's start: its object header.
  view.setBigUint64(host.start("symbol-node") + 8 + 40 + 8, BigInt(address), true);
  return new Specimen(image);
}
