import type { Codec } from "../codec.js";

/** What a file driver needs to open the file. File Format Specification, sections II.B and IV.A.2.u. */
export interface DriverInfo {
  /** Identification of the driver, 8 characters: "NCSAfami", "NCSAmult", ... */
  readonly id: string;
  readonly data: Uint8Array;
}

const ID_SIZE = 8;

/** The driver info message of the superblock extension. File Format Specification, section IV.A.2.u. */
export const driverInfoMessage: Codec<DriverInfo> = {
  name: "driver-info",
  section: "IV.A.2.u",
  decode(reader) {
    const version = reader.u8();
    if (version !== 0) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const id = reader.latin1(ID_SIZE);
    return { id, data: reader.bytes(reader.u16()) };
  },
  encode({ id, data }, writer) {
    if (id.length !== ID_SIZE) {
      throw writer.invalid(`driver identification ${JSON.stringify(id)} does not have ${ID_SIZE} characters`);
    }
    writer.u8(0);
    writer.signature(id);
    writer.u16(data.length);
    writer.bytes(data);
  },
  sizeOf: ({ data }) => 1 + ID_SIZE + 2 + data.length,
};
