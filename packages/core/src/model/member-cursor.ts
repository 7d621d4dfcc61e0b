import type { GroupLink, LinkPosition } from "../engine/groups/group-link.js";
import type { Task } from "../task.js";
import type { FileContext } from "./file-context.js";
import { linkBatch, memberBatch } from "./group-read.js";

/** Links fetched by the first operation; each one after it fetches twice as many: whoever goes on wants more. */
const FIRST_PAGE = 256;
/** Links fetched by one operation at most. */
const LARGEST_PAGE = 4096;

/** Goes through the links of a group, a page at a time. */
export class LinkCursor {
  readonly #group: number;
  readonly #context: FileContext;
  readonly #batch: typeof linkBatch;
  #links: readonly GroupLink[] = [];
  #position = 0;
  #next: LinkPosition | null = null;
  #started = false;
  #size = FIRST_PAGE;

  /** @param batch how links are fetched: with the objects they lead to, as by default, or alone */
  constructor(context: FileContext, group: number, batch: typeof linkBatch = memberBatch) {
    this.#context = context;
    this.#group = group;
    this.#batch = batch;
  }

  /** The next link, or `null` after the last. */
  *next(): Task<GroupLink | null> {
    while (this.#position === this.#links.length) {
      if (this.#started && this.#next === null) {
        return null;
      }
      const after = this.#next;
      const page = yield* this.#context.transact((tx) => this.#batch(tx, this.#group, after, this.#size));
      this.#links = page.links;
      this.#next = page.next;
      this.#position = 0;
      this.#started = true;
      this.#size = Math.min(2 * this.#size, LARGEST_PAGE);
    }
    return this.#links[this.#position++] as GroupLink;
  }
}

/** All links of a group. */
export function* allLinks(context: FileContext, group: number): Task<GroupLink[]> {
  const cursor = new LinkCursor(context, group, linkBatch);
  const links: GroupLink[] = [];
  for (let link = yield* cursor.next(); link !== null; link = yield* cursor.next()) {
    links.push(link);
  }
  return links;
}

/** An object met on a walk. */
export interface WalkedObject {
  readonly address: number;
  /** Path from the start of the walk. */
  readonly path: string;
}

/** A link met on a walk. */
export interface WalkedLink {
  readonly link: GroupLink;
  /** Path from the start of the walk. */
  readonly path: string;
}

/** Goes through everything below a group: a group before its members, each object once, by hard links only. */
export class WalkCursor {
  readonly #context: FileContext;
  readonly #seen: Set<number>;
  readonly #open: { readonly cursor: LinkCursor; readonly prefix: string }[];

  constructor(context: FileContext, group: number) {
    this.#context = context;
    this.#seen = new Set([group]);
    this.#open = [{ cursor: new LinkCursor(context, group), prefix: "" }];
  }

  /** The next object not met before, or `null` after the last. */
  *next(): Task<WalkedObject | null> {
    for (let met = yield* this.nextLink(); met !== null; met = yield* this.nextLink()) {
      const { link, path } = met;
      if (link.kind === "hard" && this.meet(link.address)) {
        return { address: link.address, path };
      }
    }
    return null;
  }

  /** The next link of the groups gone into, whatever it leads to, or `null` after the last. */
  *nextLink(): Task<WalkedLink | null> {
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      const link = yield* top.cursor.next();
      if (link !== null) {
        return { link, path: top.prefix + link.name };
      }
      this.#open.pop();
    }
    return null;
  }

  /** Notes an object, and tells whether it was not met before. */
  meet(address: number): boolean {
    const isNew = !this.#seen.has(address);
    this.#seen.add(address);
    return isNew;
  }

  /** Goes on with the members of the group just met. */
  descend(group: number, path: string): void {
    this.#open.push({ cursor: new LinkCursor(this.#context, group), prefix: `${path}/` });
  }
}
