import { deepEqual, equal, match } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

/**
 * Never ends of its own accord. Its stacks are deep, so that the recording reaches a limit that is well
 * above what V8 logs while the program starts.
 */
const FOREVER = `
function work(n: number): number { let s = 0; for (let i = 0; i < n; i++) s = (s * 31 + i) | 0; return s; }
const deep = (n: number): number => n === 0 ? work(200_000) : deep(n - 1) + 1;
for (;;) deep(900);
`;

for (const sampler of ["perf", "builtin"]) {
  testNeeding(
    sampler === "perf" ? obstacleOfPerf() : undefined,
    `profile() with ${sampler} ends at --max-size, and reports what was recorded`,
    async () => {
      await using place = new Workplace();
      place.write("forever.ts", FOREVER);
      const { code, stdout, stderr } = await runCommand(
        ["profile", "--sampler", sampler, "-F", "9999", "--max-size", "5M", "forever.ts"],
        { cwd: place.path },
      );
      equal(code, 0, stderr);
      match(
        stderr,
        /^warning: the recording ended, and the program with it, when it had 5 MiB; --max-size 20M /m,
      );
      match(stdout, /js::work:/);
    },
  );
}

Deno.test("profile() says which size a recording needs that ends before its first sample", async () => {
  await using place = new Workplace();
  place.write("waits.ts", "setInterval(() => {}, 1000);");
  const { code, stdout, stderr } = await runCommand(
    ["profile", "--sampler", "builtin", "-F", "1", "--max-size", "1K", "waits.ts"],
    { cwd: place.path },
  );
  deepEqual([code, stdout], [1, ""]);
  match(
    stderr,
    /^error: Cannot report "recording\.json": nothing was measured, the recording ended at --max-size 1K\nhint: --max-size 4K$/m,
  );
});
