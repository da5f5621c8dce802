import { equal, match, ok } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";

const SPAN = new URL("../../../mod.ts", import.meta.url).href;

/** Two functions of the same cost, one in a span and behind an `await`. */
const PARTS = `
import { span } from ${JSON.stringify(SPAN)};
let sum = 0;
function outside() { for (let i = 0; i < 6e7; i++) sum = (sum * 31 + i) | 0; }
function inside() { for (let i = 0; i < 6e7; i++) sum = (sum * 31 + i) | 0; }
outside();
await span("part", async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  inside();
});
outside();
`;

for (const sampler of ["perf", "builtin"]) {
  testNeeding(
    sampler === "perf" ? obstacleOfPerf() : undefined,
    `profile() --spans with ${sampler} reports the samples of a span alone`,
    async () => {
      await using place = new Workplace();
      const script = place.write("parts.ts", PARTS);
      const run = async (...words: string[]) => {
        const args = words.includes("--format")
          ? words
          : [words[0]!, "--format", "text", ...words.slice(1)];
        const { code, stdout, stderr } = await runCommand(args, { cwd: place.path });
        equal(code, 0, stderr);
        return stdout;
      };
      const record = ["profile", "--sampler", sampler, "-F", "999", "-o", "out.data"];
      const all = await run(...record, "--spans", script);
      match(all, /\nSpans: .*\n +\d+ ms +[\d.]+ % +1× .* part\n/);
      ok(all.includes("inside  parts.ts") && all.includes("outside  parts.ts"), all);
      const part = await run("report", "--span", "part", "out.data");
      ok(part.includes("inside  parts.ts") && !part.includes("outside"), part);
      const slowest = await run(
        "report",
        "--slowest",
        "1%",
        "--format",
        "folded",
        "-o",
        "-",
        "out.data",
      );
      ok(slowest.includes("js::inside:") && !slowest.includes("js::outside:"), slowest);
      // Without the option there are no spans, and those of before are gone.
      const plain = await run(...record, script);
      ok(plain.includes("outside") && !plain.includes("Spans:"), plain);
      equal(place.has("out.data.spans"), false);
    },
  );
}

Deno.test("profile() --spans refuses a command and a process", async () => {
  for (
    const [words, what] of [
      [["--spans", "--", "npm", "test"], "a command"],
      [["--span", "a", "-p", `${Deno.pid}`], "--pid"],
      [["--spans", "--rotate", "60s"], "--rotate"],
    ] as const
  ) {
    const { code, stderr } = await runCommand(["profile", ...words]);
    equal(code, 2);
    match(stderr, new RegExp(`error: Cannot record spans with ${what}: must be a script and one`));
  }
});
