import { Dataset, type File, Group, HdfiveError, type IteratedObject, openStorage } from "@hdfive/core";
import { FILTERS } from "@hdfive/filters";
import type { CorpusHost } from "./corpus-host.js";
import type { CorpusEntry } from "./expected.js";
import type { Difference } from "./findings.js";
import type { FileReport } from "./report.js";

/** What a read of a broken file may take. */
const LIMITS = { work: 2_000_000, chunkBytes: 2 ** 26, readBytes: 2 ** 26 };

/**
 * Reads everything in a file that may be broken: every object, link, attribute and dataset. It `survived` when every error
 * is a typed one; what it holds is not compared with anything.
 */
export async function survivedFile(host: CorpusHost, { file: path }: Pick<CorpusEntry, "file">): Promise<FileReport> {
  const differences: Difference[] = [];
  const attempt = async <T>(at: string, fact: string, work: () => Promise<T> | T): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HdfiveError)) {
        const got = error instanceof Error ? (error.stack ?? String(error)) : String(error);
        differences.push({ path: at, fact, expected: "a result or a typed error", got });
      }
      return undefined;
    }
  };
  const storage = await host.openStorage(path);
  try {
    const file = await attempt("/", "open", () => openStorage(storage, "r", { filters: FILTERS, limits: LIMITS }));
    if (file !== undefined) {
      await attempt("/", "info", () => file.info());
      await readObject(file, file, attempt);
      await attempt("/", "walk", async () => {
        for await (const [, object] of file.walk()) {
          await readObject(file, object, attempt);
        }
      });
      await attempt("/", "close", () => file.close());
    }
  } finally {
    await storage.close();
  }
  const status = differences.length === 0 ? "survived" : "wrong";
  return { file: path, status, unsupported: new Map(), differences };
}

type Attempt = <T>(at: string, fact: string, work: () => Promise<T> | T) => Promise<T | undefined>;

async function readObject(file: File, object: IteratedObject, attempt: Attempt): Promise<void> {
  const { path } = object;
  if (object.kind === "unreadable") {
    return;
  }
  await attempt(path, "info", () => object.info());
  for (const name of (await attempt(path, "attributes", () => object.attrs.keys())) ?? []) {
    await attempt(path, `attribute ${name}`, () => object.attrs.get(name));
  }
  if (object instanceof Dataset) {
    await attempt(path, "fill value", () => object.fillValue());
    await attempt(path, "data", () => object.read());
  } else if (object instanceof Group) {
    for (const { name } of (await attempt(path, "links", () => object.links())) ?? []) {
      await attempt(path, `member ${name}`, () => object.get(name));
    }
  }
  await attempt(path, "path", () => file.has(path));
}
