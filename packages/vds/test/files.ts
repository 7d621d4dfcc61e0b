import {
  type File,
  HdfiveError,
  MemoryStorage,
  type NdArray,
  type OpenOptions,
  openStorage,
  type Storage,
} from "@hdfive/core";
import { CountingStorage } from "@hdfive/testing";
import { type VirtualDatasetsOptions, virtualDatasets } from "@hdfive/vds";

/** Files in memory that name each other, and what was asked of them. */
export class Files {
  readonly storages: Map<string, Uint8Array<ArrayBuffer>> = new Map();
  /** Names that were asked for, in order. */
  readonly opened: string[] = [];
  readonly counting: Map<string, CountingStorage> = new Map();
  readonly refused: Set<string> = new Set();
  /** Storages that were given out and not closed. */
  open = 0;
  most = 0;

  /** Makes a file and closes it. */
  async make(name: string, fill: (file: File) => Promise<unknown>, options: OpenOptions = {}): Promise<void> {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { ...this.options(), ...options });
    await fill(file);
    await file.flush();
    const bytes = new Uint8Array(storage.size);
    await storage.read(0, bytes);
    this.storages.set(name, bytes);
    this.counting.delete(name);
    await file.close();
  }

  /** Makes a file with a dataset `data` of ascending integers. */
  async ramp(name: string, shape: readonly number[], start = 0, dtype = "int32"): Promise<void> {
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = Float64Array.from({ length: count }, (_, i) => start + i);
    await this.make(name, (file) => file.createDataset("data", { data, shape, dtype }));
  }

  /** Opens a file that was made. */
  get(name: string, mode: "r" | "r+" = "r", options: VirtualDatasetsOptions = {}): Promise<File> {
    return openStorage(this.storage(name), mode, this.options(options));
  }

  /** The bytes of a file that was made, as a storage. */
  storage(name: string): MemoryStorage {
    return new MemoryStorage(this.storages.get(name)?.slice());
  }

  options(options: VirtualDatasetsOptions = {}): OpenOptions {
    return { plugins: [virtualDatasets(options)], resolve: (name) => this.#resolve(name) };
  }

  #resolve(name: string): Storage | null {
    this.opened.push(name);
    if (this.refused.has(name)) {
      throw new HdfiveError("FORBIDDEN", `"${name}" may not be opened`);
    }
    if (!this.storages.has(name)) {
      return null;
    }
    const inner = this.storage(name);
    const counted = this.counting.get(name) ?? new CountingStorage(inner);
    this.counting.set(name, counted);
    this.open++;
    this.most = Math.max(this.most, this.open);
    return {
      identity: name,
      name,
      size: inner.size,
      read: (offset, into, signal) => counted.read(offset, into, signal),
      readSync: (offset, into) => counted.readSync?.(offset, into) ?? 0,
      close: async () => {
        this.open--;
      },
      closeSync: () => {
        this.open--;
      },
    };
  }
}

/** The elements of an array, one after the other. */
export function elements({ data }: NdArray): unknown[] {
  return Array.from(data as ArrayLike<unknown>);
}
