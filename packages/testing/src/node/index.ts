/**
 * The parts of `@hdfive/testing` that need Node: a corpus in a folder, and the command that runs one.
 *
 * @module @hdfive/testing/node
 */
export { type CommandOutput, type CommandPlaces, corpusCommand } from "./corpus-command.js";
export { corpusFolder, isCorpusFolder } from "./corpus-folder.js";
