import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HdfiveError } from "@hdfive/format";
import { expect, it } from "vitest";
import type { GroupLink } from "../../src/engine/groups/group-link.js";
import { countLinks, groupStyle, listLinks } from "../../src/engine/groups/links.js";
import { tryResolve } from "../../src/engine/groups/path.js";
import { findMessage, loadHeader } from "../../src/engine/object-header/object-header.js";
import { type EngineFile, openFile } from "./engine-file.js";

const corpus = fileURLToPath(new URL("../../../../../shared/corpus", import.meta.url));
const hasCorpus = existsSync(join(corpus, "manifest.json"));
if (!hasCorpus) {
  if (process.env.CI !== undefined && process.env.HDFIVE_CORPUS !== "none") {
    throw new Error(`The corpus is not at ${corpus}; set HDFIVE_CORPUS=none to go on without it`);
  }
  console.warn("The corpus of real files is not beside the repository: groups of real files are not checked");
}

interface Manifest {
  readonly files: readonly { readonly file: string; readonly expected: string; readonly open?: unknown }[];
}

interface Expected {
  readonly objects: Readonly<
    Record<string, { kind: string; addr: number; rc: number; nlinks?: number; storage?: string; link_order?: string[] }>
  >;
  readonly links: Readonly<
    Record<string, { kind: string; target?: string; path?: string; file?: string; resolves?: unknown }>
  >;
}

/** What the walk of one file found, in the terms of the expected values. */
interface Found {
  readonly objects: Record<string, { addr: number; rc: number; nlinks?: number; storage?: string }>;
  readonly links: Record<string, object>;
  readonly softResolves: Record<string, string | null>;
}

const byBytes = (a: GroupLink, b: GroupLink): number => Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));

function walk(file: EngineFile): Found {
  const found: Found = { objects: {}, links: {}, softResolves: {} };
  const canonical = new Map<number, string>();
  const soft: { path: string; home: number; name: string }[] = [];
  const visit = (address: number, path: string): void => {
    const header = file.do((tx) => loadHeader(tx, address));
    const group = file.do((tx) => groupStyle(tx, address));
    if (header instanceof Promise || group instanceof Promise) {
      throw new Error("this storage does not wait");
    }
    if (header.messages.some(({ type, flags }) => (flags & 0x80) !== 0 && (type === 9 || type > 24))) {
      // "Fail if unknown": libhdf5 does not open these objects, so they are only named as links.
      found.links[path] = { kind: "hard" };
      return;
    }
    canonical.set(address, path);
    const storage = group === null ? {} : { storage: group.style.replace("-", "_") };
    found.objects[path] = { addr: address, rc: header.referenceCount, ...storage };
    if (group === null) {
      expect(findMessage(header, 3), `${path} is a dataset or a datatype`).toBeDefined();
      return;
    }
    const nlinks = file.do((tx) => countLinks(tx, group)) as number;
    Object.assign(found.objects[path] as object, { nlinks });
    const links: GroupLink[] = [];
    let after: ReturnType<typeof listLinks>["next"] = null;
    do {
      const from = after;
      const page = file.do((tx) => listLinks(tx, group, from, 50)) as ReturnType<typeof listLinks>;
      links.push(...page.links);
      after = page.next;
    } while (after !== null);
    expect(links.length).toBe(nlinks);
    for (const link of links.sort(byBytes)) {
      const below = path === "/" ? `/${link.name}` : `${path}/${link.name}`;
      if (link.kind === "hard") {
        const target = canonical.get(link.address);
        if (target === undefined) {
          visit(link.address, below);
        } else {
          found.links[below] = { kind: "hard", target };
        }
      } else if (link.kind === "soft") {
        found.links[below] = { kind: "soft", target: link.target };
        soft.push({ path: below, home: address, name: link.name });
      } else if (link.kind === "external") {
        found.links[below] = { kind: "external", file: link.file, path: link.path };
      } else {
        found.links[below] = { kind: "ud", class: link.linkType };
      }
    }
  };
  visit(file.state.superblock.rootAddress as number, "/");
  for (const { path, home, name } of soft) {
    try {
      const end = file.do((tx) => tryResolve(tx, home, name)) as ReturnType<typeof tryResolve>;
      found.softResolves[path] = end === null ? null : (canonical.get(end.address as number) ?? "?");
    } catch (error) {
      if (!(error instanceof HdfiveError) || (error.code !== "UNSUPPORTED" && error.code !== "LIMIT")) {
        throw error;
      }
    }
  }
  return found;
}

it.runIf(hasCorpus)("every group of every real file has the links that libhdf5 sees", async () => {
  const manifest = JSON.parse(readFileSync(join(corpus, "manifest.json"), "utf8")) as Manifest;
  let compared = 0;
  let dense = 0;
  const refused: string[] = [];
  for (const { file: path, expected: expectedPath, open } of manifest.files) {
    if (open !== undefined) {
      continue;
    }
    const expected = JSON.parse(readFileSync(join(corpus, expectedPath), "utf8")) as Expected;
    let found: Found;
    try {
      found = walk(await openFile(new Uint8Array(readFileSync(join(corpus, path)))));
    } catch (error) {
      if (error instanceof HdfiveError && error.code === "UNSUPPORTED") {
        refused.push(`${path}: ${error.message}`);
        continue;
      }
      throw new Error(path, { cause: error });
    }
    dense += Object.values(found.objects).some(({ storage }) => storage === "dense") ? 1 : 0;
    compared++;
    const objects = Object.fromEntries(
      Object.entries(expected.objects).map(([name, { addr, rc, nlinks, storage }]) => [
        name,
        { addr: Number(addr), rc, ...(nlinks === undefined ? {} : { nlinks, storage }) },
      ]),
    );
    expect(found.objects, path).toEqual(objects);
    for (const [name, link] of Object.entries(found.links)) {
      const { target, ...rest } = link as { target?: string };
      const twin = expected.links[name];
      expect(twin, `${path}: ${name}`).toMatchObject(rest);
      if (twin?.kind === "hard" && target !== undefined) {
        expect(target).toBe(twin.target);
      } else if (twin?.kind === "soft") {
        expect(twin.target ?? twin.path, `${path}: ${name}`).toBe(target);
        if (name in found.softResolves && typeof twin.resolves !== "object") {
          expect(found.softResolves[name], `${path}: ${name}`).toBe(twin.resolves);
        }
      }
    }
    expect(Object.keys(found.links).sort(), path).toEqual(Object.keys(expected.links).sort());
  }
  console.info(`groups of ${compared} files compared, dense ones in ${dense}; ${refused.length} files refused`);
  console.info(refused.join("\n"));
  expect(compared).toBeGreaterThan(400);
  expect(dense).toBeGreaterThan(15);
});

it.runIf(hasCorpus)("broken files end in an error of ours or in links, soon", async () => {
  for (const name of readdirSync(join(corpus, "bad"), { recursive: true, encoding: "utf8" })) {
    const path = join(corpus, "bad", name);
    if (!statSync(path).isFile() || /\.(md|json)$/.test(name)) {
      continue;
    }
    const started = Date.now();
    try {
      walk(await openFile(new Uint8Array(readFileSync(path))));
    } catch (error) {
      if (!(error instanceof HdfiveError) && !String(error).includes("is a dataset or a datatype")) {
        throw new Error(name, { cause: error });
      }
    }
    expect(Date.now() - started, name).toBeLessThan(5000);
  }
});
