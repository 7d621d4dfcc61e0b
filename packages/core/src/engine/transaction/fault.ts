/**
 * What a transaction throws when a block it needs is not here yet.
 *
 * One object, made once: it carries nothing, the transaction knows what it wanted. Only `drive` and `driveSync` catch it.
 */
export const FAULT: Error = Object.freeze(new Error("A block is not resident; only the engine's driver may see this"));
