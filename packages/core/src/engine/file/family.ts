import { FAMILY_DRIVER, FormatError, HdfiveError } from "@hdfive/format";
import { ComposedStorage, type StoragePart } from "../../storage/composed-storage.js";
import type { OtherFiles } from "../../storage/other-files.js";
import type { Storage } from "../../storage/storage.js";
import { perform, type Task } from "../../task.js";
import type { DriverSettings } from "../transaction/file-driver.js";
import type { ComposedFile } from "./composed-file.js";
import { lastComponent, type MemberNames, namesAfter, namesOfPattern } from "./driver-names.js";

/** Opens the members of a family: one address space, cut into files of one size. File Format Specification, section II.B. */
export function* openFamily(
  first: Storage,
  others: OtherFiles,
  settings: DriverSettings | undefined,
  memberSize: number,
): Task<ComposedFile> {
  const names = memberNames(first, settings);
  const parts: StoragePart[] = [{ storage: first, start: 0, length: Math.min(memberSize, first.size) }];
  const found = [lastComponent(first.name ?? "")];
  for (let index = 1; names !== null; index++) {
    const name = names(index);
    const storage = yield* perform(others.open(first, name, "driver-member"));
    if (storage === null) {
      break;
    }
    const before = parts[index - 1] as StoragePart;
    if (before.length < memberSize) {
      throw new HdfiveError(
        "TRUNCATED",
        `truncated file: member "${found[index - 1]}" has ${before.length} of ${memberSize} bytes, and is not the last`,
        { path: first.name },
      );
    }
    const start = index * memberSize;
    if (!Number.isSafeInteger(start + memberSize)) {
      throw new FormatError("family-driver-info", `${index} members of ${memberSize} bytes go past 2^53`);
    }
    parts.push({ storage, start, length: Math.min(memberSize, storage.size) });
    found.push(name);
  }
  const members = parts.map(({ start, length }, i) => ({
    name: found[i] as string,
    start: BigInt(start),
    address: start,
    size: length,
  }));
  return {
    storage: new ComposedStorage(first, parts),
    driver: { id: FAMILY_DRIVER, memberSize, members },
    addressSpace: undefined,
  };
}

/** A family as HDF5 1.6 wrote it: nothing in the file says so, but it goes on in the next member. `null` for others. */
export function* familyWithoutInfo(
  first: Storage,
  others: OtherFiles,
  settings: DriverSettings | undefined,
): Task<ComposedFile | null> {
  const names = memberNames(first, settings);
  const canAsk = others.canOpenBeside(first);
  if (names === null || !canAsk || (yield* perform(others.open(first, names(1), "driver-member"))) === null) {
    return null;
  }
  const given = settings !== undefined && "family" in settings ? settings.memberSize : undefined;
  return yield* openFamily(first, others, settings, given ?? first.size);
}

function memberNames(first: Storage, settings: DriverSettings | undefined): MemberNames | null {
  if (settings !== undefined && "family" in settings) {
    return namesOfPattern(settings.family);
  }
  return namesAfter(lastComponent(first.name ?? ""));
}
