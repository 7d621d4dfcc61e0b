import * as changingShape from "../changing-shape.mjs";
import * as errors from "../errors.mjs";
import * as groupsAndAttributes from "../groups-and-attributes.mjs";
import * as growingDataset from "../growing-dataset.mjs";
import * as halfPrecision from "../half-precision.mjs";
import * as images from "../images.mjs";
import * as iteration from "../iteration.mjs";
import * as slices from "../slices.mjs";

/** The examples in the order of the tour. */
export const steps = [
  groupsAndAttributes,
  growingDataset,
  changingShape,
  halfPrecision,
  slices,
  images,
  iteration,
  errors,
];
