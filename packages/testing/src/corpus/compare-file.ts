import { check, type DriverSettings, type File, type FileInfo, openStorage } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";
import { virtualDatasets } from "@hdfive/vds";
import { problemLines } from "../structural-problems.js";
import { compareAttributes } from "./compare-attributes.js";
import { compareDataset } from "./compare-dataset.js";
import { compareLinks } from "./compare-links.js";
import type { ValuesContext } from "./compare-values.js";
import type { CorpusHost } from "./corpus-host.js";
import { describedDatatype } from "./described-datatype.js";
import {
  type CorpusEntry,
  type ExpectedFile,
  type ExpectedInteger,
  type ExpectedObject,
  expectedInteger,
} from "./expected.js";
import { type Difference, Findings } from "./findings.js";
import { type FileWalk, type WalkedObject, walkFile } from "./walk-file.js";

/** How a file of the corpus compares. */
export interface FileResult {
  readonly file: string;
  /**
   * `matched`: all of it is as expected. `unsupported`: something in it is not supported, and all else is as expected.
   * `wrong`: something is not as expected, or failed.
   */
  readonly status: "matched" | "unsupported" | "wrong";
  /** What is not supported, each with the paths where it was met. */
  readonly unsupported: ReadonlyMap<string, readonly string[]>;
  readonly differences: readonly Difference[];
}

/** How the runner opens files. */
export interface CompareOptions {
  /** Bytes of metadata that are kept; 0 makes every operation fetch everything. */
  readonly metadataCacheBytes?: number | undefined;
  /** Whether the structure of each file is checked too: every problem is a difference. */
  readonly check?: boolean | undefined;
}

/** Compares everything in one file with what is expected of it. */
export async function compareFile(
  host: CorpusHost,
  entry: CorpusEntry,
  { check: isChecked = false, ...options }: CompareOptions = {},
): Promise<FileResult> {
  const findings = new Findings();
  const expected = JSON.parse(await host.readText(entry.expected)) as ExpectedFile;
  const storage = await host.openStorage(entry.file);
  try {
    const settings = { filters: FILTERS, plugins: [virtualDatasets()], driver: driverOf(entry), ...options };
    const file = await findings.attempt("/", "open", () => openStorage(storage, "r", settings));
    if (file !== undefined) {
      await findings.attempt("/", "comparison", () => compareOpenFile(host, file, entry, expected, findings));
      if (isChecked) {
        await findings.attempt("/", "check", () => checkStructure(file, findings));
      }
      await file.close();
    }
  } finally {
    await storage.close();
  }
  const { differences, unsupported } = findings;
  const status = differences.length > 0 ? "wrong" : unsupported.size > 0 ? "unsupported" : "matched";
  return { file: entry.file, status, unsupported, differences };
}

async function checkStructure(file: File, findings: Findings): Promise<void> {
  for (const line of problemLines(await check(file))) {
    findings.differs({ path: "/", fact: "structure", expected: "sound", got: line });
  }
}

/** How the members of a file of the corpus are found. */
export function driverOf({ open }: CorpusEntry): DriverSettings | undefined {
  if (open === undefined) {
    return undefined;
  }
  return open.driver === "family" ? { family: open.name } : { multi: open.name };
}

async function compareOpenFile(
  host: CorpusHost,
  file: File,
  entry: CorpusEntry,
  expected: ExpectedFile,
  findings: Findings,
): Promise<void> {
  const info = await file.info();
  compareSuperblock(info, expected, findings);
  compareDriver(info, entry, findings);
  const walk = await walkFile(file, expected, findings);
  const byAddress = new Map(Object.entries(expected.objects).map(([path, { addr }]) => [String(addr), path]));
  // Behind a group that is closed to us lie objects with paths that we cannot know.
  const pathOf = (address: number): string =>
    (walk.complete ? walk.paths.get(address) : byAddress.get(String(address))) ?? `#${address}`;
  const countsAttributes = !(entry.features.includes("oh:v2") && !entry.features.includes("msg:attrinfo"));
  const shapes = new Map(
    walk.objects.map(({ address, object }) => [address, object.kind === "dataset" ? object.shape : []]),
  );
  const shapeOf = (address: number): readonly number[] => shapes.get(address) ?? [];
  const context: ValuesContext = { findings, pathOf, shapeOf, sha256: () => host.sha256(), countsAttributes };
  const met = new Set<string>();
  for (const walked of walk.objects) {
    const path = walk.complete ? walked.path : (byAddress.get(String(walked.address)) ?? walked.path);
    const twin = expected.objects[path];
    met.add(path);
    if (twin === undefined) {
      findings.differs({ path, fact: "object", expected: "none", got: walked.object.kind });
    } else {
      await compareObject(context, path, walked, twin, storedAddress(info, walked.address));
    }
  }
  reportMissing(walk, met, expected, findings);
  await compareLinks(walk, expected, findings);
}

function reportMissing(
  { complete }: FileWalk,
  met: ReadonlySet<string>,
  expected: ExpectedFile,
  findings: Findings,
): void {
  for (const [path, { kind }] of Object.entries(expected.objects)) {
    if (complete && !met.has(path)) {
      findings.differs({ path, fact: "object", expected: kind, got: "none" });
    }
  }
}

function compareSuperblock(info: FileInfo, { superblock }: ExpectedFile, findings: Findings): void {
  const { version, userblock, sizeof_addr, sizeof_size, sym_leaf_k, sym_int_k, istore_k } = superblock;
  const { fspace, sohm_nindexes } = superblock;
  const { strategy, persist, threshold, pageSize } = info.fileSpace;
  findings.equal(
    "/",
    "superblock",
    { version, userblock, sizeof_addr, sizeof_size, sym_leaf_k, sym_int_k, istore_k, fspace, sohm_nindexes },
    {
      version: info.superblockVersion,
      userblock: expectedInteger(info.userblockSize),
      sizeof_addr: info.offsetSize,
      sizeof_size: info.lengthSize,
      sym_leaf_k: info.groupLeafK,
      sym_int_k: info.groupInternalK,
      istore_k: info.chunkK,
      fspace: fspace && { strategy: strategy.replace("-", "_"), persist, threshold, page_size: pageSize },
      sohm_nindexes: sohm_nindexes === undefined ? undefined : info.sharedMessageIndexCount,
    },
  );
}

/** A file of several members must have been opened as one, with all the members that the corpus has of it. */
function compareDriver({ driver }: FileInfo, { open, needs = [] }: CorpusEntry, findings: Findings): void {
  const members = driver?.members.length ?? 0;
  findings.equal("/", "members", open === undefined ? 0 : needs.length + 1, members);
}

/** An address as the file stores it: those of files of several members are brought together where they are read. */
function storedAddress({ driver }: FileInfo, address: number): ExpectedInteger {
  const member = driver?.members.findLast((one) => address >= one.address);
  if (member === undefined) {
    return expectedInteger(address);
  }
  const stored = member.start + BigInt(address - member.address);
  return stored <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(stored) : String(stored);
}

async function compareObject(
  context: ValuesContext,
  path: string,
  { object, address, links }: WalkedObject,
  expected: ExpectedObject,
  stored: ExpectedInteger,
): Promise<void> {
  const { findings } = context;
  findings.equal(path, "kind", expected.kind, object.kind);
  findings.equal(path, "address", expected.addr, stored);
  await findings.attempt(path, "info", async () => {
    const info = await object.info();
    findings.equal(path, "address of the opened object", address, info.address);
    findings.equal(path, "reference count", expected.rc, info.referenceCount);
    findings.equal(path, "comment", expected.comment ?? null, info.comment);
  });
  await compareAttributes(context, path, object, expected);
  switch (object.kind) {
    case "group":
      await compareGroup(context, path, object, links, expected);
      return;
    case "dataset":
      await compareDataset(context, path, object, expected);
      return;
    case "datatype":
      findings.equal(path, "dtype", expected.dtype, describedDatatype(object.datatype));
  }
}

async function compareGroup(
  { findings }: ValuesContext,
  path: string,
  group: Extract<WalkedObject["object"], { readonly kind: "group" }>,
  links: WalkedObject["links"],
  expected: ExpectedObject,
): Promise<void> {
  const info = await findings.attempt(path, "info", () => group.info());
  if (info === undefined) {
    return;
  }
  findings.equal(path, "storage", expected.storage, info.storage.replace("-", "_"));
  if (links === null) {
    return;
  }
  findings.equal(path, "links", expected.nlinks, links.length);
  findings.equal(path, "number of links", expected.nlinks, info.linkCount);
  const byCreation = [...links].sort((a, b) => (a.creationOrder ?? 0) - (b.creationOrder ?? 0)).map(({ name }) => name);
  findings.equal(path, "order of links", expected.link_order, info.linkOrderTracked ? byCreation : undefined);
}
