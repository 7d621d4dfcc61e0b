import type { Codec } from "../codec.js";

/** Where an object keeps its attributes. File Format Specification, section IV.A.2.v. */
export interface AttributeInfo {
  readonly trackCreationOrder: boolean;
  readonly indexCreationOrder: boolean;
  /** One more than the largest creation order given out; stored when creation order is tracked. */
  readonly maxCreationIndex: number | null;
  /** Fractal heap of dense attributes; `null` when attributes are header messages. */
  readonly heapAddress: number | null;
  /** B-tree of dense attributes by name. */
  readonly nameIndexAddress: number | null;
  /** B-tree of dense attributes by creation order; stored when creation order is indexed. */
  readonly creationIndexAddress: number | null;
}

const FLAG_TRACK = 0x01;
const FLAG_INDEX = 0x02;

/** The attribute info message. File Format Specification, section IV.A.2.v. */
export const attributeInfoMessage: Codec<AttributeInfo> = {
  name: "attribute-info",
  section: "IV.A.2.v",
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
      maxCreationIndex: trackCreationOrder ? reader.u16() : null,
      heapAddress: reader.offset(context),
      nameIndexAddress: reader.offset(context),
      creationIndexAddress: indexCreationOrder ? reader.offset(context) : null,
    };
  },
  encode(value, writer, context) {
    writer.u8(0);
    writer.u8((value.trackCreationOrder ? FLAG_TRACK : 0) | (value.indexCreationOrder ? FLAG_INDEX : 0));
    if (value.trackCreationOrder) {
      writer.u16(value.maxCreationIndex ?? 0);
    }
    writer.offset(value.heapAddress, context);
    writer.offset(value.nameIndexAddress, context);
    if (value.indexCreationOrder) {
      writer.offset(value.creationIndexAddress, context);
    }
  },
  sizeOf(value, { offsetSize }) {
    return 2 + (value.trackCreationOrder ? 2 : 0) + (value.indexCreationOrder ? 3 : 2) * offsetSize;
  },
};
