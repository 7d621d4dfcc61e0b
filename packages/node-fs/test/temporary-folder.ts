import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";

/** A folder that is gone after each test. Call it once per test file; the answer makes paths in the folder. */
export function temporaryFolder(): (name: string) => string {
  let folder: string | null = null;
  afterEach(() => {
    if (folder !== null) {
      rmSync(folder, { recursive: true, force: true });
      folder = null;
    }
  });
  return (name) => {
    folder ??= mkdtempSync(join(tmpdir(), "hdfive-node-fs-"));
    return join(folder, name);
  };
}
