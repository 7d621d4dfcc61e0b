import { HdfiveError, UnsupportedError } from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import type { GroupLink } from "./group-link.js";
import { findLink, groupStyle, insertLink, requireGroup } from "./links.js";
import { createGroup } from "./symbol-table.js";

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
}

/** The outcome of a walk along a path: its end, or why there is none, which is made only when it is thrown. */
type Walk = { readonly end: ResolvedLink } | { readonly missing: () => HdfiveError };

/** The components of a path: empty ones and "." mean nothing, ".." is a name like others. */
export function pathComponents(path: string): string[] {
  return path.split("/").filter((component) => component !== "" && component !== ".");
}

/**
 * Follows a path from a group, or from the root group when it starts with "/".
 *
 * @throws HdfiveError `NOT_FOUND` when a component is missing, `WRONG_KIND` when the way leads through what is not a
 *   group, `LIMIT` when it leads over too many soft links, `UNSUPPORTED` at an external link.
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
  const walk = follow(tx, startHeaderAddress, path, options.followLast ?? true);
  if ("missing" in walk) {
    throw walk.missing();
  }
  return walk.end;
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
  const walk = follow(tx, startHeaderAddress, path, options.followLast ?? true);
  return "missing" in walk ? null : walk.end;
}

/**
 * Address of the group at the end of these components, from a group on; what is missing is created, old-style.
 *
 * @throws HdfiveError as `resolvePath`, and `NOT_FOUND` for a soft link that leads nowhere.
 */
export function ensureGroups(tx: Tx, startHeaderAddress: number, components: readonly string[]): number {
  let address = startHeaderAddress;
  for (const name of components) {
    const group = requireGroup(tx, address);
    if (findLink(tx, group, name) === null) {
      const { headerAddress } = createGroup(tx);
      insertLink(tx, group, { name, kind: "hard", address: headerAddress });
      address = headerAddress;
    } else {
      address = resolvePath(tx, address, name).address;
      requireGroup(tx, address, `'${name}'`);
    }
  }
  return address;
}

function follow(tx: Tx, start: number, path: string, followLast: boolean): Walk {
  const root = rootAddress(tx);
  let end: ResolvedLink = { address: path.startsWith("/") ? root : start, parentAddress: null, name: null, link: null };
  /** What is still to be followed, the next component last. */
  const rest = pathComponents(path).reverse();
  let followed = 0;
  let here = path.startsWith("/") ? root : start;
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    tx.work("path");
    const group = groupStyle(tx, here);
    if (group === null) {
      const { name: through } = end;
      return { missing: () => throughOther(path, through) };
    }
    const link = findLink(tx, group, name);
    if (link === null) {
      const missed = name;
      const isLast = rest.length === 0;
      return { missing: () => notFound(missed, isLast) };
    }
    if (rest.length === 0 && !followLast) {
      return { end: { address: link.kind === "hard" ? link.address : null, parentAddress: here, name, link } };
    }
    switch (link.kind) {
      case "hard":
        end = { address: link.address, parentAddress: here, name, link };
        here = link.address;
        break;
      case "soft": {
        if (++followed > tx.state.limits.links) {
          throw new HdfiveError("LIMIT", `Unable to open object (too many links): '${path}'`);
        }
        // A soft link is relative to the group that holds it; what followed it in the path goes on from its end.
        here = link.target.startsWith("/") ? root : here;
        end = { address: here, parentAddress: null, name: null, link: null };
        rest.push(...pathComponents(link.target).reverse());
        break;
      }
      case "external":
        throw new UnsupportedError(
          "external link",
          `'${name}' leads to '${link.path}' in the file '${link.file}', and links to other files are not followed yet`,
        );
      case "user-defined":
        throw new UnsupportedError(`user-defined link of type ${link.linkType}`, `'${name}' cannot be followed`);
    }
  }
  return { end };
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
