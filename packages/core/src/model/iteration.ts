import type { GroupLink } from "../engine/groups/group-link.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { isGroup, type LoadedObject, loadAddress, loadLinked } from "./group-read.js";
import { LinkCursor, WalkCursor } from "./member-cursor.js";
import { joinPath } from "./object-handle.js";
import { tolerant, type UnreadableObject } from "./unreadable-object.js";

/** Makes the handle of an object from what was loaded of it. */
export type MakeHandle<T> = (context: FileContext, loaded: LoadedObject, path: string) => T;

/** A step of an iteration: the next item, or `null` after the last. */
export type Step<T> = () => Task<T | null>;

/** The group that is gone through: its address, and its path for those of its members. */
export interface IteratedGroup {
  readonly context: FileContext;
  readonly address: number;
  readonly path: string;
}

/** Gives the name and the handle of one member of a group after the other; `null` where a link leads nowhere. */
export function members<T>(
  { context, address, path }: IteratedGroup,
  handle: MakeHandle<T>,
): Step<[string, T | UnreadableObject | null]> {
  const cursor = new LinkCursor(context, address);
  return function* () {
    const link = yield* cursor.next();
    if (link === null) {
      return null;
    }
    const memberPath = joinPath(path, link.name);
    // A file that a link leads to may be a folder, or nobody's to read.
    const also = link.kind === "external" ? (["IO"] as const) : [];
    const found = yield* tolerant(memberPath, loadLinked(context, address, link), also);
    if (found === null || "error" in found) {
      return [link.name, found];
    }
    return [link.name, handle(found.context, found.loaded, found.path ?? memberPath)];
  };
}

/** Gives the path from the start and the handle of one object of a walk after the other. */
export function objectsBelow<T>(
  { context, address, path }: IteratedGroup,
  handle: MakeHandle<T>,
): Step<[string, T | UnreadableObject]> {
  const cursor = new WalkCursor(context, address);
  return function* () {
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
  };
}

/** Gives the path from the start of one link of a walk after the other; groups are gone into when they are first met. */
export function linksBelow({ context, address, path }: IteratedGroup): Step<[string, GroupLink]> {
  const cursor = new WalkCursor(context, address);
  return function* () {
    const met = yield* cursor.nextLink();
    if (met === null) {
      return null;
    }
    const { link } = met;
    if (link.kind === "hard" && cursor.meet(link.address)) {
      const kind = yield* tolerant(joinPath(path, met.path), isGroup(context, link.address));
      if (kind === true) {
        cursor.descend(link.address, met.path);
      }
    }
    return [met.path, link];
  };
}

/** What runs the steps of an iteration: the group that is gone through. */
export interface StepRunner {
  run<T>(step: () => Task<T>): Promise<T>;
  runSync<T>(step: () => Task<T>): T;
}

/** One step of an iteration after the other, until there are no more. */
export function stepwise<T>(runner: StepRunner, step: Step<T>): AsyncGenerator<T, void, undefined> {
  return iterate(() => runner.run(step));
}

/** As `stepwise`, without waiting. */
export function stepwiseSync<T>(runner: StepRunner, step: Step<T>): Generator<T, void, undefined> {
  return iterateSync(() => runner.runSync(step));
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
