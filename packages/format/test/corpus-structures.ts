import {
  type Codec,
  chunkNode,
  contextOf,
  continuationChunk,
  continuationMessage,
  driverInfoBlock,
  type FormatContext,
  groupNode,
  type HeaderMessage,
  isSignature,
  layoutMessage,
  localHeap,
  MESSAGE_FLAGS,
  MESSAGE_IDS,
  MESSAGE_TYPES,
  type NodeCodec,
  objectHeader,
  Reader,
  type Superblock,
  sharedMessage,
  superblock,
  symbolNode,
  symbolTableMessage,
} from "../src/index.js";
import type { CorpusFile } from "./corpus.js";
import { visitChunkIndex } from "./corpus-chunk-indexes.js";

/** A structure as it stands in a real file. */
export interface RealStructure {
  readonly codec: Codec<unknown>;
  readonly context: FormatContext;
  readonly address: number;
  /** The bytes of the structure; a message's with the padding of its header. */
  readonly bytes: Uint8Array;
  /** Bytes after the structure may be padding: it is a message. */
  readonly mayBePadded: boolean;
}

/** Walks a file from its superblock and object headers and yields every structure that a codec of this package reads. */
export class CorpusWalk {
  readonly #file: CorpusFile;
  readonly #base: number;
  readonly superblock: Superblock;
  readonly context: FormatContext;
  readonly structures: RealStructure[] = [];
  readonly #seen = new Set<number>();

  constructor(file: CorpusFile) {
    this.#file = file;
    this.#base = findSignature(file.bytes);
    this.context = {
      offsetSize: 8,
      lengthSize: 8,
      baseAddress: this.#base,
      groupLeafK: 4,
      groupInternalK: 16,
      chunkK: 32,
    };
    this.superblock = this.#node(superblock, 0);
    this.context = contextOf(this.superblock, this.#base);
    if (this.#extension()) {
      this.#objects();
    }
  }

  /** Whether the objects stand where they are said to: a cache image holds newer metadata than the rest of the file. */
  #extension(): boolean {
    let isCurrent = true;
    const { version, driverInfoAddress, extensionAddress } = this.superblock;
    if (driverInfoAddress !== null) {
      this.#node(driverInfoBlock, driverInfoAddress);
    }
    if (version >= 2 && extensionAddress !== null) {
      for (const message of this.#header(extensionAddress)) {
        if (message.type === MESSAGE_IDS.btreeK) {
          const codec = MESSAGE_TYPES[MESSAGE_IDS.btreeK]?.codec as Codec<Partial<FormatContext>>;
          Object.assign(this.context, codec.decode(new Reader(message.data, "btree-k"), this.context));
        }
        isCurrent &&= message.type !== MESSAGE_IDS.cacheImage;
      }
    }
    return isCurrent;
  }

  #objects(): void {
    for (const address of this.#file.objectAddresses) {
      for (const message of this.#header(address)) {
        if (message.type === MESSAGE_IDS.symbolTable) {
          const table = symbolTableMessage.decode(new Reader(message.data, "symbol-table"), this.context);
          this.#node(localHeap, table.heapAddress);
          this.#groupTree(table.btreeAddress);
        } else if (message.type === MESSAGE_IDS.layout) {
          this.#layout(message);
        }
      }
    }
  }

  #layout(message: HeaderMessage): void {
    const layout = layoutMessage.decode(new Reader(message.data, "data-layout"), this.context);
    if ("index" in layout) {
      if (layout.address !== null && this.#first(layout.address)) {
        visitChunkIndex(layout, this.context, (codec, address) => this.#node(codec, address));
      }
    } else if (layout.class === "chunked" && layout.address !== null) {
      this.#chunkTree(layout.address, layout.chunkShape.length);
    }
  }

  #groupTree(address: number): void {
    if (this.#first(address)) {
      const { level, children } = this.#node(groupNode, address);
      for (const child of children) {
        if (level > 0) {
          this.#groupTree(child);
        } else {
          this.#node(symbolNode, child);
        }
      }
    }
  }

  #chunkTree(address: number, rank: number): void {
    if (this.#first(address)) {
      const { level, children } = this.#node(chunkNode(rank), address);
      for (const child of level > 0 ? children : []) {
        this.#chunkTree(child, rank);
      }
    }
  }

  /** Messages of all chunks of a header; every chunk and message is noted. */
  #header(address: number): readonly HeaderMessage[] {
    if (!this.#first(address)) {
      return [];
    }
    const header = this.#node(objectHeader, address);
    const tracked = header.version === 2 && (header.flags & 0x04) !== 0;
    const messages: HeaderMessage[] = [...header.messages];
    for (let i = 0; i < messages.length; i++) {
      const message = messages[i] as HeaderMessage;
      if ((message.flags & MESSAGE_FLAGS.wasUnknown) === 0) {
        // One that a program did not know holds no longer, and those of files from before its release never did.
        this.#message(message, address);
      }
      if (message.type === MESSAGE_IDS.continuation) {
        const next = continuationMessage.decode(new Reader(message.data, "continuation"), this.context);
        const chunk = this.#node(continuationChunk(header.version, next.byteLength, tracked), next.address);
        messages.push(...chunk.messages);
      }
    }
    return messages;
  }

  #message({ type, flags, data }: HeaderMessage, address: number): void {
    const codec = flags & MESSAGE_FLAGS.shared ? sharedMessage : MESSAGE_TYPES[type]?.codec;
    if (codec) {
      this.structures.push({ codec, context: this.context, address, bytes: data, mayBePadded: true });
    }
  }

  #first(address: number): boolean {
    const isNew = !this.#seen.has(address);
    this.#seen.add(address);
    return isNew;
  }

  #node<T>(codec: NodeCodec<T>, address: number): T {
    const { bytes } = this.#file;
    const start = this.#base + address;
    const prefix = bytes.subarray(start, start + codec.prefixSize(this.context));
    const size = codec.totalSize(new Reader(prefix, codec.name, address), this.context);
    const whole = bytes.subarray(start, start + size);
    this.structures.push({ codec, context: this.context, address, bytes: whole, mayBePadded: false });
    return codec.decode(new Reader(whole, codec.name, address), this.context);
  }
}

function findSignature(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length; at = at === 0 ? 512 : at * 2) {
    if (isSignature(bytes.subarray(at))) {
      return at;
    }
  }
  throw new Error("no signature of HDF5");
}
