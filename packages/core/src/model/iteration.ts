import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { type LoadedObject, loadAddress, loadLinked } from "./group-read.js";
import type { LinkCursor, WalkCursor } from "./member-cursor.js";
import { joinPath } from "./object-handle.js";
import { tolerant, type UnreadableObject } from "./unreadable-object.js";

/** Makes the handle of an object from what was loaded of it. */
export type MakeHandle<T> = (context: FileContext, loaded: LoadedObject, path: string) => T;

/** The group that is gone through: its address, and its path for those of its members. */
export interface IteratedGroup {
  readonly context: FileContext;
  readonly address: number;
  readonly path: string;
}

/** The name and the handle of the next member of a group; `null` for a handle where the link leads nowhere. */
export function* nextMember<T>(
  { context, address, path }: IteratedGroup,
  cursor: LinkCursor,
  handle: MakeHandle<T>,
): Task<[string, T | UnreadableObject | null] | null> {
  const link = yield* cursor.next();
  if (link === null) {
    return null;
  }
  const memberPath = joinPath(path, link.name);
  const found = yield* tolerant(memberPath, loadLinked(context, address, link));
  if (found === null || "error" in found) {
    return [link.name, found];
  }
  return [link.name, handle(found.context, found.loaded, found.path ?? memberPath)];
}

/** The path from the start and the handle of the next object of a walk. */
export function* nextWalked<T>(
  { context, path }: IteratedGroup,
  cursor: WalkCursor,
  handle: MakeHandle<T>,
): Task<[string, T | UnreadableObject] | null> {
  const met = yield* cursor.next();
  if (met === null) {
    return null;
  }
  const fullPath = joinPath(path, met.path);
  const loaded = yield* tolerant(fullPath, loadAddress(context, met.address));
  if (loaded.kind === "group") {
    cursor.descend(met.address, met.path);
  }
  return [met.path, loaded.kind === "unreadable" ? loaded : handle(context, loaded, fullPath)];
}

/** Goes on asking until the answer is `null`. */
export async function* iterate<T>(next: () => Promise<T | null>): AsyncGenerator<T, void, undefined> {
  for (let item = await next(); item !== null; item = await next()) {
    yield item;
  }
}

/** As `iterate`, without waiting. */
export function* iterateSync<T>(next: () => T | null): Generator<T, void, undefined> {
  for (let item = next(); item !== null; item = next()) {
    yield item;
  }
}
