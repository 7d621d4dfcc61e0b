import { FormatError, HdfiveError, type HeaderMessage, MESSAGE_IDS, messageSize } from "@hdfive/format";

/** A message to put into a header; the bytes are as encoded, without padding. */
export interface NewMessage {
  readonly type: number;
  readonly flags: number;
  readonly data: Uint8Array;
  /** Creation order of an attribute, where the header keeps it; the next one when it is not given. */
  readonly creationOrder?: number | null | undefined;
}

const MAX_MESSAGE_BYTES = 0xffff;

/** Bytes of the largest payload of a header message; some are left for the padding of version 1. Section IV.A.1. */
export const MAX_MESSAGE_PAYLOAD: number = MAX_MESSAGE_BYTES - 7;

/** A message as a header of that version stores it: version 1 pads its data to a multiple of 8 bytes. Section IV.A.1.a. */
export function asStored(message: NewMessage, version: 1 | 2, creationOrder: number | null): HeaderMessage {
  const { type, flags, data } = message;
  if (data.length > MAX_MESSAGE_PAYLOAD) {
    throw new HdfiveError(
      "LIMIT",
      `object header message is too large (${data.length} bytes, ${MAX_MESSAGE_PAYLOAD} fit): store it as a dataset instead`,
    );
  }
  const length = version === 1 ? Math.ceil(data.length / 8) * 8 : data.length;
  if (length === data.length) {
    return { type, flags, creationOrder, data };
  }
  const padded = new Uint8Array(length);
  padded.set(data);
  return { type, flags, creationOrder, data: padded };
}

/**
 * The messages of a chunk followed by NIL messages for the space that is left. In version 2 a rest too small for a
 * message stays a gap, which is allowed only where no NIL message is; section IV.A.1.b.
 */
export function packMessages(
  messages: readonly HeaderMessage[],
  room: number,
  version: 1 | 2,
  tracked: boolean,
): HeaderMessage[] {
  const packed = [...messages];
  const overhead = messageSize({ type: 0, flags: 0, creationOrder: null, data: new Uint8Array(0) }, version, tracked);
  let rest = room - packed.reduce((sum, message) => sum + messageSize(message, version, tracked), 0);
  if (rest < 0) {
    throw new FormatError("object-header", `${-rest} bytes too many messages for a chunk`);
  }
  while (rest >= overhead) {
    let length = Math.min(rest - overhead, MAX_MESSAGE_BYTES - 7);
    if (rest - overhead - length > 0 && rest - overhead - length < overhead) {
      length -= 8;
    }
    packed.push({ type: MESSAGE_IDS.nil, flags: 0, creationOrder: tracked ? 0 : null, data: new Uint8Array(length) });
    rest -= overhead + length;
  }
  return packed;
}
