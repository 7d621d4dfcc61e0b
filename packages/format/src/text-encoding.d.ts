/*
 * The two text codecs that Node and every browser have as globals and that no ECMAScript library of TypeScript declares.
 * Only what this package calls is declared, so that neither DOM nor Node types are needed; where those are present, theirs win.
 */

interface Utf8Decoder {
  decode(bytes: Uint8Array): string;
}

interface Utf8Encoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

declare var TextDecoder: {
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): Utf8Decoder;
};

declare var TextEncoder: {
  new (): Utf8Encoder;
};
