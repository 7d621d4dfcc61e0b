import type { Codec } from "../codec.js";
import type { Reader } from "../reader.js";
import type { Writer } from "../writer.js";
import type { StoredSelection } from "./dataspace-selection.js";
import { decodeHyperslab, encodeHyperslab, hyperslabSize } from "./hyperslab-encoding.js";
import { decodePoints, encodePoints, pointsSize } from "./point-encoding.js";

const NONE = 0;
const POINTS = 1;
const HYPERSLAB = 2;
const ALL = 3;
const HEAD_SIZE = 8;

/** Codec of a selection: type, version, and what these say. File Format Specification, section X.A. */
export const storedSelection: Codec<StoredSelection> = {
  name: "dataspace-selection",
  section: "X.A",

  decode(reader: Reader): StoredSelection {
    const type = reader.u32();
    const version = reader.u32();
    switch (type) {
      case NONE:
      case ALL:
        if (version !== 1) {
          throw reader.corrupt(`selection of type ${type} in version ${version}`);
        }
        reader.skip(HEAD_SIZE);
        return { version: 1, numberSize: 4, selection: { kind: type === ALL ? "all" : "none" } };
      case POINTS:
        return decodePoints(reader, version);
      case HYPERSLAB:
        return decodeHyperslab(reader, version);
      default:
        throw reader.corrupt(`selection of type ${type}`);
    }
  },

  encode(stored: StoredSelection, writer: Writer): void {
    const { version, selection } = stored;
    switch (selection.kind) {
      case "none":
      case "all":
        if (version !== 1) {
          throw writer.invalid(`selection of ${selection.kind} in version ${version}`);
        }
        writer.u32(selection.kind === "all" ? ALL : NONE);
        writer.u32(version);
        writer.zeros(HEAD_SIZE);
        return;
      case "points":
        writer.u32(POINTS);
        writer.u32(version);
        encodePoints(stored, selection, writer);
        return;
      default:
        writer.u32(HYPERSLAB);
        writer.u32(version);
        encodeHyperslab(stored, selection, writer);
    }
  },

  sizeOf(stored: StoredSelection): number {
    const { selection } = stored;
    switch (selection.kind) {
      case "none":
      case "all":
        return 2 * HEAD_SIZE;
      case "points":
        return HEAD_SIZE + pointsSize(stored, selection);
      default:
        return HEAD_SIZE + hyperslabSize(stored, selection);
    }
  },
};
