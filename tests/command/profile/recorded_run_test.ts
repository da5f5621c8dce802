import { equal } from "node:assert/strict";

import { nothingMeasured } from "../../../lib/command/profile/recorded_run.ts";

type Facts = Parameters<typeof nothingMeasured>[1];

/** Why there is nothing to report, for a program that ended well under the built-in sampler. */
function errorOf(facts: Partial<Facts> = {}) {
  return nothingMeasured("out", {
    scope: { kind: "all" },
    ending: { code: 0, signal: null },
    sampler: "builtin",
    ...facts,
  });
}

Deno.test("nothingMeasured() says how the program ended, or perf", () => {
  const builtin =
    'Cannot report "out": the built-in sampler has seen nothing, the program ended with';
  equal(errorOf().message, `${builtin} status 0`);
  const killed = { code: 137, signal: "SIGKILL" };
  equal(errorOf({ ending: killed }).message, `${builtin} signal SIGKILL`);
  equal(
    errorOf({ sampler: "perf", ending: { code: 255, signal: null } }).message,
    'Cannot report "out": nothing was measured, perf record ended with status 255',
  );
  equal(errorOf().code, "perf");
});

Deno.test("nothingMeasured() names the scope that a program never entered, unless it failed", () => {
  const scope = { kind: "measure", name: "load" } as const;
  equal(
    errorOf({ scope }).message,
    'Cannot report "out": nothing was measured, no sample fell between performance.mark("load") ' +
      'and performance.measure("load")',
  );
  const ending = { code: 1, signal: null };
  equal(/ended with status 1$/.test(errorOf({ scope, ending }).message), true);
});

Deno.test("nothingMeasured() names the size at which the recording ended, and a larger one", () => {
  const reached = { size: "1M", next: "4M" };
  for (const sampler of ["perf", "builtin"] as const) {
    const scope = { kind: "active" } as const;
    const { message, hint } = errorOf({ sampler, scope, reached });
    equal(
      message,
      'Cannot report "out": nothing was measured, the recording ended at --max-size 1M',
    );
    equal(hint, "--max-size 4M");
  }
});
