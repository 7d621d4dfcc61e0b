import { encodeText } from "@hdfive/format";

/** The bytes that a name can have in the file: UTF-8, or ISO-8859-1 as old writers stored it and as it is then listed. */
export function nameSpellings(name: string): Uint8Array[] {
  const utf8 = encodeText(name);
  const isLatin1 = utf8.length > name.length && !/[^\0-\xff]/.test(name);
  return isLatin1 ? [utf8, Uint8Array.from(name, (character) => character.codePointAt(0) as number)] : [utf8];
}
