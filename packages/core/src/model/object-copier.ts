import { HdfiveError } from "@hdfive/format";
import { holdsReferences } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";
import type { GroupLink } from "../engine/groups/group-link.js";
import { insertLink, requireGroup } from "../engine/groups/links.js";
import { deleteObject, linkObject } from "../engine/groups/object-links.js";
import { copyData, type DataCopy } from "../pipeline/copy-data.js";
import { CHECKPOINT } from "../pipeline/progress.js";
import { perform, type Task } from "../task.js";
import { copiedHeader, putCopiedMessages } from "./copied-header.js";
import { type AttributeCopy, copyAttribute, storedAttributes } from "./copy-attributes.js";
import type { DatasetAdapter } from "./copy-dataset.js";
import type { CopyOptions } from "./copy-options.js";
import { createCopy, linkAt, type NewLinkPlace } from "./create-copy.js";
import type { FileContext } from "./file-context.js";
import { removeAt } from "./group-edit.js";
import { loadLinked, loadObject } from "./group-read.js";
import { LinkCursor } from "./member-cursor.js";
import { joinPath } from "./object-handle.js";
import { type Deferred, deferredSource, referencedFrom } from "./referenced-objects.js";
import { tolerant } from "./unreadable-object.js";

/** An object of a file. */
interface Place {
  readonly context: FileContext;
  readonly address: number;
}

/** A group whose links are being copied. */
interface Frame extends Place {
  /** Address of its copy. */
  readonly copy: number;
  /** Groups between it and the object that is copied. */
  readonly depth: number;
  readonly path: string;
  readonly links: LinkCursor;
}

/** What a copier does, beside what the user says. */
export interface CopierSettings extends CopyOptions {
  /** What becomes of references in another file: null, to what stands for their objects, or to copies of what they lead to. */
  readonly references: "null" | "mapped" | "expanded";
  /** Says how the copies of datasets are stored. */
  readonly adapt?: DatasetAdapter | undefined;
}

const MAX_NESTING = 64;

/**
 * Copies objects from one or several files to one file.
 *
 * Every object is copied once, however many links and references lead to it. Groups are gone through with a stack of their
 * own, so that neither depth nor circles are a limit. Objects are linked as soon as they are made, below what `copy` answers.
 */
export class ObjectCopier {
  readonly #target: FileContext;
  readonly #settings: CopierSettings;
  readonly #copies = new Map<FileContext, Map<number, number>>();
  readonly #frames: Frame[] = [];
  readonly #deferred: Deferred[] = [];
  /** Copies of what only references lead to: names of their links in the root group. */
  readonly #referred: string[] = [];
  #objects = 0;
  #nesting = 0;
  #bytes = 0;

  constructor(target: FileContext, settings: CopierSettings) {
    this.#target = target;
    this.#settings = settings;
  }

  /** Says that an object of the target stands for one of the source; its links are copied with the next `copy`. */
  *adopt(context: FileContext, address: number, copy: number): Task<void> {
    this.#copiesOf(context).set(address, copy);
    yield* this.#finishObject(context, address, copy);
    this.#open(context, address, copy, 0, "/");
    yield* this.#run();
  }

  /** Copies an object with all that belongs to it; the copy has a link count of 1 and no link yet. */
  *copy(context: FileContext, address: number, path: string): Task<number> {
    const copy = yield* this.#object({ context, address }, 0, path, null);
    yield* this.#run();
    return copy;
  }

  /** Stores what had to wait until every object was copied. */
  *finish(): Task<void> {
    if (this.#settings.references === "expanded") {
      // The list grows while what it refers to is copied.
      for (let i = 0; i < this.#deferred.length; i++) {
        yield* this.#copyReferred(this.#deferred[i] as Deferred);
      }
    }
    for (const deferred of this.#deferred) {
      const context = deferredSource(deferred);
      const copies = this.#copiesOf(context);
      const mapAddress = (address: number): number => copies.get(address) ?? 0;
      if (deferred.kind === "data") {
        yield* copyData(this.#dataCopy(context, deferred.from, deferred.copy, mapAddress));
      } else {
        yield* copyAttribute(this.#target, deferred.attribute, mapAddress);
      }
    }
  }

  /** Takes away what was copied, after a failure. */
  *discard(copy: number | null): Task<void> {
    const target = this.#target;
    for (const name of this.#referred) {
      yield* removeAt(target, target.rootAddress, name);
    }
    if (copy !== null) {
      yield* target.transact((tx) => deleteObject(tx, copy));
      target.forget([...this.#copies.values()].flatMap((copies) => [...copies.values()]));
    }
  }

  /** The copy that was begun, before it is done. */
  begun(context: FileContext, address: number): number | null {
    return this.#copies.get(context)?.get(address) ?? null;
  }

  *#run(): Task<void> {
    for (let frame = this.#frames.at(-1); frame !== undefined; frame = this.#frames.at(-1)) {
      const link = yield* frame.links.next();
      if (link === null) {
        this.#frames.pop();
      } else {
        yield* this.#link(frame, link);
      }
    }
  }

  *#link(frame: Frame, link: GroupLink): Task<void> {
    const path = joinPath(frame.path, link.name);
    const place = { group: frame.copy, name: link.name };
    const led = yield* this.#ledTo(frame, link, path);
    if (led !== null) {
      yield* this.#object(led, frame.depth + 1, path, place);
      return;
    }
    if (link.kind !== "hard") {
      yield* this.#target.change((tx) => insertLink(tx, requireGroup(tx, place.group), link));
    }
  }

  /** The object that is copied for a link; `null` for a link that is copied as a link. */
  *#ledTo({ context, address }: Frame, link: GroupLink, path: string): Task<Place | null> {
    const { expandSoft, expandExternal } = this.#settings;
    if (link.kind === "hard") {
      return { context, address: link.address };
    }
    if ((link.kind === "soft" && expandSoft === true) || (link.kind === "external" && expandExternal === true)) {
      const found = yield* tolerant(path, loadLinked(context, address, link), ["IO"]);
      return found === null || "error" in found ? null : { context: found.context, address: found.loaded.address };
    }
    return null;
  }

  *#object(from: Place, depth: number, path: string, place: NewLinkPlace | null): Task<number> {
    const { context, address } = from;
    const target = this.#target;
    yield* this.#checkpoint();
    const known = this.#copiesOf(context).get(address);
    if (known !== undefined) {
      yield* target.change((tx) => {
        linkObject(tx, known);
        linkAt(tx, place, known);
      });
      return known;
    }
    const loaded = yield* context.transact((tx) => loadObject(tx, address));
    const committedAddress =
      loaded.kind === "dataset" ? yield* this.#committed(context, loaded.header.committedAddress) : null;
    const shell = { source: context, target, loaded, committedAddress, path, adapt: this.#settings.adapt };
    const copy = yield* createCopy(shell, (tx, made) => linkAt(tx, place, made));
    this.#copiesOf(context).set(address, copy);
    yield* this.#finishObject(context, address, copy);
    if (loaded.kind === "dataset") {
      yield* this.#data(context, loaded.header, copy);
    } else if (loaded.kind === "group" && (depth === 0 || this.#settings.shallow !== true)) {
      this.#open(context, address, copy, depth, path);
    }
    this.#objects++;
    return copy;
  }

  /** The copy of a committed datatype, which counts one more use; `null` for none. */
  *#committed(context: FileContext, address: number | null): Task<number | null> {
    if (address === null) {
      return null;
    }
    // An attribute of a committed datatype may use another one, and so on.
    if (++this.#nesting > MAX_NESTING) {
      throw new HdfiveError("LIMIT", `Committed datatypes use each other more than ${MAX_NESTING} deep`, { address });
    }
    const copy = yield* this.#object({ context, address }, 1, `#${address}`, null);
    this.#nesting--;
    return copy;
  }

  /** Copies what every kind of object has: its comment, its attributes. */
  *#finishObject(context: FileContext, address: number, copy: number): Task<void> {
    const target = this.#target;
    const header = yield* context.transact((tx) => copiedHeader(tx, address));
    if (header.messages.length > 0) {
      yield* target.change((tx) => putCopiedMessages(tx, copy, header));
    }
    if (this.#settings.withoutAttributes === true) {
      return;
    }
    for (const stored of yield* context.transact((tx) => storedAttributes(tx, address))) {
      const committedAddress = yield* this.#committed(context, stored.committedAddress);
      const attribute: AttributeCopy = { ...stored, source: context, copy, committedAddress };
      const waits = this.#waits(context) && holdsReferences(stored.datatype);
      yield* copyAttribute(target, attribute, waits ? null : this.#mapAddress(context));
      if (waits) {
        this.#deferred.push({ kind: "attribute", attribute });
      }
    }
  }

  *#data(context: FileContext, from: DatasetHeader, copy: number): Task<void> {
    if (this.#waits(context) && holdsReferences(from.datatype)) {
      this.#deferred.push({ kind: "data", context, from, copy });
    } else {
      yield* copyData(this.#dataCopy(context, from, copy, this.#mapAddress(context)));
    }
  }

  #dataCopy(source: FileContext, from: DatasetHeader, to: number, mapAddress: DataCopy["mapAddress"]): DataCopy {
    const target = this.#target;
    const copier = this;
    return {
      source,
      target,
      from,
      to,
      mapAddress,
      *step(byteLength) {
        copier.#bytes += byteLength;
        yield* target.settle();
        yield* copier.#checkpoint();
      },
    };
  }

  #open(context: FileContext, address: number, copy: number, depth: number, path: string): void {
    this.#frames.push({ context, address, copy, depth, path, links: new LinkCursor(context, address) });
  }

  /** Copies what a value refers to and has no copy yet, under a name in the root group as libhdf5 gives it. */
  *#copyReferred(deferred: Deferred): Task<void> {
    const context = deferredSource(deferred);
    const referred = yield* referencedFrom(deferred);
    for (const address of referred) {
      const isThere =
        !this.#copiesOf(context).has(address) &&
        !(
          "error" in
          (yield* tolerant(
            `#${address}`,
            context.transact((tx) => loadObject(tx, address)),
          ))
        );
      if (isThere) {
        const copy = yield* this.copy(context, address, `#${address}`);
        const name = `~obj_pointed_by_${copy}`;
        yield* this.#target.change((tx) => linkAt(tx, { group: this.#target.rootAddress, name }, copy));
        this.#referred.push(name);
      }
    }
  }

  /** Whether references of a file are stored at the end: they stay as they are within a file, and may become null. */
  #waits(context: FileContext): boolean {
    return context !== this.#target && this.#settings.references !== "null";
  }

  #mapAddress(context: FileContext): DataCopy["mapAddress"] {
    return context === this.#target ? (address) => address : () => 0;
  }

  #copiesOf(context: FileContext): Map<number, number> {
    let copies = this.#copies.get(context);
    if (copies === undefined) {
      copies = new Map();
      this.#copies.set(context, copies);
    }
    return copies;
  }

  *#checkpoint(): Task<void> {
    this.#settings.progress?.({ bytes: this.#bytes, totalBytes: null, objects: this.#objects });
    yield* perform(CHECKPOINT);
  }
}
