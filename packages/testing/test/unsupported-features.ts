/**
 * Features of files that cannot be read in full yet, in the words of the manifest, and what is said of them.
 *
 * A file with none of them must match. Whoever adds support for a feature takes its line away: then the files that have
 * it must match as well.
 */
export const UNSUPPORTED_FEATURES: readonly (readonly [feature: RegExp, reason: string])[] = [
  [
    /^filter:(?!1$|2$|3$|4$|5$|6$|307$|32000$|32001$|32004$|32008$|32013$|32015$|32026$)/,
    "filters that there is no codec for",
  ],
];

/** Why a file with these features cannot be read in full; empty when it must match. */
export function unsupportedReasons(features: readonly string[]): readonly string[] {
  const reasons = UNSUPPORTED_FEATURES.filter(([feature]) => features.some((name) => feature.test(name)));
  return [...new Set(reasons.map(([, reason]) => reason))];
}
