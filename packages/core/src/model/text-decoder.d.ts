/*
 * The codec of texts that Node and every browser have as a global and that no ECMAScript library of TypeScript declares, as
 * in `@hdfive/format`, whose sources are not there when this package is built alone.
 */

interface Utf8Decoder {
  decode(bytes: Uint8Array): string;
}

declare var TextDecoder: {
  new (label?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean }): Utf8Decoder;
};
