import type { DatasetHeader, OpenFile, VirtualPassage } from "@hdfive/core/plugin";
import { FormatError, HdfiveError } from "@hdfive/format";

/** Virtual datasets made of virtual datasets, at most. */
const MAX_DEPTH = 16;
/** Mappings that one read follows, in all the virtual datasets that it comes to. */
const MAX_FOLLOWED = 2 ** 20;

/**
 * The way into a virtual dataset from those that led there.
 *
 * @throws HdfiveError `CORRUPT` for one that is made of itself, `LIMIT` for one made of too many others
 */
export function enter(
  { state }: OpenFile,
  { address }: DatasetHeader,
  before: VirtualPassage | undefined,
): VirtualPassage {
  const { chain = [], budget = { left: MAX_FOLLOWED } } = before ?? {};
  if (chain.some((one) => one.state === state && one.address === address)) {
    throw new FormatError("virtual dataset", "it is made of itself", { address });
  }
  if (chain.length >= MAX_DEPTH) {
    throw new HdfiveError("LIMIT", `A virtual dataset is made of virtual datasets more than ${MAX_DEPTH} deep`, {
      address,
    });
  }
  return { chain: [...chain, { state, address }], budget };
}

/** Counts a mapping that is followed. */
export function follow({ budget }: VirtualPassage): void {
  budget.left--;
  if (budget.left < 0) {
    throw new HdfiveError("LIMIT", `One read follows more than ${MAX_FOLLOWED} mappings: read a part of it`);
  }
}
