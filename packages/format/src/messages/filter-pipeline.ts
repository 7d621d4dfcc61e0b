import type { Codec } from "../codec.js";
import type { Reader } from "../reader.js";
import { encodeText, type Writer } from "../writer.js";

/** One filter of a pipeline. File Format Specification, section IV.A.2.l. */
export interface FilterDescription {
  /** Number under which the filter is registered: 1 deflate, 2 shuffle, 3 fletcher32, ... */
  readonly id: number;
  /** Name for people; empty where none is stored, as for filters below 256 in version 2. */
  readonly name: string;
  /** Bit 0: the filter is optional, and a chunk that it fails on is stored without it. */
  readonly flags: number;
  /** Parameters of the filter, unsigned 32-bit numbers. */
  readonly clientData: readonly number[];
}

/** The filters that chunks go through, in the order of writing. File Format Specification, section IV.A.2.l. */
export interface FilterPipeline {
  readonly version: 1 | 2;
  readonly filters: readonly FilterDescription[];
}

/** Bit of a filter's flags: a chunk that the filter fails on is stored without it. File Format Specification, section IV.A.2.l. */
export const FILTER_OPTIONAL = 0x01;

const MAX_FILTERS = 32;
/** Version 2 stores no name for filters of the library itself. */
const FIRST_NAMED_ID = 256;

/** The filter pipeline message. File Format Specification, section IV.A.2.l. */
export const filterPipelineMessage: Codec<FilterPipeline> = {
  name: "filter-pipeline",
  section: "IV.A.2.l",
  decode(reader) {
    const version = reader.u8();
    if (version !== 1 && version !== 2) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const count = reader.u8();
    if (count === 0 || count > MAX_FILTERS) {
      throw reader.corrupt(`${count} filters where 1 to ${MAX_FILTERS} can stand`);
    }
    if (version === 1) {
      reader.skip(6);
    }
    const filters = Array.from({ length: count }, () => readFilter(reader, version));
    return { version, filters };
  },
  encode({ version, filters }, writer) {
    if (filters.length === 0 || filters.length > MAX_FILTERS) {
      throw writer.invalid(`${filters.length} filters where 1 to ${MAX_FILTERS} can stand`);
    }
    writer.u8(version);
    writer.u8(filters.length);
    if (version === 1) {
      writer.zeros(6);
    }
    for (const filter of filters) {
      writeFilter(filter, version, writer);
    }
  },
  sizeOf({ version, filters }) {
    return filters.reduce((size, filter) => size + filterSize(filter, version), version === 1 ? 8 : 2);
  },
};

function hasName(id: number, version: 1 | 2): boolean {
  return version === 1 || id >= FIRST_NAMED_ID;
}

function readFilter(reader: Reader, version: 1 | 2): FilterDescription {
  const id = reader.u16();
  const nameSize = hasName(id, version) ? reader.u16() : 0;
  const flags = reader.u16();
  const valueCount = reader.u16();
  if (version === 1 && nameSize % 8 !== 0) {
    throw reader.corrupt(`name of filter ${id} has ${nameSize} bytes, not a multiple of 8`);
  }
  const name = nameSize === 0 ? "" : reader.inner(nameSize, "filter name").terminatedText();
  reader.need(valueCount * 4);
  const clientData = Array.from({ length: valueCount }, () => reader.u32());
  if (version === 1 && valueCount % 2 === 1) {
    reader.skip(4);
  }
  return { id, name, flags, clientData };
}

/** Bytes of the name with its NUL, which version 1 pads to a multiple of 8. */
function nameSizeOf({ id, name }: FilterDescription, version: 1 | 2): number {
  if (name === "" || !hasName(id, version)) {
    return 0;
  }
  const size = encodeText(name).length + 1;
  return version === 1 ? Math.ceil(size / 8) * 8 : size;
}

function writeFilter(filter: FilterDescription, version: 1 | 2, writer: Writer): void {
  const { id, name, flags, clientData } = filter;
  const nameSize = nameSizeOf(filter, version);
  writer.u16(id);
  if (hasName(id, version)) {
    writer.u16(nameSize);
  }
  writer.u16(flags);
  writer.u16(clientData.length);
  if (nameSize > 0) {
    const text = encodeText(name);
    writer.bytes(text);
    writer.zeros(nameSize - text.length);
  }
  for (const value of clientData) {
    writer.u32(value);
  }
  if (version === 1 && clientData.length % 2 === 1) {
    writer.zeros(4);
  }
}

function filterSize(filter: FilterDescription, version: 1 | 2): number {
  const values = filter.clientData.length;
  const padded = version === 1 ? values + (values % 2) : values;
  return 6 + (hasName(filter.id, version) ? 2 : 0) + nameSizeOf(filter, version) + padded * 4;
}
