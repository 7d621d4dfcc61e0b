import {
  arrayPage,
  arrayPageSize,
  bitIsSet,
  type ChunkElements,
  type ExtensibleArrayGeometry,
  type ExtensibleArrayHeader,
  type ExtensibleArrayIndex,
  type ExtensibleArrayIndexBlock,
  type ExtensibleArraySuperBlock,
  extensibleArrayDataBlock,
  extensibleArrayGeometry,
  extensibleArrayHeader,
  extensibleArrayIndexBlock,
  extensibleArraySuperBlock,
  type NodeCodec,
  type SuperBlockPlace,
} from "@hdfive/format";
import type { Tx } from "../transaction/tx.js";
import { byLeaf, type ElementUpdate, type LeafUpdate, withBit, withUpdates } from "./array-edit.js";
import { placeInArray } from "./extensible-array.js";

/** Makes an extensible array without elements, and answers its address. File Format Specification, section VII.D. */
export function createExtensibleArray(tx: Tx, index: ExtensibleArrayIndex, elements: ChunkElements): number {
  const { kind: _, ...parameters } = index;
  const address = tx.alloc(extensibleArrayHeader.prefixSize(tx.context));
  tx.put(extensibleArrayHeader, address, {
    ...parameters,
    clientId: elements.clientId,
    elementSize: elements.size(tx.context),
    superBlockCount: 0,
    superBlockBytes: 0,
    dataBlockCount: 0,
    dataBlockBytes: 0,
    endIndex: 0,
    realizedCount: 0,
    indexBlockAddress: null,
  });
  return address;
}

/** Sets elements, ascending by index, and makes the blocks that hold them. File Format Specification, section VII.D. */
export function setExtensibleElements(
  tx: Tx,
  address: number,
  elements: ChunkElements,
  updates: readonly ElementUpdate[],
): void {
  const edit = new ExtensibleArrayEdit(tx, address, elements);
  for (const leaf of byLeaf(updates, (index) => edit.leafOf(index))) {
    edit.set(leaf);
  }
  const last = updates.findLast(({ element }) => element !== null);
  edit.finish(last === undefined ? 0 : last.index + 1);
}

/** Gives the structures of an extensible array back; the chunks they lead to are the caller's. */
export function freeExtensibleArray(tx: Tx, address: number, elements: ChunkElements): void {
  new ExtensibleArrayEdit(tx, address, elements).free();
}

/** One change of an extensible array: its header and index block are put together and stored once, at the end. */
class ExtensibleArrayEdit {
  readonly #tx: Tx;
  readonly #address: number;
  readonly #elements: ChunkElements;
  readonly #geometry: ExtensibleArrayGeometry;
  #header: ExtensibleArrayHeader;
  #indexBlock: ExtensibleArrayIndexBlock | null;

  constructor(tx: Tx, address: number, elements: ChunkElements) {
    this.#tx = tx;
    this.#address = address;
    this.#elements = elements;
    this.#header = tx.node(extensibleArrayHeader, address);
    this.#geometry = extensibleArrayGeometry(this.#header);
    const { indexBlockAddress } = this.#header;
    this.#indexBlock = indexBlockAddress === null ? null : tx.node(this.#indexCodec, indexBlockAddress);
  }

  get #indexCodec(): NodeCodec<ExtensibleArrayIndexBlock> {
    return extensibleArrayIndexBlock(this.#header, this.#elements);
  }

  /** Which elements stand in one structure with an element. */
  leafOf(index: number): { readonly start: number; readonly count: number } {
    const { indexBlockElements } = this.#header;
    if (index < indexBlockElements) {
      return { start: 0, count: indexBlockElements };
    }
    const { place, dataBlock } = this.#placeOf(index);
    const start = indexBlockElements + place.firstElement + dataBlock * place.dataBlockElements;
    if (place.pagesPerDataBlock === 0) {
      return { start, count: place.dataBlockElements };
    }
    const { pageElements } = this.#geometry;
    return { start: index - ((index - start) % pageElements), count: pageElements };
  }

  /** Sets elements of one structure, which is made where it is not there yet. */
  set(leaf: LeafUpdate): void {
    const block = this.#indexBlock ?? this.#makeIndexBlock();
    if (leaf.start < this.#header.indexBlockElements) {
      this.#indexBlock = { ...block, elements: withUpdates(block.elements, leaf) };
      return;
    }
    const { superBlock, place, dataBlock } = this.#placeOf(leaf.start);
    if (superBlock < this.#geometry.directSuperBlocks) {
      const at = place.firstDataBlock + dataBlock;
      const address = block.dataBlocks[at] ?? this.#makeDataBlock(place, at);
      this.#indexBlock = { ...block, dataBlocks: block.dataBlocks.with(at, address) };
      this.#setInDataBlock(place, address, leaf);
      return;
    }
    const at = superBlock - this.#geometry.directSuperBlocks;
    const superAddress = block.superBlocks[at] ?? this.#makeSuperBlock(place);
    this.#indexBlock = { ...block, superBlocks: block.superBlocks.with(at, superAddress) };
    this.#setUnderSuperBlock(place, superAddress, dataBlock, leaf);
  }

  /** Stores the header and the index block. */
  finish(endIndex: number): void {
    const header = { ...this.#header, endIndex: Math.max(this.#header.endIndex, endIndex) };
    this.#tx.put(extensibleArrayHeader, this.#address, header);
    if (this.#indexBlock !== null) {
      this.#tx.put(this.#indexCodec, header.indexBlockAddress as number, this.#indexBlock);
    }
  }

  free(): void {
    const tx = this.#tx;
    const { indexBlockAddress } = this.#header;
    const { superBlocks, directSuperBlocks } = this.#geometry;
    for (const [i, place] of superBlocks.entries()) {
      const from = place.firstDataBlock;
      let dataBlocks = this.#indexBlock?.dataBlocks.slice(from, from + place.dataBlockCount) ?? [];
      if (i >= directSuperBlocks) {
        const address = this.#indexBlock?.superBlocks[i - directSuperBlocks] ?? null;
        const codec = this.#superCodec(place);
        dataBlocks = address === null ? [] : [...tx.node(codec, address).dataBlocks];
        if (address !== null) {
          tx.free(address, codec.prefixSize(tx.context));
        }
      }
      for (const address of dataBlocks) {
        if (address !== null) {
          tx.free(address, this.#dataBlockBytes(place));
        }
      }
    }
    if (indexBlockAddress !== null) {
      tx.free(indexBlockAddress, this.#indexCodec.prefixSize(tx.context));
    }
    tx.free(this.#address, extensibleArrayHeader.prefixSize(tx.context));
  }

  #placeOf(index: number): { superBlock: number; place: SuperBlockPlace; dataBlock: number } {
    const found = placeInArray(this.#geometry, index - this.#header.indexBlockElements);
    return { ...found, place: this.#geometry.superBlocks[found.superBlock] as SuperBlockPlace };
  }

  #superCodec(place: SuperBlockPlace): NodeCodec<ExtensibleArraySuperBlock> {
    return extensibleArraySuperBlock(this.#elements.clientId, this.#geometry.blockOffsetSize, place);
  }

  #dataBlockBytes(place: SuperBlockPlace): number {
    const { context } = this.#tx;
    const own = extensibleArrayDataBlock(this.#elements, this.#geometry.blockOffsetSize, place).prefixSize(context);
    return own + place.pagesPerDataBlock * arrayPageSize(this.#elements, this.#geometry.pageElements, context);
  }

  #makeIndexBlock(): ExtensibleArrayIndexBlock {
    const { superBlocks, directSuperBlocks, directDataBlocks } = this.#geometry;
    const { indexBlockElements, realizedCount } = this.#header;
    const indexBlockAddress = this.#tx.alloc(this.#indexCodec.prefixSize(this.#tx.context));
    this.#header = { ...this.#header, indexBlockAddress, realizedCount: realizedCount + indexBlockElements };
    return {
      headerAddress: this.#address,
      elements: new Array<null>(indexBlockElements).fill(null),
      dataBlocks: new Array<null>(directDataBlocks).fill(null),
      superBlocks: new Array<null>(superBlocks.length - directSuperBlocks).fill(null),
    };
  }

  #makeSuperBlock(place: SuperBlockPlace): number {
    const codec = this.#superCodec(place);
    const byteLength = codec.prefixSize(this.#tx.context);
    const address = this.#tx.alloc(byteLength);
    this.#tx.put(codec, address, {
      headerAddress: this.#address,
      firstElement: place.firstElement,
      pagesWritten: new Uint8Array(place.dataBlockCount * Math.ceil(place.pagesPerDataBlock / 8)),
      dataBlocks: new Array<null>(place.dataBlockCount).fill(null),
    });
    const { superBlockCount, superBlockBytes } = this.#header;
    this.#header = {
      ...this.#header,
      superBlockCount: superBlockCount + 1,
      superBlockBytes: superBlockBytes + byteLength,
    };
    return address;
  }

  /** Makes a data block: the `ordinal`-th of its super block, or of all where the index block points to it. */
  #makeDataBlock(place: SuperBlockPlace, ordinal: number): number {
    const { pagesPerDataBlock, dataBlockElements, firstElement } = place;
    const byteLength = this.#dataBlockBytes(place);
    const address = this.#tx.alloc(byteLength);
    this.#tx.put(extensibleArrayDataBlock(this.#elements, this.#geometry.blockOffsetSize, place), address, {
      headerAddress: this.#address,
      firstElement: firstElement + ordinal * dataBlockElements,
      elements: pagesPerDataBlock > 0 ? [] : new Array<null>(dataBlockElements).fill(null),
    });
    const { dataBlockCount, dataBlockBytes, realizedCount } = this.#header;
    this.#header = {
      ...this.#header,
      dataBlockCount: dataBlockCount + 1,
      dataBlockBytes: dataBlockBytes + byteLength,
      realizedCount: realizedCount + dataBlockElements,
    };
    return address;
  }

  #setInDataBlock(place: SuperBlockPlace, address: number, leaf: LeafUpdate): void {
    const codec = extensibleArrayDataBlock(this.#elements, this.#geometry.blockOffsetSize, place);
    const block = this.#tx.node(codec, address);
    this.#tx.put(codec, address, { ...block, elements: withUpdates(block.elements, leaf) });
  }

  #setUnderSuperBlock(place: SuperBlockPlace, superAddress: number, dataBlock: number, leaf: LeafUpdate): void {
    const tx = this.#tx;
    const codec = this.#superCodec(place);
    const before = tx.node(codec, superAddress);
    const address = before.dataBlocks[dataBlock] ?? this.#makeDataBlock(place, dataBlock);
    const { pagesPerDataBlock } = place;
    let { pagesWritten } = before;
    if (pagesPerDataBlock === 0) {
      this.#setInDataBlock(place, address, leaf);
    } else {
      const { pageElements, blockOffsetSize } = this.#geometry;
      const own = extensibleArrayDataBlock(this.#elements, blockOffsetSize, place).prefixSize(tx.context);
      const inBlock =
        leaf.start - this.#header.indexBlockElements - place.firstElement - dataBlock * place.dataBlockElements;
      const page = inBlock / pageElements;
      const pageCodec = arrayPage(this.#elements, pageElements);
      const at = address + own + page * arrayPageSize(this.#elements, pageElements, tx.context);
      const bit = dataBlock * pagesPerDataBlock + page;
      const isWritten = bitIsSet(pagesWritten, bit);
      tx.put(pageCodec, at, { elements: withUpdates(isWritten ? tx.node(pageCodec, at).elements : null, leaf) });
      pagesWritten = isWritten ? pagesWritten : withBit(pagesWritten, bit);
    }
    if (address !== before.dataBlocks[dataBlock] || pagesWritten !== before.pagesWritten) {
      tx.put(codec, superAddress, { ...before, pagesWritten, dataBlocks: before.dataBlocks.with(dataBlock, address) });
    }
  }
}
