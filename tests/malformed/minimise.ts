import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { type Bounds, CASE_BOUNDS, type Failure, runCampaign } from "./campaign.js";
import type { Case } from "./cases.js";
import type { Change } from "./changes.js";
import { corpusName } from "./corpus-files.js";
import { differences } from "./differences.js";

/** Where regressions are kept that the suite tries again. */
export const FOUND_FOLDER: string = fileURLToPath(new URL("./found/", import.meta.url));

/** A damaged file that was not survived once: changes of a file of the corpus, or the damaged file itself. */
export interface Found {
  /** What happened. */
  readonly problem: string;
  /** Path below the corpus. */
  readonly source?: string;
  readonly changes?: readonly Change[];
  /** The damaged file, deflated and in base 64. */
  readonly deflated?: string;
  /** Whether it is edited too, and not only read. */
  readonly edits?: boolean;
}

const MOST_CHANGES = 4;
const MOST_HEX = 4096;

/** Leaves out of a structural damage whatever it fails without. */
export async function minimised(program: string, failure: Failure, bounds: Bounds = CASE_BOUNDS): Promise<Failure> {
  if (failure.tried.damage.kind !== "structural") {
    return failure;
  }
  let best = failure;
  let keep = Array.from({ length: MOST_CHANGES }, (_, i) => i);
  for (let i = MOST_CHANGES - 1; i >= 0; i--) {
    const fewer = keep.filter((number) => number !== i);
    const fewerChanges = { ...best.tried, damage: { ...failure.tried.damage, keep: fewer } };
    const again = await tryAgain(program, fewerChanges, bounds);
    if (again !== null) {
      best = again;
      keep = fewer;
    }
  }
  return best;
}

async function tryAgain(program: string, tried: Case, bounds: Bounds): Promise<Failure | null> {
  const batch = { cases: [tried], limits: "small", describes: true } as const;
  const { failures } = await runCampaign(program, batch, bounds);
  return failures[0] ?? null;
}

/** Keeps a failure for the suite; returns the path of its file, or `null` when the damaged file is not known. */
export async function keepFailure(
  program: string,
  failure: Failure,
  folder: string = FOUND_FOLDER,
  bounds: Bounds = CASE_BOUNDS,
): Promise<string | null> {
  const described = failure.deflated === undefined ? await tryAgain(program, failure.tried, bounds) : failure;
  if (described?.deflated === undefined) {
    return null;
  }
  const image = inflateSync(Buffer.from(described.deflated, "base64"));
  const { file, edits } = failure.tried;
  const source = corpusName(file);
  const changes = differences(readFileSync(file), image);
  const isSmall = JSON.stringify(changes).length <= MOST_HEX;
  const problem = (failure.problem.split("\n", 2).join(" ") ?? "").replaceAll(/\(?(file:\/\/)?\/[^ )]*\/|at /g, "");
  const found: Found = {
    problem,
    ...(source !== null && isSmall ? { source, changes } : { deflated: described.deflated }),
    ...(edits === true ? { edits } : {}),
  };
  mkdirSync(folder, { recursive: true });
  const name = createHash("sha256").update(image).digest("hex").slice(0, 12);
  const path = join(folder, `${name}.json`);
  writeFileSync(path, `${JSON.stringify(found, null, 2)}\n`);
  return path;
}
