import type { Codec } from "../codec.js";
import type { ModificationTime } from "./modification-time.js";

const TEXT_SIZE = 14;
const DIGITS = /^[0-9]{14}$/;

/** The old object modification time message: fourteen digits "YYYYMMDDhhmmss". File Format Specification, section IV.A.2.o. */
export const modificationTimeOldMessage: Codec<ModificationTime> = {
  name: "modification-time-old",
  section: "IV.A.2.o",
  decode(reader) {
    const text = reader.latin1(TEXT_SIZE);
    reader.skip(2);
    const seconds = DIGITS.test(text) ? secondsOf(text) : undefined;
    if (seconds === undefined) {
      throw reader.corrupt(`${JSON.stringify(text)} is not a time`);
    }
    return { seconds };
  },
  encode({ seconds }, writer) {
    const text = textOf(seconds);
    if (text === undefined) {
      throw writer.invalid(`${seconds} seconds since 1970 are not in the years 0 to 9999`);
    }
    writer.signature(text);
    writer.zeros(2);
  },
  sizeOf: () => TEXT_SIZE + 2,
};

/** Seconds since 1970, or `undefined` when no calendar has that day or hour. */
function secondsOf(text: string): number | undefined {
  const at = (start: number, end: number): string => text.slice(start, end);
  const date = `${at(0, 4)}-${at(4, 6)}-${at(6, 8)}T${at(8, 10)}:${at(10, 12)}:${at(12, 14)}Z`;
  const seconds = Date.parse(date) / 1000;
  // Some engines take the 31st of a short month for the next one's first day.
  return textOf(seconds) === text ? seconds : undefined;
}

function textOf(seconds: number): string | undefined {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) {
    return undefined;
  }
  const text = date.toISOString().replace(/[-T:]/g, "").slice(0, TEXT_SIZE);
  return DIGITS.test(text) ? text : undefined;
}
