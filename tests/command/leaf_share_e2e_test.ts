/*
 * What a function too small for a frame each time seems to take, beside what it takes.
 */
import { equal, ok } from "node:assert/strict";

import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf } from "../support/perf.ts";
import { LEAVE_PID, runCommand, Workplace } from "./command_process.ts";

const PROGRAM = `${LEAVE_PID}
function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d;
}
function words(text: string): number {
  let n = 0;
  for (let i = 0; i < text.length; i++) if (isSpace(text.charCodeAt(i))) n++;
  return n;
}
const text = "the quick brown fox jumps over the lazy dog ".repeat(2000);
const end = performance.now() + 1500;
while (performance.now() < end) words(text);
`;

/** The share of the leaf in the time of its caller, in percent, by one way of recording. */
async function leafShare(...options: string[]): Promise<number> {
  await using place = new Workplace();
  const script = place.write("leaf.ts", PROGRAM);
  const { code, stderr } = await runCommand(
    ["profile", "-F", "999", "--format", "folded", ...options, script],
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  let [all, leaf] = [0, 0];
  for (const line of Deno.readTextFileSync(`${place.path}/perf.folded`).trimEnd().split("\n")) {
    if (!/\bwords\b/.test(line)) continue;
    const weight = Number(line.slice(line.lastIndexOf(" ")));
    all += weight;
    if (/\bisSpace\b/.test(line)) leaf += weight;
  }
  return 100 * leaf / all;
}

testNeeding(
  obstacleOfPerf(),
  "a leaf seems to take about what it takes without frames",
  async () => {
    const share = await leafShare();
    const plain = await leafShare("--engine", "v8", "--no-inlining");
    console.log(`${share.toFixed(1)} % with trampolines, ${plain.toFixed(1)} % by V8's own frames`);
    // With a frame each time it would seem to take four fifths.
    ok(share > plain / 3 && share < 2 * plain + 10, `${share} and ${plain}`);
  },
);
