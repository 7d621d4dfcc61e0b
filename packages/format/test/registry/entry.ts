import type fc from "fast-check";
import type { Codec } from "../../src/codec.js";
import type { FormatContext } from "../../src/context.js";

/** A codec and the values it is tested with: to register it is to put it under every law. */
export interface RegistryEntry<T = unknown> {
  readonly name: string;
  readonly codec: Codec<T>;
  /** The default context unless given. */
  readonly context?: FormatContext;
  readonly samples?: readonly T[];
  readonly arbitrary?: fc.Arbitrary<T>;
  /** Every byte is covered by a checksum, so that every flipped bit has to be refused. */
  readonly checksummed?: boolean;
}

/** Checks the values of an entry against its codec before the registry forgets their type. */
export function entry<T>(value: RegistryEntry<T>): RegistryEntry {
  return value;
}
