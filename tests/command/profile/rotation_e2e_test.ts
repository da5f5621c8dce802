import { equal, match, ok } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { functionsIn, readRecorded, stacksOf, weightOf } from "../../support/recorded.ts";

/** Runs one function for five seconds, then another. */
const APP = `
function early(n: number): number {
  for (let i = 0; i < 1e5; i++) n = Math.imul(n, 31) + i | 0;
  return n;
}
function late(n: number): number {
  for (let i = 0; i < 1e5; i++) n = Math.imul(n, 33) + i | 0;
  return n;
}
const start = Date.now();
let n = 0;
while (Date.now() < start + 10_000) n = Date.now() < start + 5_000 ? early(n) : late(n);
console.log(n === 0.5);
`;

/** The files of perf's in a place, the oldest first. */
function filesIn({ path }: Workplace): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name)
    .filter((name) => /\.data\.\d{16}$/.test(name)).sort();
}

/** The share of a function's time in the time of the program's functions. */
async function shareOf(name: string, path: string): Promise<number> {
  const stacks = stacksOf(await readRecorded(path));
  const all = weightOf(stacks, (stack) => functionsIn(stack, /app\.ts$/).length > 0);
  ok(all > 0, `${path} names no function`);
  return weightOf(stacks, (stack) => functionsIn(stack, /app\.ts$/).includes(name)) / all;
}

testNeeding(
  obstacleOfPerf(),
  "profile() rotates its file, and each names its functions",
  async () => {
    await using place = new Workplace();
    place.write("app.ts", APP);
    const args = ["profile", "--rotate", "3s", "-o", "perf-%t-%p.data", "app.ts"];
    const { code, stdout, stderr } = await runCommand(args, { cwd: place.path });
    equal(code, 0, stderr);
    const files = filesIn(place);
    ok(files.length >= 3, files.join());
    for (const file of files) match(file, /^perf-\d{8}-\d{6}-\d+\.data\.\d{16}$/);
    const [first, last] = [files[0]!, files.at(-1)!].map((file) => `${place.path}/${file}`);
    ok(await shareOf("early", first!) > 0.95);
    ok(await shareOf("late", last!) > 0.95);
    for (const file of files) await shareOf("early", `${place.path}/${file}`);
    match(stdout, /js::late/);
    match(stderr, new RegExp(`kept, and reported: .*${files.at(-1)!}`));
  },
);

testNeeding(
  obstacleOfPerf(),
  "profile() keeps the last files, with the names of children",
  async () => {
    await using place = new Workplace();
    place.write("app.ts", APP);
    const command = ["--", "sh", "-c", "deno run app.ts; true"];
    const args = [
      "profile",
      "-q",
      "--rotate",
      "3s",
      "--keep-last",
      "2",
      "-o",
      "p.data",
      ...command,
    ];
    const { code, stderr } = await runCommand(args, { cwd: place.path });
    equal(code, 0, stderr);
    const files = filesIn(place);
    equal(files.length, 2);
    for (const file of files) ok(await shareOf("late", `${place.path}/${file}`) > 0.5, file);
  },
);
