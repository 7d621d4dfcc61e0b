import type { Codec } from "../codec.js";
import type { FormatContext } from "../context.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";

/** How a file hands out its space. File Format Specification, section IV.A.2.x. */
export type FileSpaceStrategy = "fsm-aggr" | "page" | "aggr" | "none";

/** The settings of version 1. File Format Specification, section IV.A.2.x. */
export interface FileSpaceInfoV1 {
  readonly version: 1;
  readonly strategy: FileSpaceStrategy;
  /** Whether the file keeps lists of its free space. */
  readonly persist: boolean;
  /** Smallest piece of free space that is tracked. */
  readonly threshold: number;
  /** Bytes of a page, for the page strategy. */
  readonly pageSize: number;
  /** Bytes at the end of a page of metadata that are not worth tracking. */
  readonly pageEndThreshold: number;
  /** End of the allocated file before the lists of free space were; `null` for none. */
  readonly endBeforeManagers: number | null;
  /** Addresses of the free-space managers, 12 of them, stored when the lists are kept. */
  readonly managers: readonly (number | null)[];
}

/** The settings of version 0, which HDF5 1.10.0 wrote and later versions map to version 1. */
export interface FileSpaceInfoV0 {
  readonly version: 0;
  /** 1 all kept, 2 all, 3 aggregation and the driver, 4 the driver alone. */
  readonly strategy: 1 | 2 | 3 | 4;
  readonly threshold: number;
  /** Addresses of the 6 free-space managers, stored when the lists are kept (strategy 1). */
  readonly managers: readonly (number | null)[];
}

/** Either version of the file space info message. File Format Specification, section IV.A.2.x. */
export type FileSpaceInfo = FileSpaceInfoV0 | FileSpaceInfoV1;

const STRATEGIES: readonly FileSpaceStrategy[] = ["fsm-aggr", "page", "aggr", "none"];
const MANAGERS_V0 = 6;
const MANAGERS_V1 = 12;
const KEPT_V0 = 1;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 2 ** 30;

/** The file space info message. File Format Specification, section IV.A.2.x. */
export const fileSpaceInfoMessage: Codec<FileSpaceInfo> = {
  name: "file-space-info",
  section: "IV.A.2.x",
  decode(reader, context) {
    const version = reader.u8();
    switch (version) {
      case 0:
        return decodeV0(reader, context);
      case 1:
        return decodeV1(reader, context);
      default:
        throw reader.corrupt(`version ${version} is not known`);
    }
  },
  encode(value, writer, context) {
    const wanted = managerCount(value);
    if (value.managers.length !== wanted) {
      throw writer.invalid(`${value.managers.length} free-space managers where ${wanted} belong`);
    }
    writer.u8(value.version);
    if (value.version === 0) {
      writer.u8(value.strategy);
      writer.lengthField(value.threshold, context);
    } else {
      encodeV1(value, writer, context);
    }
    for (const address of value.managers) {
      writer.offset(address, context);
    }
  },
  sizeOf(value, { offsetSize, lengthSize }) {
    const fixed = value.version === 0 ? 2 + lengthSize : 5 + 2 * lengthSize + offsetSize;
    return fixed + value.managers.length * offsetSize;
  },
};

function managerCount(value: FileSpaceInfo): number {
  if (value.version === 0) {
    return value.strategy === KEPT_V0 ? MANAGERS_V0 : 0;
  }
  return value.persist ? MANAGERS_V1 : 0;
}

function decodeV0(reader: Reader, context: FormatContext): FileSpaceInfoV0 {
  const strategy = reader.u8();
  if (strategy !== 1 && strategy !== 2 && strategy !== 3 && strategy !== 4) {
    throw reader.corrupt(`strategy ${strategy} is not known`);
  }
  const threshold = reader.lengthField(context);
  return { version: 0, strategy, threshold, managers: addresses(reader, strategy === 1 ? MANAGERS_V0 : 0, context) };
}

function decodeV1(reader: Reader, context: FormatContext): FileSpaceInfoV1 {
  const strategy = STRATEGIES[reader.u8()];
  if (strategy === undefined) {
    throw reader.corrupt("the strategy is not known");
  }
  const persist = reader.u8() !== 0;
  const threshold = reader.lengthField(context);
  const pageSize = reader.lengthField(context);
  if (pageSize < SMALLEST_PAGE || pageSize > LARGEST_PAGE) {
    throw reader.corrupt(`pages of ${pageSize} bytes`);
  }
  const pageEndThreshold = reader.u16();
  const endBeforeManagers = reader.offset(context);
  const managers = addresses(reader, persist ? MANAGERS_V1 : 0, context);
  return { version: 1, strategy, persist, threshold, pageSize, pageEndThreshold, endBeforeManagers, managers };
}

function encodeV1(value: FileSpaceInfoV1, writer: Writer, context: FormatContext): void {
  writer.u8(STRATEGIES.indexOf(value.strategy));
  writer.u8(value.persist ? 1 : 0);
  writer.lengthField(value.threshold, context);
  writer.lengthField(value.pageSize, context);
  writer.u16(value.pageEndThreshold);
  writer.offset(value.endBeforeManagers, context);
}

function addresses(reader: Reader, count: number, context: FormatContext): (number | null)[] {
  return Array.from({ length: count }, () => reader.offset(context));
}
