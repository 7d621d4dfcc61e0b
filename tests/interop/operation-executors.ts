import { type File, NdArray, slice, toDatatype } from "@hdfive/core";
import type { Operation, OperationValue } from "./operations.js";

/** Does an operation with hdfive, waiting or not. */
export async function perform(file: File, operation: Operation, sync: boolean): Promise<void> {
  if (sync) {
    performSync(file, operation);
    return;
  }
  switch (operation.op) {
    case "group":
      await file.createGroup(operation.path, { trackOrder: operation.ordered });
      return;
    case "dataset":
      await file.createDataset(operation.path, datasetOptions(operation));
      return;
    case "write": {
      const dataset = await file.getDataset(operation.path);
      await dataset.write(nestedValues(operation.data, operation.count), selection(operation));
      return;
    }
    case "resize":
      await (await file.getDataset(operation.path)).resize(operation.shape);
      return;
    case "attr": {
      const { dtype, shape } = operation;
      await (await file.get(operation.path)).attrs.set(operation.name, attributeValue(operation), { dtype, shape });
      return;
    }
    case "deleteAttr":
      await (await file.get(operation.path)).attrs.delete(operation.name);
      return;
    case "renameAttr":
      await (await file.get(operation.path)).attrs.rename(operation.name, operation.to);
      return;
    case "delete":
      await file.delete(operation.path);
      return;
    case "move":
      await file.move(operation.path, operation.to);
      return;
    case "externalLink":
      await file.createExternalLink(operation.path, operation.file, operation.target);
      return;
    case "link":
      await file.createHardLink(operation.path, await file.get(operation.target));
      return;
    case "softLink":
      await file.createSoftLink(operation.path, operation.target);
      return;
  }
}

function performSync(file: File, operation: Operation): void {
  switch (operation.op) {
    case "group":
      file.createGroupSync(operation.path, { trackOrder: operation.ordered });
      return;
    case "dataset":
      file.createDatasetSync(operation.path, datasetOptions(operation));
      return;
    case "write": {
      const dataset = file.getDatasetSync(operation.path);
      dataset.writeSync(nestedValues(operation.data, operation.count), selection(operation));
      return;
    }
    case "resize":
      file.getDatasetSync(operation.path).resizeSync(operation.shape);
      return;
    case "attr": {
      const { dtype, shape } = operation;
      file.getSync(operation.path).attrs.setSync(operation.name, attributeValue(operation), { dtype, shape });
      return;
    }
    case "deleteAttr":
      file.getSync(operation.path).attrs.deleteSync(operation.name);
      return;
    case "renameAttr":
      file.getSync(operation.path).attrs.renameSync(operation.name, operation.to);
      return;
    case "delete":
      file.deleteSync(operation.path);
      return;
    case "move":
      file.moveSync(operation.path, operation.to);
      return;
    case "externalLink":
      file.createExternalLinkSync(operation.path, operation.file, operation.target);
      return;
    case "link":
      file.createHardLinkSync(operation.path, file.getSync(operation.target));
      return;
    case "softLink":
      file.createSoftLinkSync(operation.path, operation.target);
      return;
  }
}

function datasetOptions(operation: Extract<Operation, { op: "dataset" }>): Parameters<File["createDataset"]>[1] {
  const { dtype, shape, maxShape, chunks, gzip, shuffle, fletcher32, fill, data } = operation;
  return {
    dtype,
    shape,
    ...(maxShape === null ? {} : { maxShape }),
    ...(chunks === null ? {} : { chunks }),
    ...(gzip === null ? {} : { compression: gzip }),
    ...(fill === null ? {} : { fillValue: fill }),
    ...(data === null ? {} : { data: nestedValues(data, shape) }),
    shuffle,
    fletcher32,
  };
}

function selection({ start, step, count }: Extract<Operation, { op: "write" }>): ReturnType<typeof slice>[] {
  return start.map((from, axis) => {
    const by = step[axis] as number;
    return slice(from, from + (count[axis] as number) * by - by + 1, by);
  });
}

function attributeValue({ dtype, shape, data }: Extract<Operation, { op: "attr" }>): unknown {
  if (shape.length === 0) {
    return data[0];
  }
  // Strings as an array of ours, numbers as nested lists.
  return dtype === "string" ? new NdArray([...data] as string[], shape, toDatatype(dtype)) : nestedValues(data, shape);
}

function nestedValues(values: readonly OperationValue[], shape: readonly number[]): unknown {
  let index = 0;
  const level = (axis: number): unknown =>
    axis === shape.length ? values[index++] : Array.from({ length: shape[axis] as number }, () => level(axis + 1));
  return level(0);
}
