import type { Codec } from "../codec.js";
import { type DenseStorageInfo, denseStorageInfo } from "./dense-storage-info.js";

/** Where a new-style group keeps its links. File Format Specification, section IV.A.2.c. */
export type LinkInfo = DenseStorageInfo;

/** The link info message. File Format Specification, section IV.A.2.c. */
export const linkInfoMessage: Codec<LinkInfo> = denseStorageInfo("link-info", "IV.A.2.c", 8);
