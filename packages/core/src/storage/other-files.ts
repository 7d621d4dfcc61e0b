import { HdfiveError } from "@hdfive/format";
import { type Effect, perform, type Task } from "../task.js";
import { closeStorage } from "./access.js";
import { type Storage, syncUnavailable } from "./storage.js";

/** Why a file names another: a link or reference to it, data of its own, a part of a virtual dataset or of itself there. */
export type FilePurpose = "external-link" | "reference" | "external-data" | "virtual-dataset" | "driver-member";

/** What is known when another file is asked for. */
export interface ResolveContext {
  readonly purpose: FilePurpose;
  /** Name of the storage that names the other file; empty when it has none. */
  readonly from: string;
  /** Whether the caller cannot wait: the answer must not be a promise then. */
  readonly sync: boolean;
}

/** The storage of another file, another name for it (in Node a path), or `null` where there is no such file. */
export type ResolveAnswer = Storage | string | null;

/**
 * Says which file a name found in a file stands for: the name is as stored, and nobody vouches for it.
 *
 * What it opens is closed with the file that was opened.
 */
export type FileResolver = (name: string, context: ResolveContext) => ResolveAnswer | Promise<ResolveAnswer>;

/** Where other files come from: a function, or storages by the names that files use; these are not closed. */
export type Resolve = FileResolver | ReadonlyMap<string, Storage>;

/** A path from the root of a file system, in the ways of POSIX and of Windows. */
const ABSOLUTE = /^(?:\/|\\\\|[A-Za-z]:[\\/])/;
const LAST_COMPONENT = /[^\\/]+$/;

/**
 * The other files of one open file: those it names, those that these name, and so on. Each is opened once, for reading,
 * and closed with the first.
 */
export class OtherFiles {
  readonly #resolve: Resolve | undefined;
  readonly #limit: number;
  readonly #root: Storage;
  readonly #byName = new Map<Storage, Map<string, Storage>>();
  readonly #opening = new Map<Storage, Map<string, Promise<Storage | null>>>();
  readonly #byIdentity = new Map<string, Storage>();
  readonly #opened = new Set<Storage>();
  /** Openings that have not ended. */
  #underWay = 0;
  #isClosed = false;

  /**
   * @param root the storage of the first file
   * @param resolve where other files come from; by default the storage that names them has them beside it
   * @param limit files open at the same time, besides the first
   */
  constructor(root: Storage, resolve: Resolve | undefined, limit: number) {
    this.#resolve = resolve;
    this.#limit = limit;
    this.#root = root;
    this.#remember(root);
  }

  /**
   * The storage of the file that `from` names; `null` when there is none. The same file gives the same storage.
   *
   * @throws HdfiveError `FORBIDDEN` where the name may not lead, `LIMIT` when too many files are open, `UNSUPPORTED` when
   *   nothing can say what stands beside `from`.
   */
  open(from: Storage, name: string, purpose: FilePurpose): Effect<Storage | null> {
    const known = (): Storage | undefined => this.known(from, name);
    return {
      async: () => known() ?? this.#shared(from, name, purpose),
      sync: () => {
        const before = known();
        if (before !== undefined) {
          return before;
        }
        this.#checkLimit(name);
        const found = this.#openSync(from, name, purpose);
        const { storage, spare } = this.#settle(from, name, found);
        spare?.closeSync?.();
        return storage;
      },
    };
  }

  /** The storage of a file that was opened by this name. */
  known(from: Storage, name: string): Storage | undefined {
    return this.#byName.get(from)?.get(name);
  }

  /** Whether something can say which files stand beside a storage. */
  canOpenBeside({ sibling, siblingSync }: Storage): boolean {
    return this.#resolve !== undefined || sibling !== undefined || siblingSync !== undefined;
  }

  /** Closes one of the files before the others: nobody uses it any more. It is opened again when it is asked for again. */
  *release(storage: Storage): Task<void> {
    this.#byName.delete(storage);
    for (const names of this.#byName.values()) {
      for (const [name, known] of names) {
        if (known === storage) {
          names.delete(name);
        }
      }
    }
    if (storage.identity !== undefined && this.#byIdentity.get(storage.identity) === storage) {
      this.#byIdentity.delete(storage.identity);
    }
    if (this.#opened.delete(storage)) {
      yield* perform(closeStorage(storage));
    }
  }

  /** Closes what was opened. */
  *close(): Task<void> {
    this.#isClosed = true;
    const opened = [...this.#opened];
    this.#opened.clear();
    this.#byName.clear();
    this.#byIdentity.clear();
    for (const storage of opened) {
      yield* perform(closeStorage(storage));
    }
  }

  /** Two who ask for one file at the same time wait for the same opening. */
  #shared(from: Storage, name: string, purpose: FilePurpose): Promise<Storage | null> {
    const under = this.#opening.get(from) ?? new Map<string, Promise<Storage | null>>();
    this.#opening.set(from, under);
    const before = under.get(name);
    if (before !== undefined) {
      return before;
    }
    const opening = this.#openLater(from, name, purpose).finally(() => under.delete(name));
    under.set(name, opening);
    return opening;
  }

  async #openLater(from: Storage, name: string, purpose: FilePurpose): Promise<Storage | null> {
    this.#checkLimit(name);
    this.#underWay++;
    try {
      const found = await this.#find(from, name, purpose);
      if (this.#isClosed) {
        await this.#giveBack(found);
        throw new HdfiveError("CLOSED", `The file that names "${name}" was closed meanwhile`, { path: name });
      }
      const { storage, spare } = this.#settle(from, name, found);
      await spare?.close();
      return storage;
    } finally {
      this.#underWay--;
    }
  }

  async #giveBack(found: Storage | null): Promise<void> {
    if (this.#resolve === undefined || typeof this.#resolve === "function") {
      await found?.close();
    }
  }

  async #find(from: Storage, name: string, purpose: FilePurpose): Promise<Storage | null> {
    const answer = this.#resolve === undefined ? name : await this.#ask(from, name, purpose, false);
    if (typeof answer !== "string") {
      return answer;
    }
    const { sibling } = from;
    if (sibling === undefined) {
      throw noSiblings(from, name);
    }
    const beside = (wanted: string): Promise<Storage | null> => sibling.call(from, wanted);
    const other = secondName(answer, purpose);
    if (other === null) {
      return beside(answer);
    }
    let refusal: unknown;
    const first = await beside(answer).catch((error: unknown) => {
      refusal = error;
      return null;
    });
    return first ?? afterRefusal(await beside(other), refusal);
  }

  #openSync(from: Storage, name: string, purpose: FilePurpose): Storage | null {
    const answer = this.#resolve === undefined ? name : this.#ask(from, name, purpose, true);
    if (answer instanceof Promise) {
      throw syncUnavailable(from, `open "${name}" beside`);
    }
    if (typeof answer !== "string") {
      return answer;
    }
    if (from.siblingSync === undefined) {
      throw from.sibling === undefined ? noSiblings(from, name) : syncUnavailable(from, `open "${name}" beside`);
    }
    const other = secondName(answer, purpose);
    if (other === null) {
      return from.siblingSync(answer);
    }
    let first: Storage | null = null;
    let refusal: unknown;
    try {
      first = from.siblingSync(answer);
    } catch (error) {
      refusal = error;
    }
    return first ?? afterRefusal(from.siblingSync(other), refusal);
  }

  #ask(from: Storage, name: string, purpose: FilePurpose, sync: boolean): ResolveAnswer | Promise<ResolveAnswer> {
    if (typeof this.#resolve === "function") {
      return this.#resolve(name, { purpose, from: from.name ?? "", sync });
    }
    return this.#resolve?.get(name) ?? null;
  }

  /** Notes what was opened; when the file was open already, `spare` is to be closed again. */
  #settle(
    from: Storage,
    name: string,
    found: Storage | null,
  ): { readonly storage: Storage | null; readonly spare?: Storage } {
    if (found === null) {
      return { storage: null };
    }
    const before = this.#byName.get(from)?.get(name);
    const known = before ?? (found.identity === undefined ? undefined : this.#byIdentity.get(found.identity));
    const storage = known ?? found;
    const names = this.#byName.get(from) ?? new Map<string, Storage>();
    this.#byName.set(from, names.set(name, storage));
    const isOurs = typeof this.#resolve === "function" || this.#resolve === undefined;
    if (known !== undefined && known !== found) {
      return isOurs ? { storage, spare: found } : { storage };
    }
    this.#remember(found);
    if (isOurs && found !== this.#root) {
      this.#opened.add(found);
    }
    return { storage };
  }

  #remember(storage: Storage): void {
    if (storage.identity !== undefined) {
      this.#byIdentity.set(storage.identity, storage);
    }
  }

  #checkLimit(name: string): void {
    const open = this.#opened.size + this.#underWay;
    if (open >= this.#limit) {
      throw new HdfiveError(
        "LIMIT",
        `Unable to open "${name}" (${open} other files are open already): raise { limits: { files } }`,
        { path: name },
      );
    }
  }
}

/**
 * The other name that a file is looked for under: libhdf5 goes on with the last component of an absolute path that it
 * cannot open, so that files which were moved together still find each other.
 */
function secondName(name: string, purpose: FilePurpose): string | null {
  const mayMove = purpose === "external-link" || purpose === "reference" || purpose === "virtual-dataset";
  const last = mayMove && ABSOLUTE.test(name) ? LAST_COMPONENT.exec(name)?.[0] : undefined;
  return last ?? null;
}

function afterRefusal(found: Storage | null, refusal: unknown): Storage | null {
  if (found === null && refusal !== undefined) {
    throw refusal;
  }
  return found;
}

function noSiblings(from: Storage, name: string): HdfiveError {
  return new HdfiveError(
    "UNSUPPORTED",
    `Unable to open "${name}" (${from.name ?? "the storage"} does not know what stands beside it): ` +
      "open with { resolve }, a map of storages by name or a function",
    { path: name },
  );
}
