/** A reference to an attribute (HDF5 1.12): `file.dereference(reference)` gives the object that has it, and its value. */
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

  /** True for a reference that points nowhere; one of that kind is stored as a null `ObjectReference`. */
  get isNull(): boolean {
    return this.address === 0;
  }
}
