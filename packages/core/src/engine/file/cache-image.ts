import { type CacheImageInfo, cacheImage, Reader } from "@hdfive/format";
import type { Patch } from "../../storage/overlay-storage.js";
import type { Tx } from "../transaction/tx.js";

/**
 * The structures that stand in a metadata cache image: they count before what is at their addresses, where older
 * metadata may stand, or none.
 */
export function readCacheImage(tx: Tx, { address, byteLength }: CacheImageInfo): Patch[] {
  if (address === null || byteLength === 0) {
    return [];
  }
  const bytes = tx.bytes(address, byteLength, cacheImage.name).slice();
  const { entries } = cacheImage.decode(new Reader(bytes, cacheImage.name, address), tx.context);
  return entries.map((entry) => ({ offset: tx.context.baseAddress + entry.address, bytes: entry.bytes }));
}
