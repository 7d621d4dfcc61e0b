/** One complex number, with the part names of numpy. */
export interface Complex {
  readonly real: number;
  readonly imag: number;
}

/** Complex numbers, their parts interleaved in one typed array: real 0, imaginary 0, real 1, and so on. */
export class ComplexArray {
  /** Parts, real and imaginary in turn. */
  readonly data: Float32Array | Float64Array;

  constructor(data: Float32Array | Float64Array) {
    this.data = data;
  }

  /** Complex numbers in the array. */
  get length(): number {
    return this.data.length / 2;
  }

  /** The number at an index; not-a-number in both parts past the end. */
  get(index: number): Complex {
    return { real: this.data[2 * index] ?? Number.NaN, imag: this.data[2 * index + 1] ?? Number.NaN };
  }

  /** Real parts, copied. */
  real(): Float32Array | Float64Array {
    return this.#part(0);
  }

  /** Imaginary parts, copied. */
  imag(): Float32Array | Float64Array {
    return this.#part(1);
  }

  #part(offset: 0 | 1): Float32Array | Float64Array {
    const part = this.data instanceof Float32Array ? new Float32Array(this.length) : new Float64Array(this.length);
    for (let i = 0; i < part.length; i++) {
      part[i] = this.data[2 * i + offset] as number;
    }
    return part;
  }
}
