import { decodeText, encodeText } from "@hdfive/format";

/** Characters that single bytes beyond ASCII become where text is not UTF-8, and the bytes they came from. */
const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(
  Array.from({ length: 128 }, (_, i): [string, number] => [decodeText(Uint8Array.of(128 + i)), 128 + i]),
);

/**
 * Gives texts their stored bytes back.
 *
 * Reading turns UTF-8 into text, and bytes that are not UTF-8 as well, one character a byte. Which of the two a text
 * came from cannot be told from it; a digest therefore is tried with one and, where that can matter, with the other.
 */
export class StoredText {
  readonly #bytewise: boolean;
  #ambiguous = false;

  /** @param bytewise whether texts that can come from single bytes are taken to */
  constructor(bytewise: boolean) {
    this.#bytewise = bytewise;
  }

  /** Whether a text was met that may have been stored the other way. */
  get ambiguous(): boolean {
    return this.#ambiguous;
  }

  /** The bytes a text was read from. */
  bytes(text: string): Uint8Array {
    const utf8 = encodeText(text);
    if (utf8.length === text.length) {
      return utf8;
    }
    const characters = [...text];
    const single = characters.map((character) => BYTE_OF_CHARACTER.get(character) ?? character.charCodeAt(0));
    if (single.some((byte, i) => byte > 0xff || (byte >= 0x80 && !BYTE_OF_CHARACTER.has(characters[i] as string)))) {
      return utf8;
    }
    this.#ambiguous = true;
    return this.#bytewise ? Uint8Array.from(single) : utf8;
  }
}
