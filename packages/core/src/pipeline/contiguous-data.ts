import { type ContiguousLayout, FormatError, HdfiveError, type Layout } from "@hdfive/format";
import { elementCount } from "../array/index.js";
import { type DatasetHeader, loadDataset, putLayout, requireLayout } from "../engine/datasets/dataset-header.js";
import { transact } from "../engine/transaction/drive.js";
import { fetchBytes, writeBytes } from "../storage/access.js";
import { type Effect, perform, type Task } from "../task.js";
import { externalSource } from "./external-data.js";
import { fillElement, filledBytes } from "./fill.js";
import type { OpenFile } from "./open-file.js";
import type { FetchSpan } from "./read-contiguous.js";

/** Bytes of fill value written at once. */
const FILL_BYTES = 1024 * 1024;

/** How the bytes of a contiguous dataset are had: from its file or others, or the fill value while nothing is allocated. */
export function contiguousSource(file: OpenFile, dataset: DatasetHeader, layout: ContiguousLayout): FetchSpan {
  const { address } = layout;
  const { size } = dataset.datatype;
  if (dataset.external !== null) {
    return externalSource(file, dataset, dataset.external);
  }
  if (address === null) {
    return (_, into) => immediate(() => into.set(filledBytes(dataset, into.length / size)));
  }
  const needed = elementCount(dataset.dataspace.dimensions) * size;
  if (layout.size !== null && layout.size < needed) {
    throw new FormatError("data layout", `its ${layout.size} bytes are fewer than the ${needed} of type and shape`, {
      address: dataset.address,
    });
  }
  const { blocks, context, allocator, storage } = file.state;
  return (offset, into) => {
    const at = address + offset;
    const end = context.baseAddress + at + into.length;
    // Space given out since the file was opened may not have been reached by a write yet: it holds zeros.
    if (end > storage.size && !(file.state.writable && at + into.length <= allocator.endOfFile)) {
      throw new FormatError("contiguous data", "it runs past the end of the file", { address });
    }
    return expectBytes(
      fetchBytes(blocks, context.baseAddress + at, into),
      end > storage.size ? 0 : into.length,
      storage.name,
    );
  };
}

/** How the bytes of a compact dataset are had: they stand in its header. */
export function compactSource(dataset: DatasetHeader, data: Uint8Array): FetchSpan {
  const needed = elementCount(dataset.dataspace.dimensions) * dataset.datatype.size;
  if (data.length < needed) {
    throw new FormatError(
      "data layout",
      `its ${data.length} compact bytes are fewer than the ${needed} of type and shape`,
      {
        address: dataset.address,
      },
    );
  }
  return (offset, into) => immediate(() => into.set(data.subarray(offset, offset + into.length)));
}

/**
 * Gives a contiguous dataset its space at the first write, filled unless the write covers all of it.
 *
 * @returns the address of the data
 */
export function* allocateContiguous(file: OpenFile, dataset: DatasetHeader, covered: boolean): Task<number> {
  const byteLength = elementCount(dataset.dataspace.dimensions) * dataset.datatype.size;
  const { state } = file;
  const { address, isNew } = yield* perform(
    transact(state, (tx) => {
      const layout: Layout = requireLayout(loadDataset(tx, dataset.address));
      if (layout.class !== "contiguous") {
        throw new HdfiveError("WRONG_KIND", "The dataset is not contiguous", { address: dataset.address });
      }
      if (layout.address !== null) {
        return { address: layout.address, isNew: false };
      }
      const taken = tx.alloc(byteLength, "raw");
      putLayout(tx, dataset.address, { ...layout, address: taken, size: byteLength });
      return { address: taken, isNew: true };
    }),
  );
  if (isNew && !covered) {
    yield* fillSpace(file, dataset, address, byteLength);
  }
  return address;
}

function* fillSpace(file: OpenFile, dataset: DatasetHeader, address: number, byteLength: number): Task<void> {
  const { blocks, context, storage } = file.state;
  const offset = context.baseAddress + address;
  // The storage grows with zeros by itself.
  const zeros = fillElement(dataset).every((byte) => byte === 0);
  const end = zeros ? Math.min(offset + byteLength, storage.size) : offset + byteLength;
  const { size } = dataset.datatype;
  const piece = filledBytes(dataset, Math.max(1, Math.min(Math.floor(FILL_BYTES / size), byteLength / size)));
  for (let at = offset; at < end; at += piece.length) {
    yield* perform(writeBytes(blocks, at, piece.subarray(0, Math.min(piece.length, end - at))));
  }
}

function immediate(step: () => void): Effect<void> {
  return { async: step, sync: step };
}

function expectBytes(fetch: Effect<number>, wanted: number, name: string | undefined): Effect<void> {
  const check = (read: number): void => {
    if (read < wanted) {
      throw new HdfiveError("IO", `The storage gave ${read} of ${wanted} bytes`, { path: name });
    }
  };
  return {
    async: async (signal) => check(await fetch.async(signal)),
    sync: () => check(fetch.sync()),
  };
}
