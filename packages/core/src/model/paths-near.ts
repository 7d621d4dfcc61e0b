import type { LinkPage, LinkPosition } from "../engine/groups/group-link.js";
import { walkPath } from "../engine/groups/path.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { linkBatch } from "./group-read.js";
import { joinPath } from "./object-handle.js";

/** Links listed by one operation. */
const PAGE = 1024;

/**
 * Paths of objects that only their addresses are known of, looked for in the group of a path and in the groups above it.
 *
 * That is where netCDF-4 has the dimensions of a variable; what stands elsewhere is left out.
 */
export function* pathsNear(
  context: FileContext,
  addresses: Iterable<number>,
  path: string,
): Task<ReadonlyMap<number, string>> {
  const wanted = new Set(addresses);
  const found = new Map<number, string>();
  for (let group = path.startsWith("/") ? path : "/"; wanted.size > 0; ) {
    group = group.slice(0, Math.max(1, group.lastIndexOf("/")));
    const at = group;
    const address: number | null = yield* context.transact((tx) => {
      const walk = walkPath(tx, context.rootAddress, at);
      return walk.kind === "end" ? walk.end.address : null;
    });
    if (address !== null) {
      yield* collect(context, address, at, wanted, found);
    }
    if (group === "/") {
      break;
    }
  }
  return found;
}

function* collect(
  context: FileContext,
  group: number,
  path: string,
  wanted: Set<number>,
  found: Map<number, string>,
): Task<void> {
  let after: LinkPosition | null = null;
  do {
    const from: LinkPosition | null = after;
    const page: LinkPage = yield* context.transact((tx) => linkBatch(tx, group, from, PAGE));
    for (const link of page.links) {
      if (link.kind === "hard" && wanted.delete(link.address)) {
        found.set(link.address, joinPath(path, link.name));
      }
    }
    after = page.next;
  } while (after !== null && wanted.size > 0);
}
