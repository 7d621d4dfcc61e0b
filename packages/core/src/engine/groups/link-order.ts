import { HdfiveError, linkCreationOrder, linkMessage, linkName, Reader } from "@hdfive/format";
import { compareBytes } from "../heaps/local-heap.js";
import type { Tx } from "../transaction/tx.js";
import type { LinkPosition } from "./group-link.js";

/** Encoded links of a group, one after the other in the order in which they are listed. */
export interface LinkOrder {
  readonly bytes: Uint8Array;
  /** Where each link starts in `bytes`; one number more than links. */
  readonly starts: Uint32Array;
  /** Whether the order is that of creation, else it is that of the names' bytes. */
  readonly byCreation: boolean;
  /** Bytes of all that. */
  readonly byteLength: number;
}

/** Links read at once. */
const BATCH = 65_536;
const MOST_BYTES = 2 ** 32 - 1;

/**
 * Sorts links, as they are encoded, without decoding more of them than what they are sorted by.
 *
 * @param count number of links
 * @param read gives encoded links from a position on, fewer than asked for only at the end
 */
export function sortLinks(
  tx: Tx,
  byCreation: boolean,
  count: number,
  read: (from: number, limit: number) => readonly Uint8Array[],
): LinkOrder {
  const batches: Uint8Array[] = [];
  // Numbers read from a file size nothing: the arrays grow with what is there.
  const lengths: number[] = [];
  let total = 0;
  for (let from = 0; from < count; from += BATCH) {
    const links = read(from, BATCH);
    const size = links.reduce((sum, { length }) => sum + length, 0);
    total += size;
    if (total > MOST_BYTES) {
      throw new HdfiveError("LIMIT", `The links of a group have more than ${MOST_BYTES} bytes`);
    }
    const batch = new Uint8Array(size);
    let at = 0;
    for (const link of links) {
      tx.work(linkMessage.name);
      batch.set(link, at);
      at += link.length;
      lengths.push(link.length);
    }
    batches.push(batch);
  }
  return arrange(concat(batches, total), lengths, byCreation);
}

function concat(batches: readonly Uint8Array[], total: number): Uint8Array {
  const [only] = batches;
  if (batches.length === 1 && only !== undefined) {
    return only;
  }
  const whole = new Uint8Array(total);
  let at = 0;
  for (const batch of batches) {
    whole.set(batch, at);
    at += batch.length;
  }
  return whole;
}

function arrange(unsorted: Uint8Array, lengths: readonly number[], byCreation: boolean): LinkOrder {
  const places = new Uint32Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) {
    places[i + 1] = (places[i] as number) + length;
  }
  const link = (i: number): Uint8Array => unsorted.subarray(places[i], places[i + 1]);
  const sorted = Uint32Array.from(lengths, (_, i) => i);
  if (byCreation) {
    const moments = Float64Array.from(lengths, (_, i) => orderOf(link(i)));
    sorted.sort((a, b) => (moments[a] as number) - (moments[b] as number));
  } else {
    const names = lengths.map((_, i) => nameOf(link(i)));
    sorted.sort((a, b) => compareBytes(names[a] as Uint8Array, names[b] as Uint8Array));
  }
  const bytes = new Uint8Array(unsorted.length);
  const starts = new Uint32Array(lengths.length + 1);
  let at = 0;
  for (const [i, from] of sorted.entries()) {
    bytes.set(link(from), at);
    at += lengths[from] as number;
    starts[i + 1] = at;
  }
  return { bytes, starts, byCreation, byteLength: bytes.length + starts.byteLength };
}

/** Up to `limit` encoded links after a position, and where listing goes on, `null` at the end. */
export function linksAfter(
  order: LinkOrder,
  after: LinkPosition | null,
  limit: number,
): { readonly page: Uint8Array[]; readonly next: LinkPosition | null } {
  const count = order.starts.length - 1;
  const link = (i: number): Uint8Array => order.bytes.subarray(order.starts[i], order.starts[i + 1]);
  const from = after === null ? 0 : firstAfter(after, count, link);
  const end = Math.min(count, from + limit);
  const page: Uint8Array[] = [];
  for (let i = from; i < end; i++) {
    page.push(link(i));
  }
  const last = page.at(-1);
  if (end === count || last === undefined) {
    return { page, next: null };
  }
  return { page, next: order.byCreation ? orderOf(last) : nameOf(last) };
}

function firstAfter(after: LinkPosition, count: number, link: (i: number) => Uint8Array): number {
  const isAfter = (i: number): boolean =>
    typeof after === "number" ? orderOf(link(i)) > after : compareBytes(nameOf(link(i)), after) > 0;
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(middle)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

function nameOf(link: Uint8Array): Uint8Array {
  return linkName(new Reader(link, linkMessage.name));
}

function orderOf(link: Uint8Array): number {
  return linkCreationOrder(new Reader(link, linkMessage.name)) ?? 0;
}
