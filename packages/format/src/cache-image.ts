import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";
import { UnsupportedError } from "./errors.js";
import type { Reader } from "./reader.js";

/** One structure of a metadata cache image. The specification does not describe it: this is as libhdf5 writes it. */
export interface CacheImageEntry {
  /** Number of the kind of structure in the cache of libhdf5. */
  readonly type: number;
  /** Bit 0 changed, bit 1 in the list of what was used last, bits 2 and 3 parent and child of a flush dependency. */
  readonly flags: number;
  /** Which ring of the order of flushing it belongs to. */
  readonly ring: number;
  readonly age: number;
  readonly dependencyChildren: number;
  readonly changedDependencyChildren: number;
  /** Place in the list of what was used last; -1 when it is not in it. */
  readonly rank: number;
  /** Where the structure belongs. */
  readonly address: number;
  /** Addresses of the structures that it must be flushed before. */
  readonly dependencyParents: readonly number[];
  readonly bytes: Uint8Array;
}

/** The metadata of a file as libhdf5 had it in memory: it counts before what stands at the addresses. */
export interface CacheImage {
  readonly entries: readonly CacheImageEntry[];
}

const SIGNATURE = "MDCI";
const HAS_RESIZE_STATUS = 0x01;
const HEADER_FIXED = 10;
const ENTRY_FIXED = 14;
const NO_RANK = 0xffff_ffff;

/** The metadata cache image, as libhdf5 writes it when asked to (`H5Pset_mdc_image_config`). */
export const cacheImage: Codec<CacheImage> = {
  name: "cache-image",
  section: "II.C",
  decode(reader, context) {
    const start = reader.position;
    reader.signature(SIGNATURE);
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    if ((reader.u8() & HAS_RESIZE_STATUS) !== 0) {
      throw new UnsupportedError("cache-image", "the state of adaptive resizing, which no version of libhdf5 writes");
    }
    const byteLength = reader.lengthField(context);
    if (byteLength !== reader.length - start) {
      throw reader.corrupt(`it says that it has ${byteLength} bytes, and ${reader.length - start} were given to it`);
    }
    const count = reader.u32();
    reader.need(count * (ENTRY_FIXED + context.offsetSize + context.lengthSize));
    const entries: CacheImageEntry[] = [];
    for (let i = 0; i < count; i++) {
      entries.push(decodeEntry(reader, context));
    }
    readChecksum(reader, start);
    return { entries };
  },
  encode(value, writer, context) {
    const start = writer.position;
    writer.signature(SIGNATURE);
    writer.u8(0);
    writer.u8(0);
    writer.lengthField(sizeOf(value, context), context);
    writer.u32(value.entries.length);
    for (const entry of value.entries) {
      writer.u8(entry.type);
      writer.u8(entry.flags);
      writer.u8(entry.ring);
      writer.u8(entry.age);
      writer.u16(entry.dependencyChildren);
      writer.u16(entry.changedDependencyChildren);
      writer.u16(entry.dependencyParents.length);
      writer.u32(entry.rank < 0 ? NO_RANK : entry.rank);
      writer.offset(entry.address, context);
      writer.lengthField(entry.bytes.length, context);
      for (const parent of entry.dependencyParents) {
        writer.offset(parent, context);
      }
      writer.bytes(entry.bytes);
    }
    writeChecksum(writer, start);
  },
  sizeOf,
};

function sizeOf({ entries }: CacheImage, { offsetSize, lengthSize }: FormatContext): number {
  return entries.reduce(
    (sum, { dependencyParents, bytes }) =>
      sum + ENTRY_FIXED + offsetSize * (1 + dependencyParents.length) + lengthSize + bytes.length,
    HEADER_FIXED + lengthSize + CHECKSUM_SIZE,
  );
}

function decodeEntry(reader: Reader, context: FormatContext): CacheImageEntry {
  const type = reader.u8();
  const flags = reader.u8();
  const ring = reader.u8();
  const age = reader.u8();
  const dependencyChildren = reader.u16();
  const changedDependencyChildren = reader.u16();
  const parentCount = reader.u16();
  const rank = reader.i32();
  if (rank < -1) {
    throw reader.corrupt(`rank ${rank} in the list of what was used last`);
  }
  const address = reader.definedOffset(context, "address of an entry");
  const byteLength = reader.lengthField(context);
  reader.need(parentCount * context.offsetSize);
  const dependencyParents = Array.from({ length: parentCount }, () => reader.definedOffset(context, "parent"));
  const bytes = reader.bytes(byteLength);
  return {
    type,
    flags,
    ring,
    age,
    dependencyChildren,
    changedDependencyChildren,
    rank,
    address,
    dependencyParents,
    bytes,
  };
}
