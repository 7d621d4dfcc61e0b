/** A reference to an object of the same file: the address of its object header, as in h5py's `Reference`. */
export class ObjectReference {
  /** The reference that points nowhere. */
  static readonly NULL: ObjectReference = new ObjectReference(0);
  /** Address of the object header, relative to the base address of the file; 0 for a null reference. */
  readonly address: number;

  constructor(address: number) {
    this.address = address;
  }

  /** True for a reference that points nowhere. */
  get isNull(): boolean {
    return this.address === 0;
  }
}
