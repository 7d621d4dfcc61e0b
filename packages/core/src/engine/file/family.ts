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
    const start = index * memberSize;
    if (!Number.isSafeInteger(start + memberSize)) {
      throw new FormatError("family-driver-info", `${index} members of ${memberSize} bytes go past 2^53`);
    }
    parts.push({ storage, start, length: Math.min(memberSize, storage.size) });
    found.push(name);
  }
  checkFull(parts, found, memberSize);
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

/** All members but the last are full; a file that became shorter has empty ones after it, which count for nothing. */
function checkFull(parts: StoragePart[], names: readonly string[], memberSize: number): void {
  while (parts.length > 1 && parts.at(-1)?.length === 0) {
    parts.pop();
  }
  const short = parts.findIndex(({ length }, i) => length < memberSize && i < parts.length - 1);
  const part = parts[short];
  if (part !== undefined) {
    throw new HdfiveError(
      "TRUNCATED",
      `truncated file: member "${names[short]}" has ${part.length} of ${memberSize} bytes, and is not the last`,
      { path: names[0] },
    );
  }
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
