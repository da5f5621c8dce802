import { checkPushedRun } from "../../support/pushed_run.ts";

for (const protocol of ["otlp", "parca"] as const) {
  Deno.test(`the built-in sampler's windows of a program arrive by ${protocol}`, () =>
    checkPushedRun("builtin", protocol));
}
