import type { Storage } from "@hdfive/core";

/** The first bytes of every superblock. File Format Specification, section II.A. */
const SIGNATURE: readonly number[] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const FIRST_DOUBLING = 512;

/** Whether a storage holds an HDF5 file: the signature at 0, 512, 1024, 2048, … File Format Specification, section II.A. */
export async function hasSignature(storage: Storage): Promise<boolean> {
  const into = new Uint8Array(SIGNATURE.length);
  for (let at = 0; at + into.length <= storage.size; at = at === 0 ? FIRST_DOUBLING : 2 * at) {
    const length = await storage.read(at, into);
    if (length === into.length && SIGNATURE.every((byte, i) => byte === into[i])) {
      return true;
    }
  }
  return false;
}
