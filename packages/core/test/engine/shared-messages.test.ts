import {
  type Codec,
  type Dataspace,
  type Datatype,
  dataspaceMessage,
  datatype as datatypeCodec,
  FormatError,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  type SharedMessage,
  sharedMessage,
  sharedMessageTable,
} from "@hdfive/format";
import { describe, expect, it } from "vitest";
import { replaceMessage } from "../../src/engine/object-header/header-edit.js";
import type { NewMessage } from "../../src/engine/object-header/message-packing.js";
import { createHeader } from "../../src/engine/object-header/new-header.js";
import {
  decodeMessage,
  encodeMessage,
  loadHeader,
  requireMessage,
} from "../../src/engine/object-header/object-header.js";
import { resolveDatatype } from "../../src/engine/object-header/shared.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { newFile } from "./engine-file.js";

const INT16: Datatype = {
  class: "fixed-point",
  version: 1,
  size: 2,
  byteOrder: "LE",
  signed: true,
  lowPad: 0,
  highPad: 0,
  bitOffset: 0,
  bitPrecision: 16,
};
const SPACE: Dataspace = { version: 2, type: "simple", dimensions: [3, 4], maxDimensions: null };

/** An object with one message. */
function object<T>(tx: Tx, type: number, codec: Codec<T>, value: T, flags = 0): number {
  const message: NewMessage = { type, flags, data: encodeMessage(tx, codec, value) };
  return createHeader(tx, [message]);
}

/** An object whose datatype or other message stands elsewhere. */
function pointer(tx: Tx, type: number, shared: SharedMessage): number {
  return object(tx, type, sharedMessage, shared, MESSAGE_FLAGS.shared);
}

const datatypeOf = (tx: Tx, address: number) =>
  resolveDatatype(tx, requireMessage(loadHeader(tx, address), MESSAGE_IDS.datatype));

describe("a message that stands elsewhere", () => {
  it.each([1, 2, 3] as const)("is followed to a committed datatype, version %i of the pointer", async (version) => {
    const file = await newFile(false);
    await file.do((tx) => {
      const committed = object(tx, MESSAGE_IDS.datatype, datatypeCodec, INT16);
      const user = pointer(tx, MESSAGE_IDS.datatype, { version, kind: "committed", address: committed });
      expect(datatypeOf(tx, user)).toEqual({ datatype: INT16, committedAddress: committed });
      expect(datatypeOf(tx, committed)).toEqual({ datatype: INT16, committedAddress: null });
    });
  });

  it("is followed whatever its type", async () => {
    const file = await newFile(false);
    await file.do((tx) => {
      const holder = object(tx, MESSAGE_IDS.dataspace, dataspaceMessage, SPACE);
      const user = pointer(tx, MESSAGE_IDS.dataspace, { version: 2, kind: "committed", address: holder });
      const message = requireMessage(loadHeader(tx, user), MESSAGE_IDS.dataspace);
      expect(decodeMessage(tx, dataspaceMessage, message)).toEqual(SPACE);
    });
  });

  it("is refused where pointers lead to pointers, in a circle or not, or to an object without such a message", async () => {
    const file = await newFile(false);
    await file.do((tx) => {
      const first = pointer(tx, MESSAGE_IDS.datatype, { version: 2, kind: "committed", address: 0 });
      const self = { version: 2, kind: "committed", address: first } as const;
      const itself = requireMessage(loadHeader(tx, first), MESSAGE_IDS.datatype);
      replaceMessage(tx, first, itself, encodeMessage(tx, sharedMessage, self));
      const second = pointer(tx, MESSAGE_IDS.datatype, self);
      const third = pointer(tx, MESSAGE_IDS.datatype, { ...self, address: second });
      const space = object(tx, MESSAGE_IDS.dataspace, dataspaceMessage, SPACE);
      const wrong = pointer(tx, MESSAGE_IDS.datatype, { ...self, address: space });
      for (const address of [first, second, third, wrong]) {
        expect(() => datatypeOf(tx, address)).toThrow(FormatError);
      }
    });
  });

  it("is refused when it should be in a heap that the file has not", async () => {
    const file = await newFile(false);
    await file.do((tx) => {
      const heapId = new Uint8Array(8);
      const user = pointer(tx, MESSAGE_IDS.datatype, { version: 3, kind: "heap", heapId });
      expect(() => datatypeOf(tx, user)).toThrow(/the file has none/);
      const table = sharedMessageTable(1);
      const index = {
        kind: "list",
        messageTypes: 1 << MESSAGE_IDS.dataspace,
        minimumSize: 1,
        listCutoff: 50,
        btreeCutoff: 40,
        messageCount: 0,
        indexAddress: null,
        heapAddress: null,
      } as const;
      const tableAddress = tx.alloc(table.prefixSize(tx.context));
      tx.put(table, tableAddress, { indexes: [index] });
      file.state.sharedMessages = { tableAddress, indexCount: 1 };
      expect(() => datatypeOf(tx, user)).toThrow(/no index for messages of type 3/);
      const space = pointer(tx, MESSAGE_IDS.dataspace, { version: 3, kind: "heap", heapId });
      const message = requireMessage(loadHeader(tx, space), MESSAGE_IDS.dataspace);
      expect(() => decodeMessage(tx, dataspaceMessage, message)).toThrow(/no heap for messages of type 1/);
    });
  });
});
