import {
  type CharacterSet,
  encodeText,
  HdfiveError,
  type Link,
  type LinkFields,
  type LinkInfo,
  type SymbolTable,
} from "@hdfive/format";

/** A link to be made: its name and what it leads to. */
export type NewLink = { readonly name: string } & (
  | { readonly kind: "hard"; readonly address: number }
  | { readonly kind: "soft"; readonly target: string }
  | { readonly kind: "external"; readonly file: string; readonly path: string }
  | { readonly kind: "user-defined"; readonly linkType: number; readonly data: Uint8Array }
);

/** Number of the type of external links. File Format Specification, section IV.A.2.g. */
const EXTERNAL = 64;

/** A link of a group, whatever the group's style. */
export type GroupLink = NewLink & {
  /** When the link was made among those of its group; `null` when the group does not keep it. */
  readonly creationOrder: number | null;
  /** Character set that the name is declared to be in; `null` when the group does not keep it, as symbol tables do not. */
  readonly charset: CharacterSet | null;
};

/** Where a group keeps its links: in a symbol table, in messages of its header, or in a fractal heap. */
export type GroupAccess =
  | (SymbolTable & { readonly style: "symbol-table"; readonly headerAddress: number })
  | { readonly style: "compact"; readonly headerAddress: number; readonly linkInfo: LinkInfo }
  | DenseGroup;

/** A group whose links are in a fractal heap. File Format Specification, section IV.A.2.c. */
export interface DenseGroup {
  readonly style: "dense";
  readonly headerAddress: number;
  readonly linkInfo: LinkInfo;
}

/** Where listing goes on: after a name, or after a creation order in groups that track it. */
export type LinkPosition = Uint8Array | number;

/** Some of the links of a group; `next` is `null` when they are the last. */
export interface LinkPage {
  readonly links: readonly GroupLink[];
  readonly next: LinkPosition | null;
}

/** The link that a link message stores. File Format Specification, section IV.A.2.g. */
export function groupLinkOf(link: Link): GroupLink {
  const { name, creationOrder, charset } = link;
  switch (link.kind) {
    case "hard":
      return { name, creationOrder, charset, kind: "hard", address: link.address };
    case "soft":
      return { name, creationOrder, charset, kind: "soft", target: link.target };
    case "external":
      return { name, creationOrder, charset, kind: "external", file: link.file, path: link.path };
    case "user-defined":
      return { name, creationOrder, charset, kind: "user-defined", linkType: link.linkType, data: link.data.slice() };
  }
}

/**
 * The message that stores a link, as libhdf5 writes it: only hard links leave their type out, only ASCII names their
 * character set. File Format Specification, section IV.A.2.g.
 */
export function linkOf(link: NewLink, creationOrder: number | null): Link {
  const name = encodeText(link.name);
  const charset = name.length === link.name.length ? "ascii" : "utf-8";
  const fields: Omit<LinkFields, "linkType"> = {
    version: 1,
    name: link.name,
    charset,
    charsetStored: charset !== "ascii",
    creationOrder,
    nameLengthSize: name.length < 0x100 ? 1 : name.length < 0x1_0000 ? 2 : 4,
    typeStored: link.kind !== "hard",
  };
  switch (link.kind) {
    case "hard":
      return { ...fields, kind: "hard", linkType: 0, address: link.address };
    case "soft":
      checkTargetLength(encodeText(link.target).length);
      return { ...fields, kind: "soft", linkType: 1, target: link.target };
    case "external":
      checkTargetLength(encodeText(link.file).length + encodeText(link.path).length + 3);
      return { ...fields, kind: "external", linkType: EXTERNAL, file: link.file, path: link.path };
    case "user-defined":
      checkTargetLength(link.data.length);
      return { ...fields, kind: "user-defined", linkType: link.linkType, data: link.data };
  }
}

/** The length of a target is stored in two bytes. */
function checkTargetLength(byteLength: number): void {
  if (byteLength > 0xffff) {
    throw new HdfiveError("OUT_OF_RANGE", `The target of a link has ${byteLength} bytes, at most 65535 fit`);
  }
}
