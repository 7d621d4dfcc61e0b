import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the files of one suite, gone at its end. */
export class ScratchFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), "hdfive-"));

  /** The path of a file in the folder. */
  file(name: string): string {
    return join(this.path, name);
  }

  /** Puts a file into the folder; returns its path. */
  put(name: string, image: Uint8Array): string {
    writeFileSync(this.file(name), image);
    return this.file(name);
  }

  /** The bytes of a file in the folder. */
  take(name: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(readFileSync(this.file(name)));
  }

  /** Takes the folder away with all that is in it. */
  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
