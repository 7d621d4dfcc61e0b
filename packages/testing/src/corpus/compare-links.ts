import { HdfiveError, UnsupportedError } from "@hdfive/core";
import type { ExpectedFile, ExpectedLink } from "./expected.js";
import type { Findings } from "./findings.js";
import type { FileWalk, WalkedLink } from "./walk-file.js";

/** Compares the links that lead to no new object: other hard links, soft, external and user-defined ones. */
export async function compareLinks(walk: FileWalk, expected: ExpectedFile, findings: Findings): Promise<void> {
  const met = new Set<string>();
  for (const walked of walk.links) {
    met.add(walked.path);
    const twin = expected.links[walked.path];
    if (twin !== undefined) {
      await compareLink(walked, twin, walk, expected, findings);
    } else if (walk.complete || walked.link.kind !== "hard") {
      findings.differs({ path: walked.path, fact: "link", expected: "none", got: walked.link.kind });
    }
  }
  for (const [path, twin] of Object.entries(expected.links)) {
    if (walk.complete && !met.has(path)) {
      findings.differs({ path, fact: "link", expected: twin.kind, got: "none" });
    }
  }
}

async function compareLink(
  walked: WalkedLink,
  twin: ExpectedLink,
  walk: FileWalk,
  expected: ExpectedFile,
  findings: Findings,
): Promise<void> {
  const { path, link } = walked;
  const kind = link.kind === "user-defined" ? "ud" : link.kind;
  findings.equal(path, "link: kind", twin.kind, kind);
  if (twin.kind === "hard" && link.kind === "hard") {
    compareHard(walked, link.address, twin.target, walk, expected, findings);
  } else if (twin.kind === "soft" && link.kind === "soft") {
    findings.equal(path, "link: target", twin.target, link.target);
    await compareResolved(walked, twin, walk, expected, findings);
  } else if (twin.kind === "external" && link.kind === "external") {
    findings.equal(path, "link: file", twin.file, link.file);
    findings.equal(path, "link: path", twin.path, link.path);
    await compareResolved(walked, twin, walk, expected, findings);
  } else if (twin.kind === "ud" && link.kind === "user-defined") {
    findings.equal(path, "link: class", twin.class, link.linkType);
  }
}

function compareHard(
  { path, isDead }: WalkedLink,
  address: number,
  target: string | null,
  { complete, paths }: FileWalk,
  expected: ExpectedFile,
  findings: Findings,
): void {
  if (isDead || target === null) {
    findings.equal(path, "link: can be opened", target !== null, !isDead);
  } else if (complete) {
    findings.equal(path, "link: target", target, paths.get(address) ?? null);
  } else {
    findings.equal(path, "link: target address", String(expected.objects[target]?.addr), String(address));
  }
}

/** Follows a link and compares where it ends; links that lead nowhere must do so here as well. */
async function compareResolved(
  { path, group, link }: WalkedLink,
  twin: Extract<ExpectedLink, { readonly kind: "soft" | "external" }>,
  { paths, complete }: FileWalk,
  expected: ExpectedFile,
  findings: Findings,
): Promise<void> {
  const end = await findings.attempt(path, "link: resolves", async () => {
    try {
      const object = await group.get(link.name);
      return { address: (await object.info()).address, kind: object.kind };
    } catch (error) {
      if (leadsNowhere(error)) {
        return null;
      }
      throw error;
    }
  });
  if (end === undefined) {
    return;
  }
  if (twin.kind === "external") {
    findings.equal(path, "link: resolves", twin.resolves, end !== null);
    findings.equal(path, "link: object", twin.object, end?.kind);
  } else if (typeof twin.resolves !== "object" && end !== null && !complete) {
    findings.equal(path, "link: resolved address", String(expected.objects[twin.resolves]?.addr), String(end.address));
  } else {
    const got = end === null ? null : (paths.get(end.address) ?? `#${end.address}`);
    findings.equal(path, "link: resolves", twin.resolves, got);
  }
}

const LEADS_NOWHERE: readonly string[] = ["NOT_FOUND", "LIMIT", "WRONG_KIND", "FORBIDDEN", "NOT_HDF5"];

/** Whether a link leads nowhere, also in the C library: it follows no link of a type that no program has registered. */
function leadsNowhere(error: unknown): boolean {
  return (
    (error instanceof HdfiveError && LEADS_NOWHERE.includes(error.code)) ||
    (error instanceof UnsupportedError && error.structure.startsWith("user-defined link"))
  );
}
