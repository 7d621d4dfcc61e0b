import type { NodeCodec } from "./codec.js";
import type { DriverInfo } from "./messages/driver-info.js";

const PREFIX_SIZE = 16;
const ID_SIZE = 8;
/** No driver writes near this much; a larger size is a lie about the file. */
const MAX_DATA_SIZE = 65_536;

/** The driver information block that a version 0 or 1 superblock points to. File Format Specification, section II.B. */
export const driverInfoBlock: NodeCodec<DriverInfo> = {
  name: "driver-info-block",
  section: "II.B",
  prefixSize: () => PREFIX_SIZE,
  totalSize(prefix) {
    prefix.skip(4);
    const size = prefix.u32();
    if (size > MAX_DATA_SIZE) {
      throw prefix.corrupt(`${size} bytes of driver information`);
    }
    return PREFIX_SIZE + size;
  },
  decode(reader) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    reader.skip(3);
    const size = reader.u32();
    const id = reader.latin1(ID_SIZE);
    return { id, data: reader.bytes(size) };
  },
  encode({ id, data }, writer) {
    if (id.length !== ID_SIZE) {
      throw writer.invalid(`driver identification ${JSON.stringify(id)} does not have ${ID_SIZE} characters`);
    }
    writer.zeros(4);
    writer.u32(data.length);
    writer.signature(id);
    writer.bytes(data);
  },
  sizeOf: ({ data }) => PREFIX_SIZE + data.length,
};
