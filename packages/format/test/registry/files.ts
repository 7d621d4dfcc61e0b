import fc from "fast-check";
import { type CacheImage, cacheImage } from "../../src/cache-image.js";
import type { FormatContext } from "../../src/context.js";
import { familyDriverInfo } from "../../src/drivers/family.js";
import { multiDriverInfo, multiDriverKinds } from "../../src/drivers/multi.js";
import { type CacheImageInfo, cacheImageMessage } from "../../src/messages/cache-image.js";
import { type ExternalFiles, externalFilesMessage } from "../../src/messages/external-files.js";
import { type FileSpaceInfo, fileSpaceInfoMessage } from "../../src/messages/file-space-info.js";
import { address, CONTEXTS, nameText, optionalAddress, someBytes } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

const u8 = fc.nat({ max: 0xff });
const u16 = fc.nat({ max: 0xffff });

function externalFilesOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<ExternalFiles> {
  const slot = fc.record({ nameOffset: address(lengthSize), offset: address(lengthSize), size: address(lengthSize) });
  return fc
    .record({
      slots: fc.array(slot, { minLength: 1, maxLength: 6 }),
      isOpen: fc.boolean(),
      spare: fc.nat({ max: 3 }),
      heapAddress: address(offsetSize),
    })
    .map(({ slots, isOpen, spare, heapAddress }) => ({
      allocatedSlots: slots.length + spare,
      heapAddress,
      slots: slots.map((one, i) => (isOpen && i === slots.length - 1 ? { ...one, size: null } : one)),
    }));
}

function fileSpaceOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<FileSpaceInfo> {
  const managers = (count: number) => fc.array(optionalAddress(offsetSize), { minLength: count, maxLength: count });
  const old = fc.constantFrom<1 | 2 | 3 | 4>(1, 2, 3, 4).chain((strategy) =>
    fc.record({
      version: fc.constant(0 as const),
      strategy: fc.constant(strategy),
      threshold: address(lengthSize),
      managers: managers(strategy === 1 ? 6 : 0),
    }),
  );
  const current = fc.boolean().chain((persist) =>
    fc.record({
      version: fc.constant(1 as const),
      strategy: fc.constantFrom("fsm-aggr" as const, "page" as const, "aggr" as const, "none" as const),
      persist: fc.constant(persist),
      threshold: address(lengthSize),
      pageSize: fc.integer({ min: 512, max: Math.min(2 ** 30, 256 ** lengthSize - 1) }),
      pageEndThreshold: u16,
      endBeforeManagers: optionalAddress(offsetSize),
      managers: managers(persist ? 12 : 0),
    }),
  );
  return fc.oneof(old, current);
}

function cacheImageInfoOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<CacheImageInfo> {
  return fc.record({ address: optionalAddress(offsetSize), byteLength: address(lengthSize) });
}

function cacheImageOf({ offsetSize }: FormatContext): fc.Arbitrary<CacheImage> {
  const one = fc.record({
    type: u8,
    flags: u8,
    ring: u8,
    age: u8,
    dependencyChildren: u16,
    changedDependencyChildren: u16,
    rank: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
    address: address(offsetSize),
    dependencyParents: fc.array(address(offsetSize), { maxLength: 3 }),
    bytes: someBytes(0, 40),
  });
  return fc.record({ entries: fc.array(one, { maxLength: 4 }) });
}

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const multiInfo = fc.array(fc.nat({ max: 6 }), { minLength: 6, maxLength: 6 }).chain((mapping) => {
  const count = multiDriverKinds(mapping).length;
  const member = fc.record({ start: u64, endOfAddresses: u64, name: nameText });
  return fc.record({
    mapping: fc.constant(mapping),
    members: fc.array(member, { minLength: count, maxLength: count }),
  });
});

/** What is said of a whole file, and of the other files that hold its data. */
export const fileEntries: readonly RegistryEntry[] = [
  entry({
    name: "family-driver-info",
    codec: familyDriverInfo,
    arbitrary: fc.record({ memberSize: fc.maxSafeNat().map((n) => n || 1) }),
  }),
  entry({ name: "multi-driver-info", codec: multiDriverInfo, arbitrary: multiInfo }),
  ...CONTEXTS.flatMap(([name, context]) => [
    entry({
      name: `external-files, ${name}`,
      codec: externalFilesMessage,
      context,
      arbitrary: externalFilesOf(context),
    }),
    entry({ name: `file-space-info, ${name}`, codec: fileSpaceInfoMessage, context, arbitrary: fileSpaceOf(context) }),
    entry({
      name: `cache-image-info, ${name}`,
      codec: cacheImageMessage,
      context,
      arbitrary: cacheImageInfoOf(context),
    }),
    entry({
      name: `cache-image, ${name}`,
      codec: cacheImage,
      context,
      arbitrary: cacheImageOf(context),
      checksummed: true,
    }),
  ]),
];
