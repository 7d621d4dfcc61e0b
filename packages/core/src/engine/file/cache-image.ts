import { type CacheImageInfo, cacheImage, FormatError, Reader } from "@hdfive/format";
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
  const { baseAddress } = tx.context;
  return entries.map((entry) => {
    const offset = baseAddress + entry.address;
    // The end of the file bounds what may be read of it: an entry must not move it.
    if (offset + entry.bytes.length > tx.state.storage.size) {
      throw new FormatError(cacheImage.name, `an entry of ${entry.bytes.length} bytes lies past the end of the file`, {
        address: entry.address,
      });
    }
    return { offset, bytes: entry.bytes };
  });
}
