import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PYTHONS, reportMissingTools } from "../interop/tools.js";

/** Small files by the newest h5py which hold, between them, every structure that libhdf5 writes. */
export class H5pyFiles {
  readonly #folder = mkdtempSync(join(tmpdir(), "hdfive-specimens-"));

  private constructor(python: string) {
    const script = fileURLToPath(new URL("./python/specimens.py", import.meta.url));
    execFileSync(python, [script, this.#folder], { stdio: ["ignore", "ignore", "pipe"] });
  }

  /** Makes the files; `null` where there is no h5py that can, which is said aloud or fails as the environment wants it. */
  static make(): H5pyFiles | null {
    const newest = PYTHONS.find(({ label }) => label === "newest h5py");
    if (newest === undefined) {
      reportMissingTools();
      return null;
    }
    return new H5pyFiles(newest.path);
  }

  /** Paths of all files. */
  get paths(): readonly string[] {
    return readdirSync(this.#folder)
      .filter((name) => name.endsWith(".h5"))
      .map((name) => join(this.#folder, name));
  }

  /** The bytes of a file, by its name in the script. */
  image(name: string): Uint8Array<ArrayBuffer> {
    return new Uint8Array(readFileSync(join(this.#folder, `${name}.h5`)));
  }

  /** Takes the files away. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
