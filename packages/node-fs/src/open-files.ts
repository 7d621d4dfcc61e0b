import { HdfiveError } from "@hdfive/core";

/** What one handle means to do with a file. */
export interface FileIntent {
  readonly path: string;
  readonly writes: boolean;
  /** Whether it empties the file first. */
  readonly truncates: boolean;
}

interface OpenFile {
  handles: number;
  writers: number;
}

/**
 * The files that are open in this process, by what the system says they are (device and number), not by path.
 *
 * Two writers that do not know of each other would hand out the same bytes twice. This is advice within one process and
 * thread: other programs are not seen.
 */
const openFiles = new Map<string, OpenFile>();

/**
 * Notes that a file is open and answers with the function that ends it.
 *
 * @throws `IO` when the file has a writer and would get a second one, or would be emptied while it is open
 */
export function claimFile(identity: string, { path, writes, truncates }: FileIntent): () => void {
  const file = openFiles.get(identity) ?? { handles: 0, writers: 0 };
  if (truncates && file.handles > 0) {
    throw alreadyOpen("create", "unable to truncate a file which is already open", path);
  }
  if (writes && file.writers > 0) {
    throw alreadyOpen("open", "unable to open for writing a file which is already open for writing", path);
  }
  const writers = writes ? 1 : 0;
  file.handles += 1;
  file.writers += writers;
  openFiles.set(identity, file);
  let held = true;
  return () => {
    if (held) {
      held = false;
      file.handles -= 1;
      file.writers -= writers;
      if (file.handles === 0) {
        openFiles.delete(identity);
      }
    }
  };
}

function alreadyOpen(action: string, reason: string, path: string): HdfiveError {
  return new HdfiveError("IO", `Unable to ${action} file "${path}" (${reason}): close the other handle first`, {
    path,
  });
}
