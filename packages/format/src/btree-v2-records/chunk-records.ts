import { type BtreeV2Records, fixedSizeRecords } from "../btree-v2-record.js";
import { FormatError } from "../errors.js";
import { MAX_RANK } from "../messages/dataspace.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** A chunk without filters in a version 2 B-tree. File Format Specification, section III.A.2, type 10. */
export interface PlacedChunk {
  readonly address: number;
  /** Place of the chunk in the grid of chunks, one entry per dimension of the dataset. */
  readonly scaled: readonly number[];
}

/** A chunk stored through filters in a version 2 B-tree. File Format Specification, section III.A.2, type 11. */
export interface PlacedFilteredChunk extends PlacedChunk {
  /** Bytes of the chunk as stored, after the filters. */
  readonly storedSize: number;
  /** Bit `i` set: filter `i` of the pipeline was not applied to this chunk. */
  readonly filterMask: number;
}

/** Records of chunks without filters, by place; of a dataset with `rank` dimensions. File Format Specification, section III.A.2, type 10. */
export function chunkRecords(rank: number): BtreeV2Records<PlacedChunk> {
  checkRank(rank);
  return fixedSizeRecords({
    name: "chunk-record",
    type: 10,
    keepsNoBytes: true,
    recordSize: ({ offsetSize }) => offsetSize + 8 * rank,
    decode(reader, context) {
      return { address: reader.definedOffset(context, "address of a chunk"), scaled: readPlace(reader, rank) };
    },
    encode({ address, scaled }, writer, context) {
      writer.offset(address, context);
      writePlace(writer, scaled, rank);
    },
  });
}

/**
 * Records of chunks stored through filters, by place. File Format Specification, section III.A.2, type 11.
 *
 * @param sizeWidth bytes of the field for a chunk's stored size, which the layout message leads to
 */
export function filteredChunkRecords(rank: number, sizeWidth: number): BtreeV2Records<PlacedFilteredChunk> {
  checkRank(rank);
  return fixedSizeRecords({
    name: "filtered-chunk-record",
    type: 11,
    keepsNoBytes: true,
    recordSize: ({ offsetSize }) => offsetSize + sizeWidth + 4 + 8 * rank,
    decode(reader, context) {
      return {
        address: reader.definedOffset(context, "address of a chunk"),
        storedSize: reader.uint(sizeWidth),
        filterMask: reader.u32(),
        scaled: readPlace(reader, rank),
      };
    },
    encode({ address, storedSize, filterMask, scaled }, writer, context) {
      writer.offset(address, context);
      writer.uint(storedSize, sizeWidth);
      writer.u32(filterMask);
      writePlace(writer, scaled, rank);
    },
  });
}

function checkRank(rank: number): void {
  if (!Number.isInteger(rank) || rank < 1 || rank > MAX_RANK) {
    throw new FormatError("chunk-record", `rank ${rank} where 1 to ${MAX_RANK} can stand`);
  }
}

function readPlace(reader: Reader, rank: number): number[] {
  const scaled: number[] = [];
  for (let i = 0; i < rank; i++) {
    scaled.push(reader.u64());
  }
  return scaled;
}

function writePlace(writer: Writer, scaled: readonly number[], rank: number): void {
  if (scaled.length !== rank) {
    throw writer.invalid(`place of ${scaled.length} dimensions where ${rank} are needed`);
  }
  for (const at of scaled) {
    writer.u64(at);
  }
}
