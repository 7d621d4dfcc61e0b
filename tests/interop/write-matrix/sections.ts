import { HdfiveError, MemoryStorage, openStorage } from "@hdfive/core";
import { BOUNDS, type Bound, type Cell } from "./cell.js";
import { groupCells } from "./group-cells.js";
import { storageCells } from "./storage-cells.js";
import { typeCells } from "./type-cells.js";

/** The groups of a file of the matrix, and the cells in each. */
export const SECTIONS: ReadonlyMap<string, readonly Cell[]> = new Map([
  ["storage", storageCells()],
  ["types", typeCells()],
  ["groups", groupCells()],
]);

/** A cell that could not be written, with the reason. */
export interface Unsupported {
  readonly cell: string;
  readonly reason: string;
}

/** A file of the matrix. */
export interface MatrixFile {
  readonly bound: Bound;
  readonly image: Uint8Array<ArrayBuffer>;
  /** Paths and cells that are there. */
  readonly cells: ReadonlyMap<string, Cell>;
  readonly unsupported: readonly Unsupported[];
}

/** Writes every cell that there is under a bound into one file, every second one without waiting. */
export async function writeMatrixFile(bound: Bound): Promise<MatrixFile> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", { libver: bound });
  const cells = new Map<string, Cell>();
  const unsupported: Unsupported[] = [];
  for (const [section, list] of SECTIONS) {
    const group = await file.createGroup(section);
    for (const [index, cell] of list.entries()) {
      if (cell.bounds?.(bound) === false) {
        continue;
      }
      const sync = index % 2 === BOUNDS.indexOf(bound) % 2;
      try {
        await cell.write(group, cell.name, sync);
        cells.set(`/${section}/${cell.name}`, cell);
      } catch (error) {
        if (!(error instanceof HdfiveError)) {
          throw new Error(cell.name, { cause: error });
        }
        unsupported.push({ cell: `${section}/${cell.name}`, reason: error.message });
      }
    }
  }
  await file.close();
  return { bound, image: storage.image(), cells, unsupported };
}
