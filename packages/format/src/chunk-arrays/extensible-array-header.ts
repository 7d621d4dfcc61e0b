import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "../checksum.js";
import type { NodeCodec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import { ARRAY_PREFIX_SIZE, readArrayPrefix, writeArrayPrefix } from "./array-block.js";

/** The header of an extensible array of chunks. File Format Specification, section VII.D. */
export interface ExtensibleArrayHeader {
  /** 1 for filtered chunks. */
  readonly clientId: 0 | 1;
  /** Bytes of an element. */
  readonly elementSize: number;
  /** Bits that the number of elements takes at most. */
  readonly maxBits: number;
  /** Elements that stand in the index block. */
  readonly indexBlockElements: number;
  /** Elements of the smallest data blocks. */
  readonly dataBlockMinElements: number;
  /** Data blocks that the smallest super block points to. */
  readonly superBlockMinPointers: number;
  /** A page of a data block has 2 to this power elements. */
  readonly pageBits: number;
  readonly superBlockCount: number;
  /** Bytes of all super blocks. */
  readonly superBlockBytes: number;
  readonly dataBlockCount: number;
  /** Bytes of all data blocks. */
  readonly dataBlockBytes: number;
  /** One more than the largest index that was set. */
  readonly endIndex: number;
  /** Elements there is space for. */
  readonly realizedCount: number;
  /** Address of the index block; `null` while there is none. */
  readonly indexBlockAddress: number | null;
}

const SIGNATURE = "EAHD";
const MAX_BITS = 64;
const MAX_PAGE_BITS = 31;

function headerSize({ offsetSize, lengthSize }: FormatContext): number {
  return ARRAY_PREFIX_SIZE + 6 + 6 * lengthSize + offsetSize + CHECKSUM_SIZE;
}

/** The header of an extensible array of chunks. File Format Specification, section VII.D. */
export const extensibleArrayHeader: NodeCodec<ExtensibleArrayHeader> = {
  name: "extensible-array-header",
  section: "VII.D",
  keepsNoBytes: true,
  prefixSize: headerSize,
  totalSize: (_prefix, context) => headerSize(context),
  sizeOf: (_header, context) => headerSize(context),
  decode(reader, context) {
    const start = reader.position;
    const header: ExtensibleArrayHeader = {
      clientId: readArrayPrefix(reader, SIGNATURE),
      elementSize: reader.u8(),
      maxBits: reader.u8(),
      indexBlockElements: reader.u8(),
      dataBlockMinElements: reader.u8(),
      superBlockMinPointers: reader.u8(),
      pageBits: reader.u8(),
      superBlockCount: reader.lengthField(context),
      superBlockBytes: reader.lengthField(context),
      dataBlockCount: reader.lengthField(context),
      dataBlockBytes: reader.lengthField(context),
      endIndex: reader.lengthField(context),
      realizedCount: reader.lengthField(context),
      indexBlockAddress: reader.offset(context),
    };
    readChecksum(reader, start);
    checkParameters(reader, header);
    return header;
  },
  encode(header, writer, context) {
    const start = writer.position;
    writeArrayPrefix(writer, SIGNATURE, header.clientId);
    writer.u8(header.elementSize);
    writer.u8(header.maxBits);
    writer.u8(header.indexBlockElements);
    writer.u8(header.dataBlockMinElements);
    writer.u8(header.superBlockMinPointers);
    writer.u8(header.pageBits);
    writer.lengthField(header.superBlockCount, context);
    writer.lengthField(header.superBlockBytes, context);
    writer.lengthField(header.dataBlockCount, context);
    writer.lengthField(header.dataBlockBytes, context);
    writer.lengthField(header.endIndex, context);
    writer.lengthField(header.realizedCount, context);
    writer.offset(header.indexBlockAddress, context);
    writeChecksum(writer, start);
  },
};

/** What libhdf5 asks of the numbers an array is made with; all that follows is worked out from them. */
function checkParameters(reader: Reader, header: ExtensibleArrayHeader): void {
  const { maxBits, pageBits, dataBlockMinElements, superBlockMinPointers } = header;
  if (maxBits === 0 || maxBits > MAX_BITS) {
    throw reader.corrupt(`up to 2^${maxBits} elements where 2^1 to 2^${MAX_BITS} can stand`);
  }
  if (pageBits === 0 || pageBits > MAX_PAGE_BITS) {
    throw reader.corrupt(`pages of 2^${pageBits} elements where 2^1 to 2^${MAX_PAGE_BITS} can stand`);
  }
  if (!isPowerOfTwo(dataBlockMinElements) || Math.log2(dataBlockMinElements) > maxBits) {
    throw reader.corrupt(`${dataBlockMinElements} elements in the smallest data blocks, which is no power of two`);
  }
  if (superBlockMinPointers < 2 || !isPowerOfTwo(superBlockMinPointers)) {
    throw reader.corrupt(`${superBlockMinPointers} data blocks in the smallest super block, which is no power of two`);
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
