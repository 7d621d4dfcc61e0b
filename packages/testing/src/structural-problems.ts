import { type CheckReport, checkSync, MemoryStorage } from "@hdfive/core";

/**
 * What is wrong with the structure of a file, as lines of text: none for a file as it should be. Structures that this
 * version does not know are no problem.
 *
 * Run it after everything that writes: that a reader finds what was written says little of what the next writer finds.
 */
export function structuralProblems(image: Uint8Array): string[] {
  return problemLines(checkSync(new MemoryStorage(image.slice())));
}

/** The problems of a report as lines of text, without those that only say what was not looked into. */
export function problemLines({ problems }: CheckReport): string[] {
  return problems
    .filter(({ severity }) => severity !== "unchecked")
    .map(({ severity, structure, address, path, message }) => {
      return `${severity}: ${structure} at ${address ?? "no address"} of ${path ?? "the file"}: ${message}`;
    });
}
