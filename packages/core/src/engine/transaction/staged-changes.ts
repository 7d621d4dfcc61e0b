import type { DirtyNode, FileState } from "./file-state.js";
import type { SpaceKind } from "./free-extents.js";

/** A stretch of the file; the address is relative to the base address. */
export interface Extent {
  readonly address: number;
  readonly length: number;
}

/** Space taken or given back, and what it is for. */
export interface KindExtent extends Extent {
  readonly kind: SpaceKind;
}

/** Some bytes of a block that no codec covers, to be put over what is there. */
export interface StagedPatch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What one operation changes, until it is applied all together or dropped. Most operations change nothing and make none. */
export class StagedChanges {
  /** Structures, by address. */
  readonly nodes: Map<number, DirtyNode> = new Map();
  /** Whole blocks that no codec covers, by address. */
  readonly newBlocks: Map<number, Uint8Array<ArrayBuffer>> = new Map();
  /** Changes within such blocks, by the address of the block. */
  readonly patches: Map<number, StagedPatch[]> = new Map();
  /** Space given out to the operation. */
  readonly taken: KindExtent[] = [];
  /** Space that the operation gives back when it succeeds. */
  readonly freed: KindExtent[] = [];

  /** Puts some bytes over those of a block, after what was put there before. */
  patch(address: number, patch: StagedPatch): void {
    const before = this.patches.get(address);
    if (before === undefined) {
      this.patches.set(address, [patch]);
    } else {
      before.push(patch);
    }
  }

  /** Makes the changes part of the file's state. Nothing here can fail. */
  apply(state: FileState): void {
    for (const { address } of this.taken) {
      state.fresh.add(address);
    }
    for (const [address, node] of this.nodes) {
      state.nodes.delete(address);
      const before = state.dirtyNodes.get(address);
      // Sized once per flush and not with every change.
      const byteLength = before?.byteLength ?? node.codec.sizeOf(node.value, state.context);
      state.dirtyByteLength += before === undefined ? byteLength : 0;
      state.dirtyNodes.set(address, { ...node, byteLength });
    }
    for (const [address, bytes] of this.newBlocks) {
      state.nodes.delete(address);
      state.dirtyByteLength += bytes.length - (state.dirtyBlocks.get(address)?.length ?? 0);
      state.dirtyBlocks.set(address, bytes);
      state.touchedBlocks.add(address);
    }
    for (const [address, patches] of this.patches) {
      state.touchedBlocks.add(address);
      for (const { offset, bytes } of patches) {
        state.dirtyBlocks.get(address)?.set(bytes, offset);
      }
    }
    for (const { address, length, kind } of this.freed) {
      state.nodes.delete(address);
      state.dirtyByteLength -=
        (state.dirtyNodes.get(address)?.byteLength ?? 0) + (state.dirtyBlocks.get(address)?.length ?? 0);
      state.dirtyNodes.delete(address);
      state.dirtyBlocks.delete(address);
      // A crash before the next flush leaves the file as it was: what it uses must stay until then.
      if (state.fresh.delete(address)) {
        state.allocator.give(address, length, kind);
      } else {
        state.allocator.retire(address, length, kind);
      }
    }
  }

  /** Drops the changes and gives back what was taken, the last first. */
  discard(state: FileState): void {
    for (let i = this.taken.length - 1; i >= 0; i--) {
      const { address, length, kind } = this.taken[i] as KindExtent;
      state.allocator.undo(address, length, kind);
    }
  }
}
