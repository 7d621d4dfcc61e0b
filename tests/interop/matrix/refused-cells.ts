/** Why libhdf5 refuses cells: what its message contains, and what is behind it. */
export const WHY_REFUSED: readonly (readonly [message: string, why: string])[] = [
  ["not suitable for filters", "no checksums and no shuffling of single elements of variable length, when mandatory"],
  ["invalid datatype size", "szip takes numbers of up to 8 bytes"],
  ["datatype class not supported by scaleoffset", "scale-offset takes integers and floats"],
  ["cannot find matched memory data", "scale-offset takes the widths that the machine has"],
  ["doesn't support VL datatype when fill value is not defined", "variable length needs a fill value"],
  ["pixels per block greater than total number", "a block of szip does not fit in the chunk"],
  ["invalid datatype endianness order", "szip takes datatypes that have one byte order"],
  ["bad global heap collection signature", "overwriting bytes that were never written, as data of variable length"],
  ["data error detected by Fletcher32", "libhdf5 reads a chunk whose mask it forgot to store, to shrink it"],
  ["szip_filter: decompression failed", "libhdf5 does not always read back its own szip of numbers of 3 bytes"],
  ["object header message is too large", "attributes of 64 KiB need the newer storage"],
  ["datatype not supported by nbit", "nbit finds variable length inside of arrays"],
  ["address of object past end of allocation", "an object reference that libhdf5 converts and finds wanting"],
  ["filter returned failure during read", "libhdf5 reads a chunk whose mask it forgot to store, to shrink it"],
];

/** Cells that libhdf5 refused. */
export interface RefusedCells {
  /** How many there are of each known reason. */
  readonly counts: Readonly<Record<string, number>>;
  /** Those refused for a reason that nobody has looked at. */
  readonly unknown: readonly string[];
}

/** Sorts what was refused by reason. */
export function refusedBy(refused: Readonly<Record<string, string>>): RefusedCells {
  const counts: Record<string, number> = {};
  const unknown: string[] = [];
  for (const [cell, message] of Object.entries(refused)) {
    const known = WHY_REFUSED.find(([part]) => message.includes(part));
    if (known === undefined) {
      unknown.push(`${cell}: ${message}`);
    } else {
      counts[known[0]] = (counts[known[0]] ?? 0) + 1;
    }
  }
  return { counts, unknown };
}

/** Differences that are known: what is said of them, and whose they are. */
export const KNOWN_DIFFERENCES: readonly (readonly [said: RegExp, why: string])[] = [
  [
    /szip filter: the chunk is said to have/,
    "libhdf5 stores such a chunk as it is, forgets to say so, and reads noise",
  ],
  [
    /masks .*deflate filter: the checksum/,
    "libhdf5 forgets the new mask of a chunk that takes as many bytes as before",
  ],
];

/** Differences that nobody has looked at. */
export function unknownDifferences(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => !KNOWN_DIFFERENCES.some(([said]) => said.test(line)));
}
