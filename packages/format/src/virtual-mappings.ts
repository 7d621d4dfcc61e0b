import { CHECKSUM_SIZE, readChecksum, writeChecksum } from "./checksum.js";
import type { Codec } from "./codec.js";
import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { StoredSelection } from "./selection/dataspace-selection.js";
import { storedSelection } from "./selection/stored-selection.js";
import { encodeText, type Writer } from "./writer.js";

/** One part of a virtual dataset and where its elements come from. File Format Specification, section III.F. */
export interface VirtualMapping {
  /** Name of the source file; `"."` for the file of the virtual dataset itself. */
  readonly fileName: string;
  /** Path of the source dataset in its file. */
  readonly datasetName: string;
  /** The elements in the source. */
  readonly source: StoredSelection;
  /** Where they are in the virtual dataset. */
  readonly virtual: StoredSelection;
}

/** What a virtual dataset is made of: an object of the global heap. File Format Specification, section III.F. */
export interface VirtualMappings {
  /** Version 1 says a name that comes again by the number of the mapping that had it first. */
  readonly version: 0 | 1;
  readonly mappings: readonly VirtualMapping[];
}

/** Flags of a mapping in version 1: the file's name, or the dataset's, is that of an earlier one; the file is this one. */
const FILE_SHARED = 0x01;
const DATASET_SHARED = 0x02;
const SAME_FILE = 0x04;
const THIS_FILE = ".";

/** How the names of one mapping are stored in version 1: in full, or as the number of the mapping that had them first. */
interface NamePlan {
  readonly flags: number;
  readonly file: string | number | null;
  readonly dataset: string | number;
}

/** The mappings of a virtual dataset. File Format Specification, section III.F. */
export const virtualMappings: Codec<VirtualMappings> = {
  name: "virtual-mappings",
  section: "III.F",
  decode(reader, context) {
    const start = reader.position;
    const version = reader.u8();
    if (version !== 0 && version !== 1) {
      throw reader.corrupt(`version ${version} is not known`);
    }
    const count = reader.lengthField(context);
    const mappings: VirtualMapping[] = [];
    for (let i = 0; i < count; i++) {
      const names = version === 0 ? readNames(reader) : readSharedNames(reader, context, mappings);
      const source = storedSelection.decode(reader, context);
      mappings.push({ ...names, source, virtual: storedSelection.decode(reader, context) });
    }
    readChecksum(reader, start);
    return { version, mappings };
  },
  encode({ version, mappings }, writer, context) {
    const start = writer.position;
    writer.u8(version);
    writer.lengthField(mappings.length, context);
    const plans = version === 0 ? null : planNames(mappings, context);
    for (const [i, { fileName, datasetName, source, virtual }] of mappings.entries()) {
      const plan = plans?.[i];
      if (plan !== undefined) {
        writer.u8(plan.flags);
      }
      writeName(writer, context, plan === undefined ? fileName : plan.file);
      writeName(writer, context, plan === undefined ? datasetName : plan.dataset);
      storedSelection.encode(source, writer, context);
      storedSelection.encode(virtual, writer, context);
    }
    writeChecksum(writer, start);
  },
  sizeOf({ version, mappings }, context) {
    const plans = version === 0 ? null : planNames(mappings, context);
    let size = 1 + context.lengthSize + CHECKSUM_SIZE;
    for (const [i, { fileName, datasetName, source, virtual }] of mappings.entries()) {
      const plan = plans?.[i];
      size += plan === undefined ? 0 : 1;
      size += nameSize(plan === undefined ? fileName : plan.file, context);
      size += nameSize(plan === undefined ? datasetName : plan.dataset, context);
      size += storedSelection.sizeOf(source, context) + storedSelection.sizeOf(virtual, context);
    }
    return size;
  },
};

function readNames(reader: Reader): Pick<VirtualMapping, "fileName" | "datasetName"> {
  return { fileName: reader.terminatedText(), datasetName: reader.terminatedText() };
}

function readSharedNames(
  reader: Reader,
  context: FormatContext,
  before: readonly VirtualMapping[],
): Pick<VirtualMapping, "fileName" | "datasetName"> {
  const flags = reader.u8();
  if ((flags & ~(FILE_SHARED | DATASET_SHARED | SAME_FILE)) !== 0 || (flags & FILE_SHARED && flags & SAME_FILE)) {
    throw reader.corrupt(`mapping flags 0x${flags.toString(16)} are not known`);
  }
  const earlier = (): VirtualMapping => {
    const index = reader.lengthField(context);
    const mapping = before[index];
    if (mapping === undefined) {
      throw reader.corrupt(
        `mapping ${before.length} shares a name with mapping ${index}, which does not stand before it`,
      );
    }
    return mapping;
  };
  const fileName = flags & SAME_FILE ? THIS_FILE : flags & FILE_SHARED ? earlier().fileName : reader.terminatedText();
  return { fileName, datasetName: flags & DATASET_SHARED ? earlier().datasetName : reader.terminatedText() };
}

/** As libhdf5 chooses: a name is said by number when that takes no more bytes than the name itself. */
function planNames(mappings: readonly VirtualMapping[], { lengthSize }: FormatContext): NamePlan[] {
  const files = new Map<string, number>();
  const datasets = new Map<string, number>();
  const plan = (known: Map<string, number>, name: string, index: number): string | number => {
    const first = known.get(name);
    if (first === undefined) {
      known.set(name, index);
      return name;
    }
    return encodeText(name).length + 1 >= lengthSize ? first : name;
  };
  return mappings.map(({ fileName, datasetName }, index) => {
    const file = fileName === THIS_FILE ? null : plan(files, fileName, index);
    const dataset = plan(datasets, datasetName, index);
    const flags =
      (file === null ? SAME_FILE : typeof file === "number" ? FILE_SHARED : 0) |
      (typeof dataset === "number" ? DATASET_SHARED : 0);
    return { flags, file, dataset };
  });
}

function writeName(writer: Writer, context: FormatContext, name: string | number | null): void {
  if (typeof name === "number") {
    writer.lengthField(name, context);
  } else if (name !== null) {
    const bytes = encodeText(name);
    if (bytes.includes(0)) {
      throw writer.invalid(`the name ${JSON.stringify(name)} holds a NUL character`);
    }
    writer.bytes(bytes);
    writer.u8(0);
  }
}

function nameSize(name: string | number | null, { lengthSize }: FormatContext): number {
  return name === null ? 0 : typeof name === "number" ? lengthSize : encodeText(name).length + 1;
}
