import type { Codec } from "../codec.js";
import { type DenseStorageInfo, denseStorageInfo } from "./dense-storage-info.js";

/** Where an object keeps its attributes. File Format Specification, section IV.A.2.v. */
export type AttributeInfo = DenseStorageInfo;

/** The attribute info message. File Format Specification, section IV.A.2.v. */
export const attributeInfoMessage: Codec<AttributeInfo> = denseStorageInfo("attribute-info", "IV.A.2.v", 2);
