import { type DatasetHeader, loadDataset } from "../engine/datasets/dataset-header.js";
import { type FileExit, walkPath } from "../engine/groups/path.js";
import { transact } from "../engine/transaction/drive.js";
import { perform, type Task } from "../task.js";
import type { OpenFile } from "./open-file.js";

/** A dataset and the file that it is in. */
export interface FoundDataset {
  readonly file: OpenFile;
  readonly dataset: DatasetHeader;
}

/** The dataset at a path from the root group on, also in another file that a link on the way leads to; `null` without one. */
export function* findDataset(first: OpenFile, path: string): Task<FoundDataset | null> {
  let file = first;
  let exit: FileExit | null = null;
  for (;;) {
    const way: string = exit?.path ?? path;
    const followed: number = exit?.followed ?? 0;
    const step: { dataset: DatasetHeader } | FileExit | null = yield* perform(
      transact(file.state, (tx) => {
        const root = tx.state.superblock.rootAddress ?? 0;
        const walk = walkPath(tx, root, way, { followed });
        if (walk.kind === "end") {
          return { dataset: loadDataset(tx, walk.end.address as number) };
        }
        return walk.kind === "exit" ? walk.exit : null;
      }),
    );
    if (step === null || "dataset" in step) {
      return step === null ? null : { file, dataset: step.dataset };
    }
    exit = step;
    file = yield* file.openOther(exit.file, "external-link");
  }
}
