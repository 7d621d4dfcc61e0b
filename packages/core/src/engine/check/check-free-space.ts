import {
  type FreeSection,
  type FreeSpaceClient,
  type FreeSpaceHeader,
  freeSpaceHeader,
  freeSpaceSections,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import type { CheckRun } from "./check-run.js";
import { FREE_SPACE } from "./space-ledger.js";

/** A free-space manager that was read. */
export interface CheckedManager {
  readonly header: FreeSpaceHeader;
  /** In the order of their offsets. */
  readonly sections: readonly FreeSection[];
}

/** Checks a free-space manager: its header, its sections and their sums. File Format Specification, section III.H. */
export function* checkFreeSpace(
  run: CheckRun,
  address: number,
  client: FreeSpaceClient,
  path: string | null,
): Task<CheckedManager | null> {
  const { context } = run.state;
  const header = yield* run.look(path, (tx) => tx.node(freeSpaceHeader, address));
  const size = header === undefined ? 0 : freeSpaceHeader.sizeOf(header, context);
  if (header === undefined || !run.claimOnce(freeSpaceHeader.name, address, size, path)) {
    return null;
  }
  const tell = (problem: string): void => run.report("error", freeSpaceHeader.name, address, path, problem);
  if (header.client !== client) {
    tell(`it is that of a ${header.client} where that of a ${client} must stand`);
  }
  const { sectionsAddress, sectionsAllocated, sectionCount, serializedCount, ghostCount } = header;
  if (sectionCount !== serializedCount + ghostCount) {
    tell(`${sectionCount} sections, of which ${serializedCount} are stored and ${ghostCount} are not`);
  }
  if (sectionsAddress === null) {
    if (serializedCount > 0) {
      tell(`${serializedCount} sections and no list of them`);
    }
    return { header, sections: [] };
  }
  const codec = freeSpaceSections(header);
  if (!run.claimOnce(codec.name, sectionsAddress, sectionsAllocated, path)) {
    return null;
  }
  const list = yield* run.look(path, (tx) => tx.node(codec, sectionsAddress));
  if (list === undefined) {
    return null;
  }
  if (list.headerAddress !== address) {
    tell(`its list of sections belongs to the manager at ${list.headerAddress}`);
  }
  let reached = 0;
  let total = 0;
  let isExact = true;
  for (const { offset, size: length, blocks } of list.sections) {
    if (length === 0 || offset < reached) {
      tell(`the section of ${length} bytes at offset ${offset} is empty or in the one before it`);
    }
    total += length;
    isExact &&= blocks === null;
    reached = Math.max(reached, offset + (blocks === null ? length : 0));
  }
  // Sections that stand for several blocks count all of them in the sum.
  if (isExact && ghostCount === 0 && total !== header.totalSpace) {
    tell(`its sections have ${total} bytes where it counts ${header.totalSpace}`);
  }
  return { header, sections: list.sections };
}

/** Checks the lists of free space of the file itself, and notes what they list. Sections III.H and IV.A.2.x. */
export function* checkFileSpace(run: CheckRun): Task<void> {
  for (const address of run.state.fileSpace?.managers ?? []) {
    if (address === null) {
      continue;
    }
    const manager = yield* checkFreeSpace(run, address, "file", null);
    for (const { offset, size } of manager?.sections ?? []) {
      run.claim(FREE_SPACE, offset, size, null);
    }
  }
}
