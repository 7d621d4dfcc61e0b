/** The range of an integer layout. */
export interface NumberLimits {
  readonly min: bigint;
  readonly max: bigint;
}

/** Range of an integer of so many bits. */
export function limitsOf(signed: boolean, bits: number): NumberLimits {
  const one = 1n << BigInt(signed ? bits - 1 : bits);
  return { min: signed ? -one : 0n, max: one - 1n };
}
