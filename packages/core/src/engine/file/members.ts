import {
  type DriverInfo,
  driverInfoBlock,
  driverInfoMessage,
  FAMILY_DRIVER,
  FAR_ADDRESS,
  familyDriverInfo,
  MESSAGE_IDS,
  MULTI_DRIVER,
  multiDriverInfo,
  Reader,
} from "@hdfive/format";
import { perform, type Task } from "../../task.js";
import { decodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import { transact } from "../transaction/drive.js";
import type { DriverSettings, FileDriver } from "../transaction/file-driver.js";
import type { FileState } from "../transaction/file-state.js";
import type { Tx } from "../transaction/tx.js";
import type { ComposedFile } from "./composed-file.js";
import { familyWithoutInfo, openFamily } from "./family.js";
import { defaultMulti, openMulti } from "./multi.js";

/**
 * What the first member of a file says of the others, and these opened. The answer has no storage when the file is
 * complete as it is. File Format Specification, section II.B.
 *
 * @param state the file as if it had one member
 * @param isShort whether that member ends before the file does
 */
export function* openMembers(
  state: FileState,
  isShort: boolean,
  settings: DriverSettings | undefined,
): Task<ComposedFile | { readonly storage: null; readonly driver: FileDriver | null }> {
  const info = yield* perform(transact(state, readDriverInfo));
  const { storage, others } = state;
  const base = settings !== undefined && "multi" in settings ? settings.multi : null;
  switch (info?.id) {
    case FAMILY_DRIVER: {
      const { memberSize } = familyDriverInfo.decode(new Reader(info.data, familyDriverInfo.name), state.context);
      return yield* openFamily(storage, others, settings, memberSize);
    }
    case MULTI_DRIVER: {
      const multi = multiDriverInfo.decode(new Reader(info.data, multiDriverInfo.name), state.context);
      return yield* openMulti(storage, others, multi, base);
    }
    case undefined: {
      const { version, extensionAddress, rootAddress } = state.superblock;
      if (version >= 2 && (extensionAddress === FAR_ADDRESS || rootAddress === FAR_ADDRESS)) {
        const stored = yield* perform(transact(state, storedRoot));
        return yield* openMulti(storage, others, defaultMulti(stored), base);
      }
      const family = isShort ? yield* familyWithoutInfo(storage, others, settings) : null;
      return family ?? { storage: null, driver: null };
    }
    default:
      // libhdf5 too opens files of drivers that it does not know as files of one member.
      return { storage: null, driver: { id: info?.id ?? "", memberSize: null, members: [] } };
  }
}

const ROOT_FIELD = 36;

/** The address of the root group's header in a superblock of version 2 or 3 with 8-byte addresses. Section II.A. */
function storedRoot(tx: Tx): bigint {
  const reader = new Reader(tx.bytes(0, ROOT_FIELD + 8, "superblock"), "superblock", 0);
  reader.skip(ROOT_FIELD);
  const low = reader.u32();
  return (BigInt(reader.u32()) << 32n) | BigInt(low);
}

/** The driver information block, or the message of the extension that took its place. Sections II.B and IV.A.2.u. */
function readDriverInfo(tx: Tx): DriverInfo | null {
  const { version, driverInfoAddress, extensionAddress } = tx.state.superblock;
  if (version < 2) {
    return driverInfoAddress === null ? null : tx.node(driverInfoBlock, driverInfoAddress);
  }
  if (extensionAddress === null || extensionAddress === FAR_ADDRESS) {
    return null;
  }
  const message = findMessage(loadHeader(tx, extensionAddress), MESSAGE_IDS.driverInfo);
  return message === undefined ? null : decodeMessage(tx, driverInfoMessage, message);
}
