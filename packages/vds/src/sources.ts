import type { SourceState, VirtualSourceInfo } from "@hdfive/core";
import type { DatasetHeader, FoundDataset, OpenFile, Task } from "@hdfive/core/plugin";
import { HdfiveError } from "@hdfive/format";
import type { Settings } from "./extent.js";
import { withSource } from "./find-source.js";
import { isNumbered, nameOf } from "./name-pattern.js";

/** Errors that are about the call, not about a source. */
const OF_THE_CALL: readonly string[] = ["ABORTED", "SYNC_UNAVAILABLE", "CLOSED"];
const CANNOT_READ = "unreadable";

/** What a virtual dataset is made of, and with `look` what is there of it. */
export function* listSources(
  settings: Settings,
  file: OpenFile,
  dataset: DatasetHeader,
  look: boolean,
): Task<readonly VirtualSourceInfo[]> {
  const { mappings } = yield* settings.structures.of(file, dataset);
  const states = new Map<string, SourceState>();
  const sources: VirtualSourceInfo[] = [];
  for (const { stored, virtual, source, file: fileName, dataset: path } of mappings) {
    const info = { file: stored.fileName, dataset: stored.datasetName, source, virtual };
    if (!look || isNumbered(fileName) || isNumbered(path)) {
      sources.push(info);
      continue;
    }
    const key = JSON.stringify([info.file, info.dataset]);
    const state = states.get(key) ?? (yield* stateOf(settings, file, nameOf(fileName, 0), nameOf(path, 0)));
    states.set(key, state);
    sources.push({ ...info, state });
  }
  return sources;
}

function* stateOf(settings: Settings, file: OpenFile, fileName: string, path: string): Task<SourceState> {
  try {
    return (yield* withSource(file, fileName, path, settings.prefixes, readable)) ?? "missing";
  } catch (error) {
    if (!(error instanceof HdfiveError) || OF_THE_CALL.includes(error.code)) {
      throw error;
    }
    return error.code === "FORBIDDEN" ? "refused" : CANNOT_READ;
  }
}

/** A source without the codec of one of its filters cannot be read. */
function* readable({ file, dataset }: FoundDataset): Task<SourceState> {
  for (const { id, name } of dataset.filters) {
    yield* file.codecs.get(id, name);
  }
  return "present";
}
