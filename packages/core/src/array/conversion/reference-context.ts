import { DEFAULT_CONTEXT, type FormatContext, FormatError } from "@hdfive/format";
import type { AddressFields } from "./stored-address.js";

const CONTEXTS: ReadonlyMap<number, FormatContext> = new Map(
  ([2, 4, 8] as const).map((offsetSize) => [offsetSize, { ...DEFAULT_CONTEXT, offsetSize }]),
);

/** What codecs of references need to know of a file: how it stores addresses. */
export function referenceContext({ offsetSize, addressSpace }: AddressFields): FormatContext {
  const context = CONTEXTS.get(offsetSize);
  if (context === undefined) {
    throw new FormatError("reference", `a file with addresses of ${offsetSize} bytes`);
  }
  return addressSpace === undefined ? context : { ...context, addressSpace };
}
