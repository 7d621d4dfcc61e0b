import {
  type BtreeK,
  DEFAULT_CONTEXT,
  type FieldSize,
  type FileSpaceInfoV1,
  HdfiveError,
  MESSAGE_IDS,
  type Superblock,
  structureVersions,
  superblock as superblockCodec,
  symbolTableMessage,
} from "@hdfive/format";
import type { Storage } from "../../storage/storage.js";
import { perform, type Task } from "../../task.js";
import { createGroup, type GroupSettings } from "../groups/new-group.js";
import { decodeMessage, findMessage, loadHeader } from "../object-header/object-header.js";
import { Allocator } from "../transaction/allocator.js";
import { transact } from "../transaction/drive.js";
import type { FileState } from "../transaction/file-state.js";
import type { Tx } from "../transaction/tx.js";
import { type EngineOptions, newBlocks, newState } from "./new-state.js";
import { createExtension } from "./superblock-extension.js";

/** Settings of a new file. File Format Specification, section II.A. */
export interface NewFileSettings {
  /** Bytes before the superblock that are the user's: 0 or a power of two from 512 on. */
  readonly userblockSize?: number | undefined;
  /** Size of offsets and of lengths, in bytes. */
  readonly fieldSize?: FieldSize | undefined;
  /** What the root group is like. */
  readonly root?: GroupSettings | undefined;
  /** How the file hands out its space, where that is not the default; needs version 2 of the superblock. */
  readonly fileSpace?: FileSpaceInfoV1 | undefined;
  /** Sizes of the nodes of version 1 B-trees, where they are not the defaults. */
  readonly btreeK?: { readonly [K in keyof BtreeK]?: number | undefined } | undefined;
}

const SMALLEST_USERBLOCK = 512;
/** A node has up to twice as many entries, which 16 bits count. */
const LARGEST_K = 32767;

/** Makes the state of a new, empty file over an empty storage: a superblock and a root group, as libhdf5 writes them. */
export function* createFileState(
  storage: Storage,
  options: EngineOptions,
  settings: NewFileSettings = {},
): Task<FileState> {
  const { userblockSize = 0, fieldSize = 8, fileSpace } = settings;
  if (userblockSize !== 0 && (userblockSize < SMALLEST_USERBLOCK || !Number.isInteger(Math.log2(userblockSize)))) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `The userblock size must be 0 or a power of two from 512 on, not ${userblockSize}`,
    );
  }
  const btreeK = btreeKOf(settings.btreeK);
  const { groupLeafK, groupInternalK, chunkK } = btreeK;
  const draft: Superblock = {
    version: superblockVersion(structureVersions(options.libver ?? "earliest").superblock, chunkK, fileSpace),
    offsetSize: fieldSize,
    lengthSize: fieldSize,
    groupLeafK,
    groupInternalK,
    chunkK,
    flags: 0,
    baseAddress: userblockSize,
    extensionAddress: null,
    endOfFile: userblockSize,
    driverInfoAddress: null,
    rootAddress: null,
    rootEntry: null,
  };
  const size = superblockCodec.sizeOf(draft, DEFAULT_CONTEXT);
  const blocks = newBlocks(storage, options);
  const pageSize = fileSpace?.strategy === "page" ? fileSpace.pageSize : null;
  const superblock = { ...draft, endOfFile: userblockSize + size };
  const state = newState(storage, blocks, superblock, userblockSize, options);
  state.allocator = new Allocator(size, pageSize, fileSpace?.persist === true);
  state.context = { ...state.context, ...btreeK };
  const statedK = draft.version >= 2 && !isDefaultK(btreeK) ? btreeK : null;
  if (fileSpace !== undefined || statedK !== null) {
    const extensionAddress = yield* perform(transact(state, (tx) => createExtension(tx, statedK, fileSpace)));
    state.superblock = { ...state.superblock, extensionAddress };
    state.fileSpace = fileSpace ?? null;
  }
  const root = yield* perform(transact(state, (tx) => newRoot(tx, settings.root)));
  state.superblock = { ...state.superblock, ...root };
  state.superblockDirty = true;
  return state;
}

/** The size of nodes that index chunks came with version 1, the superblock extension with version 2. Section II.A. */
function superblockVersion(
  version: Superblock["version"],
  chunkK: number,
  fileSpace: FileSpaceInfoV1 | undefined,
): Superblock["version"] {
  if (fileSpace !== undefined && version < 2) {
    return 2;
  }
  return chunkK !== DEFAULT_CONTEXT.chunkK && version < 1 ? 1 : version;
}

function btreeKOf(wanted: NewFileSettings["btreeK"]): BtreeK {
  const values = {
    groupLeafK: wanted?.groupLeafK ?? DEFAULT_CONTEXT.groupLeafK,
    groupInternalK: wanted?.groupInternalK ?? DEFAULT_CONTEXT.groupInternalK,
    chunkK: wanted?.chunkK ?? DEFAULT_CONTEXT.chunkK,
  };
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isInteger(value) || value < 1 || value > LARGEST_K) {
      throw new HdfiveError("INVALID_ARGUMENT", `${name} must be an integer from 1 to ${LARGEST_K}, not ${value}`);
    }
  }
  return values;
}

function isDefaultK({ groupLeafK, groupInternalK, chunkK }: BtreeK): boolean {
  const defaults = DEFAULT_CONTEXT;
  return groupLeafK === defaults.groupLeafK && groupInternalK === defaults.groupInternalK && chunkK === defaults.chunkK;
}

/** Makes the root group and says what the superblock stores of it: versions 0 and 1 an entry as in a symbol table. */
function newRoot(tx: Tx, settings: GroupSettings | undefined): Pick<Superblock, "rootAddress" | "rootEntry"> {
  const headerAddress = createGroup(tx, settings);
  if (tx.state.superblock.version >= 2) {
    return { rootAddress: headerAddress, rootEntry: null };
  }
  const message = findMessage(loadHeader(tx, headerAddress), MESSAGE_IDS.symbolTable);
  const table = message === undefined ? null : decodeMessage(tx, symbolTableMessage, message);
  return {
    rootAddress: headerAddress,
    rootEntry: {
      nameOffset: 0,
      headerAddress,
      cache: table === null ? { type: "none" } : { type: "group", ...table },
    },
  };
}
