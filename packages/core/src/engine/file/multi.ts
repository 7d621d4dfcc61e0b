import {
  type AddressPart,
  FormatError,
  HdfiveError,
  MULTI_DRIVER,
  type MultiDriverInfo,
  type MultiDriverMember,
  multiDriverKinds,
} from "@hdfive/format";
import { ComposedStorage, type StoragePart } from "../../storage/composed-storage.js";
import type { OtherFiles } from "../../storage/other-files.js";
import type { Storage } from "../../storage/storage.js";
import { perform, type Task } from "../../task.js";
import type { DriverMember } from "../transaction/file-driver.js";
import type { ComposedFile } from "./composed-file.js";
import { baseOf, lastComponent } from "./driver-names.js";

const ALIGNMENT = 8;
const SUFFIXES = ["s", "b", "r", "g", "l", "o"];
/** Distances of the members: libhdf5 divided all addresses into 5 parts, and those of 64 bits into 6 later. */
const DISTANCES: readonly bigint[] = [(2n ** 64n - 2n) / 6n, (2n ** 63n - 1n) / 5n];

/**
 * The members of the multi driver as libhdf5 lays them out when nobody says otherwise: six of them, far apart. The root
 * group's header is in the last, near its beginning.
 */
export function defaultMulti(rootAddress: bigint): MultiDriverInfo {
  const last = BigInt(SUFFIXES.length - 1);
  const from = (distance: bigint): bigint => rootAddress - last * distance;
  const distance = DISTANCES.find((one) => from(one) >= 0n && from(one) < one) ?? (DISTANCES[0] as bigint);
  return {
    mapping: SUFFIXES.map((_, i) => i + 1),
    members: SUFFIXES.map((suffix, i) => ({
      name: `%s-${suffix}.h5`,
      start: BigInt(i) * distance,
      endOfAddresses: 0n,
    })),
  };
}

/**
 * Opens the members of the multi driver, and of the split driver, which is a case of it: files for kinds of data, each
 * with a range of addresses. File Format Specification, section II.B.
 *
 * @param first the member with the superblock
 * @param givenBase what the names of the members begin with, where the name of the first does not say it
 */
export function* openMulti(
  first: Storage,
  others: OtherFiles,
  { mapping, members }: MultiDriverInfo,
  givenBase: string | null,
): Task<ComposedFile> {
  const superblockKind = mapping[0] === 0 ? 1 : (mapping[0] as number);
  const own = members[multiDriverKinds(mapping).indexOf(superblockKind)] as MultiDriverMember;
  const firstName = lastComponent(first.name ?? "");
  const base = givenBase ?? baseOf(firstName, own.name);
  if (base === null) {
    throw new HdfiveError(
      "NOT_FOUND",
      `Unable to open the members of "${firstName}" (its name is not like ${own.name}, so theirs are not known): ` +
        "open it with { driver: { multi: … } }, what the names begin with",
      { path: first.name },
    );
  }
  const sorted = [...members].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const parts: StoragePart[] = [];
  const space: AddressPart[] = [];
  const found: DriverMember[] = [];
  let address = 0;
  for (const [i, member] of sorted.entries()) {
    const next = sorted[i + 1]?.start;
    if (next === member.start || (i === 0 && member !== own)) {
      throw new FormatError(
        "multi-driver-info",
        `the member that begins at ${member.start} leaves no room for another`,
      );
    }
    const name = member.name.replace("%s", () => base);
    const storage = member === own ? first : yield* openMember(first, others, name, member);
    const room = next === undefined ? null : next - member.start;
    const size = storage === null ? 0 : room !== null && room < BigInt(storage.size) ? Number(room) : storage.size;
    if (storage !== null) {
      parts.push({ storage, start: address, length: size });
    }
    space.push({ stored: member.start, address, byteLength: size });
    found.push({ name: member === own ? firstName : name, start: member.start, address, size });
    address += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
  }
  return {
    storage: new ComposedStorage(first, parts),
    driver: { id: MULTI_DRIVER, memberSize: null, members: found },
    addressSpace: space,
  };
}

function* openMember(
  first: Storage,
  others: OtherFiles,
  name: string,
  { endOfAddresses }: MultiDriverMember,
): Task<Storage | null> {
  const storage = yield* perform(others.open(first, name, "driver-member"));
  if (storage === null && endOfAddresses > 0n) {
    throw new HdfiveError("NOT_FOUND", `Unable to open file "${name}" (a member of ${first.name ?? "the file"})`, {
      path: name,
    });
  }
  return storage;
}
