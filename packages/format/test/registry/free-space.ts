import fc from "fast-check";
import type { FormatContext } from "../../src/context.js";
import { type FreeSpaceHeader, freeSpaceHeader } from "../../src/free-space-header.js";
import {
  blocksSection,
  type FreeSection,
  freeSectionsSize,
  freeSpaceSections,
  singleSection,
} from "../../src/free-space-sections.js";
import { address, CONTEXTS, optionalAddress } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";

/** The manager of a dense group's heap as libhdf5 makes it. */
const HEAP_SPACE: FreeSpaceHeader = {
  client: "fractal-heap",
  totalSpace: 410,
  sectionCount: 1,
  serializedCount: 1,
  ghostCount: 0,
  classCount: 4,
  shrinkPercent: 80,
  expandPercent: 120,
  addressBits: 32,
  maxSectionSize: 65_536,
  sectionsAddress: 1100,
  sectionsSize: 26,
  sectionsAllocated: 26,
};

function headersOf({ offsetSize, lengthSize }: FormatContext): fc.Arbitrary<FreeSpaceHeader> {
  const length = address(Math.min(lengthSize, 6));
  return fc
    .record({
      client: fc.constantFrom("fractal-heap" as const, "file" as const),
      totalSpace: length,
      sectionCount: length,
      serializedCount: length,
      ghostCount: length,
      maxSectionSize: length,
      sectionsAddress: optionalAddress(offsetSize),
      addressBits: fc.nat({ max: 64 }),
      sectionsSize: length,
    })
    .map((fields) => ({ ...HEAP_SPACE, ...fields, sectionsAllocated: fields.sectionsSize }));
}

/** Lists of sections of these sizes, the manager's header with them. */
function listOf(kinds: readonly FreeSection[], context: FormatContext, client: "fractal-heap" | "file"): RegistryEntry {
  const shape = { ...HEAP_SPACE, client, serializedCount: kinds.length };
  const sectionsSize = freeSectionsSize(shape, kinds, context);
  const header = { ...shape, sectionsSize, sectionsAllocated: sectionsSize };
  return entry({
    name: `free-space-sections of ${kinds.length} in a ${client}, offsets of ${context.offsetSize} bytes`,
    codec: freeSpaceSections(header),
    context,
    arbitrary: fc
      .tuple(
        address(context.offsetSize),
        fc.uniqueArray(fc.nat(2 ** 31), { minLength: kinds.length, maxLength: kinds.length }),
      )
      .map(([headerAddress, offsets]) => ({
        headerAddress,
        sections: offsets.sort((a, b) => a - b).map((offset, i) => ({ ...(kinds[i] as FreeSection), offset })),
      })),
    checksummed: true,
  });
}

const BLOCKS = { blockOffset: 65_536, row: 3, column: 1, count: 9 };

/** Managers of free space and their lists of sections. */
export const freeSpaceEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({
    name: `free-space-header, ${sizes}`,
    codec: freeSpaceHeader,
    context,
    samples: [HEAP_SPACE],
    arbitrary: headersOf(context),
    checksummed: true,
  }),
  listOf([singleSection(0, 410)], context, "fractal-heap"),
  listOf(
    [singleSection(0, 40), blocksSection(0, 491, BLOCKS), singleSection(0, 40), singleSection(0, 491)],
    context,
    "fractal-heap",
  ),
  listOf(
    [0, 1, 2].map((type) => ({ offset: 0, size: 4096, type, blocks: null })),
    context,
    "file",
  ),
]);
