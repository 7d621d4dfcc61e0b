import { HdfiveError } from "@hdfive/format";
import { insertLink, requireGroup } from "../engine/groups/links.js";
import { perform, shielded, type Task } from "../task.js";
import type { CopyOptions } from "./copy-options.js";
import type { FileContext } from "./file-context.js";
import { newPlace, requireFree } from "./group-edit.js";
import { loadAt, requirePath } from "./group-read.js";
import { ObjectCopier } from "./object-copier.js";
import { joinPath, type ObjectHandle } from "./object-handle.js";

/** An object that is copied. */
interface Source {
  readonly context: FileContext;
  readonly address: number;
  readonly path: string;
}

/** Where the copy is linked. */
interface Destination {
  readonly context: FileContext;
  /** The group that the path starts from. */
  readonly start: number;
  readonly path: string;
}

/** Copies an object, seen from a group, to a path or into a group of another file. Nothing is left of it when it fails. */
export function* copyObject(
  owner: ObjectHandle,
  from: string | ObjectHandle,
  to: string | ObjectHandle,
  options: CopyOptions,
): Task<void> {
  const source = yield* sourceOf(owner, from);
  const { context, start, path } = destinationOf(owner, to, source, options);
  yield* context.transact((tx) => {
    tx.requireWritable();
    requireFree(tx, start, path, "copy");
  });
  const references = options.expandReferences === true ? "expanded" : "null";
  const copier = new ObjectCopier(context, { ...options, references });
  let done = false;
  try {
    const copy = yield* copier.copy(source.context, source.address, source.path);
    yield* copier.finish();
    yield* context.change((tx) => {
      const place = newPlace(tx, start, path, "copy");
      insertLink(tx, requireGroup(tx, place.parent), { name: place.name, kind: "hard", address: copy });
    });
    done = true;
  } finally {
    if (!done) {
      yield* perform(shielded(() => copier.discard(copier.begun(source.context, source.address))));
    }
  }
}

function* sourceOf(owner: ObjectHandle, from: string | ObjectHandle): Task<Source> {
  if (typeof from !== "string") {
    from.requireAlive();
    return from;
  }
  const found = yield* loadAt(owner.context, owner.address, from);
  const path = found.path ?? joinPath(owner.path, from);
  return { context: found.context, address: found.loaded.address, path };
}

function destinationOf(
  owner: ObjectHandle,
  to: string | ObjectHandle,
  source: Source,
  { name }: CopyOptions,
): Destination {
  if (typeof to === "string") {
    requirePath(to);
    return { context: owner.context, start: owner.address, path: to };
  }
  to.requireAlive();
  if (to.kind !== "group") {
    throw new HdfiveError("WRONG_KIND", `Destination must be path or Group object, not a ${to.kind}`);
  }
  const path = name ?? source.path.slice(source.path.lastIndexOf("/") + 1);
  if (path === "") {
    throw new HdfiveError("INVALID_ARGUMENT", "The root group has no name: say with `name` what its copy is called");
  }
  return { context: to.context, start: to.address, path };
}
