import { type Dataset, type File, type Group, HdfiveError, type NamedDatatype, ObjectReference } from "@hdfive/core";
import type { ExpectedFile } from "./expected.js";
import type { Findings } from "./findings.js";

type GroupLink = Awaited<ReturnType<Group["links"]>>[number];

/** An object met on the walk, under the first path that leads to it. */
export interface WalkedObject {
  readonly path: string;
  readonly address: number;
  readonly object: Group | Dataset | NamedDatatype;
  /** Links of a group, sorted by the bytes of their names; `null` where they cannot be listed. */
  readonly links: readonly GroupLink[] | null;
}

/** A link that leads to no new object, with the group that holds it. */
export interface WalkedLink {
  readonly path: string;
  readonly group: Group;
  readonly link: GroupLink;
  /** Whether it is a hard link to an object that cannot be opened, by the C library either. */
  readonly isDead: boolean;
}

/** Everything in a file, as hard links lead to it. */
export interface FileWalk {
  readonly objects: readonly WalkedObject[];
  readonly links: readonly WalkedLink[];
  /** The first path to the object at an address. */
  readonly paths: ReadonlyMap<number, string>;
  /** Whether no group was closed to us. */
  readonly complete: boolean;
}

interface Stop {
  readonly path: string;
  readonly parent: Group;
  readonly link: GroupLink & { readonly kind: "hard" };
}

/**
 * Walks a file as the expected values were made: depth first, a group before its members, links in the order of the bytes
 * of their names, hard links only, each object once.
 */
export async function walkFile(file: File, expected: ExpectedFile, findings: Findings): Promise<FileWalk> {
  const objects: WalkedObject[] = [];
  const links: WalkedLink[] = [];
  const paths = new Map<number, string>();
  const stack: Stop[] = [];
  let complete = true;

  const visit = async (path: string, address: number, object: WalkedObject["object"]): Promise<void> => {
    paths.set(address, path);
    const found = object.kind === "group" ? await sortedLinks(object, path, findings) : null;
    objects.push({ path, address, object, links: found });
    if (object.kind !== "group") {
      return;
    }
    complete &&= found !== null;
    const members: Stop[] = [];
    for (const link of found ?? []) {
      const below = path === "/" ? `/${link.name}` : `${path}/${link.name}`;
      if (link.kind === "hard") {
        members.push({ path: below, parent: object, link });
      } else {
        links.push({ path: below, group: object, link, isDead: false });
      }
    }
    stack.push(...members.reverse());
  };

  await visit("/", (await file.info()).address, file);
  for (let stop = stack.pop(); stop !== undefined; stop = stack.pop()) {
    const { path, parent, link } = stop;
    if (paths.has(link.address)) {
      links.push({ path, group: parent, link, isDead: false });
      continue;
    }
    const twin = expected.links[path];
    if (twin?.kind === "hard" && twin.target === null && (await isRefused(file, link.address))) {
      links.push({ path, group: parent, link, isDead: true });
      continue;
    }
    const object = await findings.attempt(path, "open", () => openMember(file, parent, link));
    if (object === undefined) {
      complete = false;
    } else {
      await visit(path, link.address, object);
    }
  }
  return { objects, links, paths, complete };
}

/** Opens by name, as users do, unless the name is one that a path cannot say. */
function openMember(file: File, parent: Group, { name, address }: Stop["link"]): Promise<WalkedObject["object"]> {
  const isPath = name === "." || name === "" || name.includes("/");
  return isPath ? file.dereference(new ObjectReference(address)) : parent.get(name);
}

async function isRefused(file: File, address: number): Promise<boolean> {
  try {
    await file.dereference(new ObjectReference(address));
    return false;
  } catch (error) {
    if (error instanceof HdfiveError) {
      return true;
    }
    throw error;
  }
}

async function sortedLinks(group: Group, path: string, findings: Findings): Promise<readonly GroupLink[] | null> {
  const links = await findings.attempt(path, "links", () => group.links());
  if (links === undefined) {
    return null;
  }
  const encoder = new TextEncoder();
  const keyed = links.map((link) => ({ link, key: encoder.encode(link.name) }));
  return keyed.sort((a, b) => compareBytes(a.key, b.key)).map(({ link }) => link);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) {
      return difference;
    }
  }
  return a.length - b.length;
}
