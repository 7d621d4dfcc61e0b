import { FormatError } from "@hdfive/format";
import { fillBytes } from "../array/index.js";
import type { DatasetHeader } from "../engine/datasets/dataset-header.js";

/** One element of the dataset's fill value as the file stores it: the user's, or zeros. */
export function fillElement(dataset: DatasetHeader): Uint8Array<ArrayBuffer> {
  const { fill, datatype } = dataset;
  const element = new Uint8Array(datatype.size);
  if (fill.value !== null && fill.value.length > 0) {
    if (fill.value.length !== datatype.size) {
      throw new FormatError("fill value", `it has ${fill.value.length} bytes where an element has ${datatype.size}`, {
        address: dataset.address,
      });
    }
    element.set(fill.value);
  }
  return element;
}

/** `count` elements of fill value. */
export function filledBytes(dataset: DatasetHeader, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count * dataset.datatype.size);
  const element = fillElement(dataset);
  if (element.some((byte) => byte !== 0)) {
    fillBytes(bytes, element);
  }
  return bytes;
}
