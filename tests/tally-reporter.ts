import { JsonReporter } from "vitest/node";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { status: string }[];
  }[];
}

/** One plain line for programs that watch a run: `N passed, N failed`, from the counts of vitest's JSON report. */
export class TallyReporter extends JsonReporter {
  constructor() {
    super({});
  }

  override async writeReport(report: string): Promise<void> {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(report) as Report;
    // A test file that could not even be loaded has failed as a whole; the report counts no test for it.
    const broken = testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && assertionResults.every((assertion) => assertion.status !== "failed"),
    );
    process.stdout.write(`\n${numPassedTests} passed, ${numFailedTests + broken.length} failed\n`);
  }
}
