import { type File, MemoryStorage, openStorage } from "@hdfive/core";
import { DEFAULT_CONTEXT, layoutMessage, MESSAGE_IDS, objectHeader, Reader } from "@hdfive/format";

/** A message of an object header: its kind, its flags, and what it says, in hexadecimal. */
export type SeenMessage = readonly [type: string, flags: number, data: string];

const NAMES = new Map<number, string>(Object.entries(MESSAGE_IDS).map(([name, id]) => [id, name]));

/**
 * The messages of the first chunk of each dataset's header, in order, without free space; of layouts all but addresses and
 * the sizes of single chunks.
 */
export async function headerMessages(image: Uint8Array<ArrayBuffer>): Promise<Record<string, readonly SeenMessage[]>> {
  const file: File = await openStorage(new MemoryStorage(image));
  const found: Record<string, readonly SeenMessage[]> = {};
  for (const name of await file.keys()) {
    found[name] = messagesAt(image, (await file.get(name)).address);
  }
  await file.close();
  return found;
}

function messagesAt(image: Uint8Array<ArrayBuffer>, address: number): SeenMessage[] {
  const context = DEFAULT_CONTEXT;
  const size = objectHeader.totalSize(new Reader(image.subarray(address), "object-header", address), context);
  const header = objectHeader.decode(
    new Reader(image.subarray(address, address + size), "object-header", address),
    context,
  );
  return header.messages
    .filter(({ type }) => type !== MESSAGE_IDS.nil)
    .map(({ type, flags, data }) => [NAMES.get(type) ?? String(type), flags, said(type, data)]);
}

function said(type: number, data: Uint8Array): string {
  if (type === MESSAGE_IDS.continuation) {
    return "somewhere";
  }
  if (type !== MESSAGE_IDS.layout) {
    return Buffer.from(data).toString("hex");
  }
  const layout = layoutMessage.decode(new Reader(data, "data-layout", 0), DEFAULT_CONTEXT);
  return JSON.stringify(layout, (key, value: unknown) =>
    key === "address" || key === "storedSize" ? "somewhere" : key === "data" ? "data" : value,
  );
}
