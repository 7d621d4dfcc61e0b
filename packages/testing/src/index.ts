/**
 * Storages and suites that test hdfive and storages written for it.
 *
 * @module @hdfive/testing
 */
export {};
