import { exercise, ForeignError, SMALL_FILE_LIMITS } from "./exercise.js";
import { type ChecksumSite, type Recording, record, sealAt } from "./places.js";

const MAX_ROUNDS = 8;

/** What the decoders read of an image when all of it is read. */
export function recordAll(image: Uint8Array<ArrayBuffer>): Recording {
  return record(image, () => {
    try {
      exercise(image.slice(), SMALL_FILE_LIMITS);
    } catch (error) {
      // Whoever reads the image for its own sake says what is wrong with that.
      if (!(error instanceof ForeignError)) {
        throw error;
      }
    }
  });
}

/** Puts the checksums of an image right: those that were there, then what the changed image leads to, until all are. */
export function seal(image: Uint8Array<ArrayBuffer>, known: readonly ChecksumSite[]): void {
  sealAt(image, known);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    if (!sealAt(image, recordAll(image).checksums)) {
      return;
    }
  }
}
