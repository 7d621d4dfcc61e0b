/** A reference to an attribute of an object (HDF5 1.12). `file.dereference(reference)` is the object and the value. */
export class AttributeReference {
  /** Address of the object header, relative to the base address of its file. */
  readonly address: number;
  /** Name of the attribute. */
  readonly attribute: string;
  /** Name of the file it points into, where that is another one. */
  readonly fileName: string | null;

  constructor(address: number, attribute: string, fileName: string | null = null) {
    this.address = address;
    this.attribute = attribute;
    this.fileName = fileName;
  }

  /** False: a null reference is always given as `ObjectReference.NULL`. */
  get isNull(): boolean {
    return this.address === 0;
  }
}
