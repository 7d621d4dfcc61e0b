import {
  type Attribute,
  attributeInfoMessage,
  attributeMessage,
  attributeNameRecords,
  attributeOrderRecords,
  lookup3,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  messageTypeOf,
  Reader,
  sharedMessage,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import { isDataset } from "../datasets/dataset-header.js";
import { listAttributes } from "../object-header/attributes.js";
import { nameSpellings } from "../object-header/name-spellings.js";
import { decodeMessage, findMessage, type Header, loadHeader } from "../object-header/object-header.js";
import { searchElements } from "./check-chunks.js";
import { checkDataset } from "./check-dataset.js";
import { checkDense } from "./check-dense.js";
import { checkGroup } from "./check-group.js";
import type { CheckRun } from "./check-run.js";

/** Checks an object: its header, attributes, and its links or data. */
export function* checkObject(run: CheckRun, address: number, path: string): Task<void> {
  const header = yield* checkHeader(run, address, path);
  if (header === null) {
    return;
  }
  yield* checkAttributes(run, header, path);
  yield* checkGroup(run, header, path);
  if (isDataset(header)) {
    yield* checkDataset(run, header, path);
  }
}

/** Checks an object header with all its chunks and messages; `null` when it cannot be read. Section IV.A.1. */
export function* checkHeader(run: CheckRun, address: number, path: string | null): Task<Header | null> {
  const header = yield* run.look(path, (tx) => loadHeader(tx, address));
  if (header === undefined) {
    return null;
  }
  let count = 0;
  for (const [i, chunk] of header.chunks.entries()) {
    const kind = i === 0 ? "object-header" : "object-header-continuation";
    if (!run.claimOnce(kind, chunk.address, chunk.byteLength, path)) {
      return null;
    }
    count += chunk.messages.length;
  }
  if (header.prefix.version === 1 && header.prefix.messageCount !== count) {
    const problem = `it counts ${header.prefix.messageCount} messages, and has ${count}`;
    run.report("warning", "object-header", address, path, problem);
  }
  for (const message of header.messages) {
    const type = messageTypeOf(message.type);
    const codec = type?.codec ?? null;
    if ((message.flags & MESSAGE_FLAGS.shared) !== 0) {
      const pointer = yield* run.look(path, (tx) => {
        return sharedMessage.decode(new Reader(message.data, sharedMessage.name), tx.context);
      });
      if (pointer?.kind === "heap") {
        run.sharedUse(message.type, pointer.heapId);
      } else if (pointer !== undefined) {
        run.linked(pointer.address, `${path ?? "/"} (committed datatype)`);
      }
    }
    if ((message.flags & MESSAGE_FLAGS.wasUnknown) !== 0) {
      // What a writer that did not know the message has left of it holds no longer.
      continue;
    }
    if (codec !== null) {
      yield* run.look(path, (tx) => decodeMessage(tx, codec, message) !== null);
    } else if (type === undefined) {
      run.report("unchecked", "object-header", address, path, `message of type ${message.type}`);
    }
  }
  return header;
}

function* checkAttributes(run: CheckRun, header: Header, path: string): Task<void> {
  const names = new Set<string>();
  const take = (attribute: Attribute): void => {
    if (names.has(attribute.name)) {
      run.report("error", "attribute", header.address, path, `there are two named '${attribute.name}'`);
    }
    names.add(attribute.name);
    if ("shared" in attribute.datatype && attribute.datatype.shared.kind === "committed") {
      run.linked(attribute.datatype.shared.address, `${path} (committed datatype)`);
    }
  };
  for (const message of header.messages) {
    if (message.type === MESSAGE_IDS.attribute) {
      const attribute = yield* run.look(path, (tx) => decodeMessage(tx, attributeMessage, message));
      if (attribute !== undefined) {
        take(attribute);
      }
    }
  }
  const infoMessage = findMessage(header, MESSAGE_IDS.attributeInfo);
  const info =
    infoMessage === undefined
      ? undefined
      : yield* run.look(path, (tx) => decodeMessage(tx, attributeInfoMessage, infoMessage));
  if (info !== undefined && info.heapAddress !== null) {
    yield* checkDense(run, {
      path,
      info,
      names: attributeNameRecords,
      orders: attributeOrderRecords,
      hashOf: ({ hash }) => hash,
      orderOf: ({ creationOrder }) => creationOrder,
      isOwn: ({ messageFlags }) => (messageFlags & MESSAGE_FLAGS.shared) === 0,
      *take(records, messages) {
        for (const [i, record] of records.entries()) {
          const bytes = messages[i];
          if (bytes === undefined) {
            run.sharedUse(MESSAGE_IDS.attribute, record.heapId);
            continue;
          }
          const attribute = yield* run.look(path, (tx) => {
            return attributeMessage.decode(new Reader(bytes, attributeMessage.name), tx.context);
          });
          if (attribute === undefined) {
            continue;
          }
          take(attribute);
          if (!nameSpellings(attribute.name).some((name) => lookup3(name) === record.hash)) {
            const problem = `'${attribute.name}' is found by the hash of another name`;
            run.report("error", attributeNameRecords.name, header.address, path, problem);
          }
        }
      },
    });
  }
  if (names.size === 0 && info === undefined) {
    return;
  }
  const attributes = yield* run.look(path, (tx) =>
    listAttributes(tx, header.address)
      .filter(({ datatype }) => run.search.pointsToHeap(datatype))
      .map(({ datatype, data }) => ({ datatype, data: data.slice() })),
  );
  for (const { datatype, data } of attributes ?? []) {
    yield* searchElements(run, { datatype }, data, data.length / datatype.size, path);
  }
}
