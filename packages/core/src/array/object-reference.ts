/** A reference to an object: the address of its object header, as in h5py's `Reference`. */
export class ObjectReference {
  /** The reference that points nowhere. */
  static readonly NULL: ObjectReference = new ObjectReference(0);
  /** Address of the object header, relative to the base address of its file; 0 for a null reference. */
  readonly address: number;
  /** Name of the file it points into, where that is another one: only references of HDF5 1.12 do. */
  readonly fileName: string | null;

  constructor(address: number, fileName: string | null = null) {
    this.address = address;
    this.fileName = fileName;
  }

  /** True for a reference that points nowhere. */
  get isNull(): boolean {
    return this.address === 0;
  }
}
