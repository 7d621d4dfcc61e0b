import type { Datatype } from "@hdfive/format";
import { dtypeName } from "../array/index.js";
import type { FileContext } from "./file-context.js";
import { ObjectHandle } from "./object-handle.js";
import type { ObjectInfo } from "./object-info.js";

/** A datatype that is an object of its own, which datasets and attributes share (a committed datatype). */
export class NamedDatatype extends ObjectHandle {
  override readonly kind = "datatype" as const;
  /** The datatype, with every detail. */
  readonly datatype: Datatype;

  /** @internal */
  constructor(context: FileContext, address: number, path: string, datatype: Datatype) {
    super(context, address, path);
    this.datatype = datatype;
  }

  /** Name of the datatype, as numpy spells it. */
  get dtype(): string {
    return dtypeName(this.datatype);
  }

  /** What is stored about the object. */
  info(): Promise<ObjectInfo> {
    return this.run(() => this.loadInfo());
  }
  /** As `info`, without waiting. */
  infoSync(): ObjectInfo {
    return this.runSync(() => this.loadInfo());
  }
}
