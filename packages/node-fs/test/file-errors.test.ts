import { HdfiveError } from "@hdfive/core";
import { describe, expect, it } from "vitest";
import { fileError } from "../src/file-errors.js";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: what the system says`), { code });

describe("errors of the file system", () => {
  it.each([
    ["ENOENT", false, "NOT_FOUND", "no such file or directory"],
    ["EEXIST", true, "ALREADY_EXISTS", "file exists"],
    ["EACCES", false, "IO", "permission denied"],
    ["EACCES", true, "READ_ONLY", "permission denied"],
    ["EROFS", true, "READ_ONLY", "read-only file system"],
    ["EISDIR", true, "IO", "it is a directory"],
    ["ENOSPC", true, "IO", "no space left on the device"],
    ["EWHATEVER", true, "IO", "what the system says"],
  ] as const)("%s while writing is %s: code %s, and words", (code, writes, expected, words) => {
    const error = fileError({ action: "open file", path: "a.h5", writes }, systemError(code));
    expect(error).toMatchObject({ code: expected, path: "a.h5", cause: { code } });
    expect(error.message).toMatch(/^Unable to open file "a\.h5" \(.*\)$/);
    expect(error.message).toContain(words);
  });

  it("leaves an error that already has its words", () => {
    const error = new HdfiveError("CLOSED", "closed");
    expect(fileError({ action: "open file", path: "a", writes: false }, error)).toBe(error);
  });
});
