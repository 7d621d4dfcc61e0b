import type { Codec } from "../codec.js";

/** Where an object keeps what does not fit its header: links, attributes. File Format Specification, sections IV.A.2.c and IV.A.2.v. */
export interface DenseStorageInfo {
  readonly trackCreationOrder: boolean;
  readonly indexCreationOrder: boolean;
  /** One more than the largest creation order given out; stored when creation order is tracked. */
  readonly maxCreationIndex: number | null;
  /** Fractal heap of the dense storage; `null` when everything is in header messages. */
  readonly heapAddress: number | null;
  /** B-tree by name. */
  readonly nameIndexAddress: number | null;
  /** B-tree by creation order; stored when creation order is indexed. */
  readonly creationIndexAddress: number | null;
}

const FLAG_TRACK = 0x01;
const FLAG_INDEX = 0x02;

/**
 * The messages that say where dense storage is, which differ in one width. Sections IV.A.2.c and IV.A.2.v.
 *
 * @param indexSize bytes of the largest creation order
 */
export function denseStorageInfo(name: string, section: string, indexSize: 2 | 8): Codec<DenseStorageInfo> {
  return {
    name,
    section,
    decode(reader, context) {
      const version = reader.u8();
      if (version !== 0) {
        throw reader.corrupt(`version ${version} is not known`);
      }
      const flags = reader.u8();
      if (flags & ~(FLAG_TRACK | FLAG_INDEX)) {
        throw reader.corrupt(`flags 0x${flags.toString(16)} have bits that no version defines`);
      }
      const trackCreationOrder = (flags & FLAG_TRACK) !== 0;
      const indexCreationOrder = (flags & FLAG_INDEX) !== 0;
      return {
        trackCreationOrder,
        indexCreationOrder,
        maxCreationIndex: trackCreationOrder ? reader.uint(indexSize) : null,
        heapAddress: reader.offset(context),
        nameIndexAddress: reader.offset(context),
        creationIndexAddress: indexCreationOrder ? reader.offset(context) : null,
      };
    },
    encode(value, writer, context) {
      writer.u8(0);
      writer.u8((value.trackCreationOrder ? FLAG_TRACK : 0) | (value.indexCreationOrder ? FLAG_INDEX : 0));
      if (value.trackCreationOrder) {
        writer.uint(value.maxCreationIndex ?? 0, indexSize);
      }
      writer.offset(value.heapAddress, context);
      writer.offset(value.nameIndexAddress, context);
      if (value.indexCreationOrder) {
        writer.offset(value.creationIndexAddress, context);
      }
    },
    sizeOf(value, { offsetSize }) {
      return 2 + (value.trackCreationOrder ? indexSize : 0) + (value.indexCreationOrder ? 3 : 2) * offsetSize;
    },
  };
}
