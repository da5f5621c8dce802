import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { checkPushedRun } from "../../support/pushed_run.ts";

for (const protocol of ["otlp", "pyroscope"] as const) {
  testNeeding(
    obstacleOfPerf(),
    `perf's windows of a program arrive by ${protocol}`,
    () => checkPushedRun("perf", protocol),
  );
}
