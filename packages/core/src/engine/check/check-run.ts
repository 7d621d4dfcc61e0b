import {
  FormatError,
  type HdfiveError,
  MESSAGE_TYPES,
  type NodeCodec,
  type SymbolTable,
  UnsupportedError,
} from "@hdfive/format";
import { perform, type Task } from "../../task.js";
import { type Operation, probe } from "../transaction/drive.js";
import type { FileState } from "../transaction/file-state.js";
import type { ElementSearch, HeapObject } from "./element-search.js";
import type { CheckProblem, CheckSeverity } from "./problem.js";
import { SpaceLedger } from "./space-ledger.js";

/** An object that links lead to. */
export interface ReachedObject {
  readonly address: number;
  /** Path of the first link that was met. */
  readonly path: string;
  /** Hard links found, and uses of a committed datatype, which count as links. */
  links: number;
}

/** Problems that are kept; a file that is all wrong has no end of them. */
const MOST_PROBLEMS = 1000;
/** Structures fetched ahead at once. */
const MOST_WANTED = 1024;

/**
 * One check of one file: what it has found so far, and the way to look at a structure without being stopped by its errors.
 *
 * Every look is an operation of its own, which leaves no trace but its result: what a result means is noted after it.
 */
export class CheckRun {
  readonly state: FileState;
  readonly search: ElementSearch;
  readonly ledger: SpaceLedger = new SpaceLedger();
  readonly problems: CheckProblem[] = [];
  /** Objects reached, by the address of their header. */
  readonly objects: Map<number, ReachedObject> = new Map();
  /** Of those, the ones not looked at yet. */
  readonly pending: ReachedObject[] = [];
  /** Objects of global heaps that something points to: their indices, by the address of their collection. */
  readonly heapObjects: Map<number, Set<number>> = new Map();
  /** Pointers to messages in heaps of shared messages, by type and ID. */
  readonly #sharedUses = new Map<string, number>();
  /** Where old-style groups keep their links, by the address of their header. */
  readonly tables: Map<number, SymbolTable> = new Map();
  /** Where symbol table entries say that groups keep them. */
  readonly cachedTables: (SymbolTable & { readonly path: string; readonly headerAddress: number })[] = [];
  /** Whether something could not be looked into, so that counts of what leads to an object may be too low. */
  isIncomplete = false;

  constructor(state: FileState, search: ElementSearch) {
    this.state = state;
    this.search = search;
  }

  /** Bytes from the base address to the end of the file. */
  get endOfFile(): number {
    const { driver, storage, superblock, context } = this.state;
    // The superblock of a file of several members says only where one of them ends.
    const isComposed = driver !== null && driver.members.length > 0;
    return (isComposed ? storage.size : superblock.endOfFile) - context.baseAddress;
  }

  /** Notes a problem. */
  report(
    severity: CheckSeverity,
    structure: string,
    address: number | null,
    path: string | null,
    message: string,
  ): void {
    if (this.problems.length < MOST_PROBLEMS) {
      this.problems.push({ severity, structure, address, path, message });
    }
  }

  /** Notes what went wrong with a structure. */
  reportError(error: HdfiveError, path: string | null): void {
    this.isIncomplete = true;
    const isTyped = error instanceof FormatError || error instanceof UnsupportedError;
    const structure = isTyped ? error.structure : "file";
    const isUnknown = error.code === "UNSUPPORTED" || error.code === "MISSING_FILTER" || error.code === "LIMIT";
    this.report(isUnknown ? "unchecked" : "error", structure, error.address ?? null, path, error.message);
  }

  /** What an operation answers; `undefined` when the file is at fault that it cannot, which is noted. */
  *look<T>(path: string | null, operation: Operation<T>): Task<T | undefined> {
    const answer = yield* perform(probe(this.state, operation));
    if (answer.done) {
      return answer.value;
    }
    this.reportError(answer.error, path);
    return undefined;
  }

  /** Fetches structures that will be looked at next, as far as they can be fetched. */
  *want(codec: NodeCodec<unknown>, addresses: readonly number[]): Task<void> {
    if (addresses.length > 1) {
      const some = addresses.slice(0, MOST_WANTED);
      yield* perform(probe(this.state, (tx) => tx.wantNodes(codec, some)));
    }
  }

  /** Notes bytes as in use. */
  claim(kind: string, address: number, length: number, path: string | null): void {
    this.ledger.claim(kind, address, length, path);
    this.#checkEnd(kind, address, length, path);
  }

  /** As `claim`, for what leads to other structures: false, with a problem noted, when it was claimed before. */
  claimOnce(kind: string, address: number, length: number, path: string | null): boolean {
    if (!this.ledger.claimOnce(kind, address, length, path)) {
      this.report("error", kind, address, path, "something else leads to it too");
      return false;
    }
    this.#checkEnd(kind, address, length, path);
    return true;
  }

  #checkEnd(kind: string, address: number, length: number, path: string | null): void {
    if (address + length > this.endOfFile) {
      const message = `its ${length} bytes run past the end of the file at ${this.endOfFile}`;
      this.report("error", kind, address, path, message);
    }
  }

  /** Notes a hard link to an object, which is looked at in its turn. */
  linked(address: number, path: string): void {
    const known = this.objects.get(address);
    if (known !== undefined) {
      known.links++;
      return;
    }
    const object = { address, path, links: 1 };
    this.objects.set(address, object);
    this.pending.push(object);
  }

  /** Notes that something points to a message in the heap of an index of shared messages. */
  sharedUse(messageType: number, heapId: Uint8Array): void {
    const key = `${messageType} ${heapId.join(".")}`;
    this.#sharedUses.set(key, (this.#sharedUses.get(key) ?? 0) + 1);
  }

  /** How many pointers lead to a message in the heap of an index for these types of messages: bit i for type i. */
  sharedUsesOf(messageTypes: number, heapId: Uint8Array): number {
    let uses = 0;
    for (let type = 0; type < MESSAGE_TYPES.length; type++) {
      if ((messageTypes & (1 << type)) !== 0) {
        uses += this.#sharedUses.get(`${type} ${heapId.join(".")}`) ?? 0;
      }
    }
    return uses;
  }

  /** Notes that something points to objects of global heaps. */
  pointedToAll(objects: readonly HeapObject[]): void {
    for (const [collectionAddress, index] of objects) {
      this.pointedTo(collectionAddress, index);
    }
  }

  /** Notes that something points to an object of a global heap. */
  pointedTo(collectionAddress: number, index: number): void {
    if (collectionAddress === 0) {
      return;
    }
    const indices = this.heapObjects.get(collectionAddress);
    if (indices === undefined) {
      this.heapObjects.set(collectionAddress, new Set([index]));
    } else {
      indices.add(index);
    }
  }
}
