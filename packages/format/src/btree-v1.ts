import type { FormatContext } from "./context.js";
import type { Reader } from "./reader.js";
import type { Writer } from "./writer.js";

/** What every version 1 B-tree node has, whatever its keys are (III.A.1). */
export interface BtreeNode<Key> {
  /** Height above the leaves; children of a level 0 node are symbol table nodes or chunks. */
  readonly level: number;
  /** Address of the node to the left at the same level; `null` for the leftmost. */
  readonly leftSibling: number | null;
  /** Address of the node to the right at the same level; `null` for the rightmost. */
  readonly rightSibling: number | null;
  /** One key more than children: `children[i]` lies between `keys[i]` and `keys[i + 1]`. No child, no key. */
  readonly keys: readonly Key[];
  /** Addresses of the children. */
  readonly children: readonly number[];
}

/** How the keys of one kind of version 1 B-tree are stored (III.A.1). */
export interface BtreeKeys<Key> {
  /** The number that stands in the node for this kind. */
  readonly nodeType: 0 | 1;
  /** Most children of a node, 2K. */
  capacity(context: FormatContext): number;
  /** Bytes of one key. */
  size(context: FormatContext): number;
  decode(reader: Reader, context: FormatContext): Key;
  encode(key: Key, writer: Writer, context: FormatContext): void;
}

/** Bytes of a version 1 B-tree node (III.A.1): always the room of 2K children, however many there are. */
export function btreeNodeSize<Key>(keys: BtreeKeys<Key>, context: FormatContext): number {
  const capacity = keys.capacity(context);
  return 8 + 2 * context.offsetSize + capacity * context.offsetSize + (capacity + 1) * keys.size(context);
}

/** Reads a version 1 B-tree node (III.A.1). */
export function decodeBtreeNode<Key>(keys: BtreeKeys<Key>, reader: Reader, context: FormatContext): BtreeNode<Key> {
  const size = btreeNodeSize(keys, context);
  const start = reader.position;
  // libhdf5 reads the whole node whatever its count says, so a node cut short is a broken file.
  reader.need(size);
  reader.signature("TREE");
  const nodeType = reader.u8();
  if (nodeType !== keys.nodeType) {
    throw reader.corrupt(`node type ${nodeType} where ${keys.nodeType} must stand`);
  }
  const level = reader.u8();
  const count = reader.u16();
  if (count > keys.capacity(context)) {
    throw reader.corrupt(`${count} children where ${keys.capacity(context)} fit`);
  }
  const leftSibling = reader.offset(context);
  const rightSibling = reader.offset(context);
  const foundKeys: Key[] = [];
  const children: number[] = [];
  for (let i = 0; i < count; i++) {
    foundKeys.push(keys.decode(reader, context));
    children.push(reader.definedOffset(context, `address of child ${i}`));
  }
  if (count > 0) {
    foundKeys.push(keys.decode(reader, context));
  }
  reader.skip(start + size - reader.position);
  return { level, leftSibling, rightSibling, keys: foundKeys, children };
}

/** Writes a version 1 B-tree node (III.A.1), zeros after the last key. */
export function encodeBtreeNode<Key>(
  keys: BtreeKeys<Key>,
  node: BtreeNode<Key>,
  writer: Writer,
  context: FormatContext,
): void {
  const start = writer.position;
  const { children } = node;
  if (children.length > keys.capacity(context)) {
    throw writer.invalid(`${children.length} children where ${keys.capacity(context)} fit`);
  }
  // A node that lost its last child may still carry the key that was left of it.
  const keysFit = node.keys.length === children.length + 1 || (children.length === 0 && node.keys.length === 0);
  if (!keysFit) {
    throw writer.invalid(`${node.keys.length} keys for ${children.length} children`);
  }
  writer.signature("TREE");
  writer.u8(keys.nodeType);
  writer.u8(node.level);
  writer.u16(children.length);
  writer.offset(node.leftSibling, context);
  writer.offset(node.rightSibling, context);
  for (let i = 0; i < node.keys.length; i++) {
    keys.encode(node.keys[i] as Key, writer, context);
    if (i < children.length) {
      writer.offset(children[i] as number, context);
    }
  }
  writer.zeros(start + btreeNodeSize(keys, context) - writer.position);
}
