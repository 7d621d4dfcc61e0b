import { HdfiveError, UnsupportedError } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import type { GroupLink } from "./group-link.js";
import { findLink, groupStyle, insertLink, requireGroup } from "./links.js";
import { createGroup } from "./new-group.js";

/** Where a path ends. */
export interface Resolved {
  /** Address of the object header. */
  readonly address: number;
  /** The group that holds the last link on the way; `null` when the path has no component. */
  readonly parentAddress: number | null;
  /** Name of that link; `null` when the path has no component. */
  readonly name: string | null;
  /** That link, a hard one unless it was not to be followed; `null` when the path has no component. */
  readonly link: GroupLink | null;
}

/** Where a path ends whose last component is not followed: `address` is `null` at a link that is not hard. */
export type ResolvedLink = Omit<Resolved, "address"> & { readonly address: number | null };

/** How a path is followed. */
export interface PathOptions {
  /** Whether a soft link at the end is followed; so it is by default. */
  readonly followLast?: boolean | undefined;
  /** Links that were followed before: a path over several files counts them all. */
  readonly followed?: number | undefined;
}

/** Where a path goes on in another file. File Format Specification, section IV.A.2.g, external links. */
export interface FileExit {
  /** Name of the link that leads there. */
  readonly name: string;
  /** The other file, as the link names it. */
  readonly file: string;
  /** What is left of the path, from the other file's root group on. */
  readonly path: string;
  /** Links followed so far, this one included. */
  readonly followed: number;
}

/**
 * The outcome of a walk along a path: its end, or where it leaves the file, or why there is no end, which is made only
 * when it is thrown.
 */
export type Walk =
  | { readonly kind: "end"; readonly end: ResolvedLink }
  | { readonly kind: "exit"; readonly exit: FileExit }
  | { readonly kind: "missing"; readonly missing: () => HdfiveError };

/** The components of a path: empty ones and "." mean nothing, ".." is a name like others. */
export function pathComponents(path: string): string[] {
  return path.split("/").filter((component) => component !== "" && component !== ".");
}

/**
 * Follows a path from a group, or from the root group when it starts with "/".
 *
 * @throws HdfiveError `NOT_FOUND` when a component is missing, `WRONG_KIND` when the way leads through what is not a
 *   group, `LIMIT` when it leads over too many soft links, `UNSUPPORTED` at an external link: see `walkPath`.
 */
export function resolvePath(
  tx: Tx,
  startHeaderAddress: number,
  path: string,
  options?: { readonly followLast?: true | undefined },
): Resolved;
/** As above; with `followLast: false` a link at the end that is not hard has no address. */
export function resolvePath(tx: Tx, startHeaderAddress: number, path: string, options: PathOptions): ResolvedLink;
export function resolvePath(tx: Tx, startHeaderAddress: number, path: string, options: PathOptions = {}): ResolvedLink {
  const walk = walkPath(tx, startHeaderAddress, path, options);
  if (walk.kind === "missing") {
    throw walk.missing();
  }
  return endInside(walk);
}

/** As `resolvePath`, with `null` where nothing is at the end of the path. */
export function tryResolve(
  tx: Tx,
  startHeaderAddress: number,
  path: string,
  options?: { readonly followLast?: true | undefined },
): Resolved | null;
/** As above; with `followLast: false` a link at the end that is not hard has no address. */
export function tryResolve(tx: Tx, startHeaderAddress: number, path: string, options: PathOptions): ResolvedLink | null;
export function tryResolve(
  tx: Tx,
  startHeaderAddress: number,
  path: string,
  options: PathOptions = {},
): ResolvedLink | null {
  const walk = walkPath(tx, startHeaderAddress, path, options);
  return walk.kind === "missing" ? null : endInside(walk);
}

/** The end of a walk that must not leave the file, since something is to be changed there. */
function endInside(walk: Exclude<Walk, { readonly kind: "missing" }>): ResolvedLink {
  if (walk.kind === "end") {
    return walk.end;
  }
  const { name, file, path } = walk.exit;
  throw new UnsupportedError(
    "external link",
    `'${name}' leads to '${path}' in the file '${file}', and other files are only read through links`,
  );
}

/**
 * Address of the group at the end of these components, from a group on; what is missing is created.
 *
 * @throws HdfiveError as `resolvePath`, and `NOT_FOUND` for a soft link that leads nowhere.
 */
export function ensureGroups(tx: Tx, startHeaderAddress: number, components: readonly string[]): number {
  let address = startHeaderAddress;
  for (const name of components) {
    const group = requireGroup(tx, address);
    if (findLink(tx, group, name) === null) {
      address = createGroup(tx);
      insertLink(tx, group, { name, kind: "hard", address });
    } else {
      address = resolvePath(tx, address, name).address;
      requireGroup(tx, address, `'${name}'`);
    }
  }
  return address;
}

/** Follows a path within the file, from a group or from the root group, to its end or to where it leaves the file. */
export function walkPath(tx: Tx, start: number, path: string, options: PathOptions = {}): Walk {
  const { followLast = true } = options;
  const root = rootAddress(tx);
  let end: ResolvedLink = { address: path.startsWith("/") ? root : start, parentAddress: null, name: null, link: null };
  /** What is still to be followed, the next component last. */
  const rest = pathComponents(path).reverse();
  let followed = options.followed ?? 0;
  let here = path.startsWith("/") ? root : start;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    tx.work("path");
    const group = groupStyle(tx, here);
    if (group === null) {
      const { name: through } = end;
      return { kind: "missing", missing: () => throughOther(path, through) };
    }
    const link = findLink(tx, group, name);
    if (link === null) {
      const missed = name;
      const isLast = rest.length === 0;
      return { kind: "missing", missing: () => notFound(missed, isLast) };
    }
    if (rest.length === 0 && !followLast) {
      const address = link.kind === "hard" ? link.address : null;
      return { kind: "end", end: { address, parentAddress: here, name, link } };
    }
    if ((link.kind === "soft" || link.kind === "external") && ++followed > tx.state.limits.links) {
      throw new HdfiveError("LIMIT", `Unable to open object (too many links): '${path}'`);
    }
    switch (link.kind) {
      case "hard":
        end = { address: link.address, parentAddress: here, name, link };
        here = link.address;
        break;
      case "soft": {
        // A soft link is relative to the group that holds it; what followed it in the path goes on from its end.
        here = link.target.startsWith("/") ? root : here;
        end = { address: here, parentAddress: null, name: null, link: null };
        rest.push(...pathComponents(link.target).reverse());
        break;
      }
      case "external": {
        const onward = [...pathComponents(link.path), ...rest.reverse()].join("/");
        return { kind: "exit", exit: { name, file: link.file, path: `/${onward}`, followed } };
      }
      case "user-defined":
        throw new UnsupportedError(`user-defined link of type ${link.linkType}`, `'${name}' cannot be followed`);
    }
  }
  return { kind: "end", end };
}

function rootAddress(tx: Tx): number {
  const { rootAddress } = tx.state.superblock;
  if (rootAddress === null) {
    throw new HdfiveError("CORRUPT", "superblock: the file has no root group");
  }
  return rootAddress;
}

function notFound(name: string, isLast: boolean): HdfiveError {
  const why = isLast ? `object '${name}' doesn't exist` : `component not found: '${name}'`;
  return new HdfiveError("NOT_FOUND", `Unable to open object (${why})`);
}

function throughOther(path: string, name: string | null): HdfiveError {
  const what = name === null ? "the object it starts from" : `'${name}'`;
  return new HdfiveError(
    "WRONG_KIND",
    `Unable to open object '${path}' (${what} is not a group, so it has no links: message type not found)`,
  );
}
