import { type Dataset, type File, type Group, type HdfObject, slice } from "@hdfive/core";
import { hasUntoldFill } from "../describe.js";

/**
 * Adds and deletes links and attributes everywhere, resizes and overwrites every dataset, deletes some: what `edit_all` of
 * write_matrix.py does.
 */
export async function editAll(file: File, tag: string): Promise<void> {
  for (const section of await file.keys()) {
    const group = await file.getGroup(section);
    for (const [number, name] of sorted(await group.keys()).entries()) {
      if (number % 7 === 6) {
        await group.delete(name);
        continue;
      }
      const cell = await group.get(name);
      try {
        await editObject(cell, tag, number);
        if (cell.kind === "dataset") {
          await editDataset(cell, number);
        } else if (cell.kind === "group") {
          await editLinks(cell, tag);
        }
      } catch (error) {
        throw new Error(`${cell.path}: ${String(error)}`, { cause: error });
      }
    }
  }
}

async function editObject({ attrs }: HdfObject, tag: string, number: number): Promise<void> {
  for (const name of everyThird(await attrs.keys())) {
    await attrs.delete(name);
  }
  for (let index = 0; index < 10; index++) {
    await attrs.set(`${tag} ${index}`, index % 2 === 1 ? index : `text ${index}`);
  }
  await attrs.delete(`${tag} 4`);
  await attrs.set(`${tag} 5`, new Int16Array(30 + (number % 7)));
}

async function editLinks(group: Group, tag: string): Promise<void> {
  for (const name of everyThird(await group.keys())) {
    await group.delete(name);
  }
  for (let index = 0; index < 10; index++) {
    if (index % 4 === 1) {
      await group.createSoftLink(`${tag} ${index}`, "/nowhere");
    } else {
      await group.createDataset(`${tag} ${index}`, { data: index });
    }
  }
  await group.delete(`${tag} 2`);
}

async function editDataset(dataset: Dataset, number: number): Promise<void> {
  if (dataset.isNull || dataset.rank === 0 || dataset.shape.includes(0)) {
    return;
  }
  if (dataset.chunks !== null) {
    const step = number % 3 === 0 ? -2 : 3;
    const { maxShape } = dataset;
    await dataset.resize(
      dataset.shape.map((size, axis) => Math.max(1, Math.min(maxShape[axis] ?? size + step, size + step))),
    );
  }
  // libhdf5 itself cannot read such data any more in a file that is open for reading: what is filled in would have to be
  // put into the heap.
  if (dataset.path.endsWith(" filled chunks") && hasUntoldFill(dataset.datatype)) {
    return;
  }
  const first = await dataset.read(dataset.shape.map(() => slice(0, 1)));
  await dataset.write(
    first,
    dataset.shape.map((size) => slice(size - 1, size)),
  );
}

function everyThird(names: readonly string[]): string[] {
  return sorted(names).filter((_, index) => index % 3 === 0);
}

function sorted(names: readonly string[]): string[] {
  return [...names].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}
