import {
  type Link,
  linkInfoMessage,
  linkMessage,
  linkNameRecords,
  linkOrderRecords,
  lookup3,
  MESSAGE_IDS,
  Reader,
  symbolTableMessage,
} from "@hdfive/format";
import type { Task } from "../../task.js";
import { nameSpellings } from "../object-header/name-spellings.js";
import { decodeMessage, findMessage, findMessages, type Header } from "../object-header/object-header.js";
import { checkDense } from "./check-dense.js";
import type { CheckRun } from "./check-run.js";
import { checkSymbolTable } from "./check-symbol-table.js";

/** Checks the links of a group, whatever its style, and notes what they lead to. Sections IV.A.2.c and IV.A.2.r. */
export function* checkGroup(run: CheckRun, header: Header, path: string): Task<void> {
  const below = (name: string): string => `${path === "/" ? "" : path}/${name}`;
  const { address } = header;
  const tableMessage = findMessage(header, MESSAGE_IDS.symbolTable);
  if (tableMessage !== undefined) {
    const table = yield* run.look(path, (tx) => decodeMessage(tx, symbolTableMessage, tableMessage));
    if (table !== undefined) {
      run.tables.set(address, table);
      for (const { name, target, cache } of yield* checkSymbolTable(run, table, path)) {
        if (target.kind === "hard") {
          run.linked(target.address, below(name));
          if (cache.type === "group") {
            run.cachedTables.push({ path: below(name), headerAddress: target.address, ...cache });
          }
        }
      }
    }
  }
  const infoMessage = findMessage(header, MESSAGE_IDS.linkInfo);
  const info =
    infoMessage === undefined
      ? undefined
      : yield* run.look(path, (tx) => decodeMessage(tx, linkInfoMessage, infoMessage));
  if (info === undefined) {
    return;
  }
  const names = new Set<string>();
  const take = (link: Link): void => {
    if (names.has(link.name)) {
      run.report("error", "link", address, path, `there are two named '${link.name}'`);
    }
    names.add(link.name);
    if (link.kind === "hard") {
      run.linked(link.address, below(link.name));
    }
    const { creationOrder } = link;
    if (creationOrder !== null && info.maxCreationIndex !== null && creationOrder >= info.maxCreationIndex) {
      const problem = `'${link.name}' has creation order ${creationOrder}, and ${info.maxCreationIndex} is the next one`;
      run.report("error", "link-info", address, path, problem);
    }
  };
  const compact = findMessages(header, MESSAGE_IDS.link);
  if (compact.length > 0 && info.heapAddress !== null) {
    run.report("error", "link-info", address, path, "it has links in its header beside those in a heap");
  }
  for (const message of compact) {
    const link = yield* run.look(path, (tx) => decodeMessage(tx, linkMessage, message));
    if (link !== undefined) {
      take(link);
    }
  }
  yield* checkDense(run, {
    path,
    info,
    names: linkNameRecords,
    orders: linkOrderRecords,
    hashOf: ({ hash }) => hash,
    orderOf: ({ creationOrder }) => creationOrder,
    isOwn: () => true,
    *take(records, messages) {
      for (const [i, bytes] of messages.entries()) {
        const link = yield* run.look(path, (tx) => {
          return linkMessage.decode(new Reader(bytes, linkMessage.name), tx.context);
        });
        if (link === undefined) {
          continue;
        }
        take(link);
        if (!nameSpellings(link.name).some((name) => lookup3(name) === records[i]?.hash)) {
          const problem = `'${link.name}' is found by the hash of another name`;
          run.report("error", linkNameRecords.name, address, path, problem);
        }
      }
    },
  });
}
