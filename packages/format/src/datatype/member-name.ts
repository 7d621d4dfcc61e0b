import type { DatatypeVersion } from "../datatype.js";
import type { Reader } from "../reader.js";
import { encodeText, type Writer } from "../writer.js";

/** Reads the name of a compound's or enumeration's member (IV.A.2.d): padded to 8 bytes before version 3. */
export function decodeMemberName(version: DatatypeVersion, reader: Reader): string {
  const start = reader.position;
  const name = reader.terminatedText();
  if (version < 3) {
    reader.align(8, start);
  }
  return name;
}

/** Bytes of a member's name as stored, its NUL and padding included (IV.A.2.d). */
export function memberNameSize(version: DatatypeVersion, name: string): number {
  const size = encodeText(name).length + 1;
  return version < 3 ? Math.ceil(size / 8) * 8 : size;
}

/** Writes the name of a compound's or enumeration's member (IV.A.2.d). */
export function encodeMemberName(version: DatatypeVersion, name: string, writer: Writer): void {
  if (name.includes("\0")) {
    throw writer.invalid(`member name ${JSON.stringify(name)} holds a NUL`);
  }
  const start = writer.position;
  writer.bytes(encodeText(name));
  writer.zeros(1);
  if (version < 3) {
    writer.align(8, start);
  }
}
