import { deepEqual, equal, match, ok } from "node:assert/strict";

import { perfOutput } from "../../lib/command/perf_tool.ts";
import { PERF_SCRIPT_ARGS, readPerfScript } from "../../lib/recording/perf_script.ts";
import type { Recording } from "../../lib/recording/recording.ts";
import { decodeRecording } from "../../lib/recording/recording_file.ts";
import { testNeeding } from "../support/needing.ts";
import { obstacleOfPerf } from "../support/perf.ts";
import { readPerfMap } from "../support/perf_map_reader.ts";
import { LEAVE_PID, runCommand, Workplace } from "./command_process.ts";

/** Types take lines that the emitted JavaScript has not. */
const HOT = `${LEAVE_PID}
interface Rounds {
  count: number;
}
type Sum = number;

let sum: Sum = 0;

class Worker {
  foo({ count }: Rounds): Sum {
    for (let i = 0; i < count; i++) sum = (sum * 31 + i) | 0;
    return sum;
  }
}

const worker = new Worker();
const bar = (rounds: Rounds): Sum => worker.foo(rounds);
function baz(rounds: Rounds): Sum {
  return bar(rounds);
}

for (let i = 0; i < Number(Deno.args[0]); i++) baz({ count: 1_000_000 });
`;

const HOT_SYMBOLS = (script: string) => [
  `js::<module>:${script}`,
  `js::baz:${script}:19`,
  `js::bar:${script}:18`,
  `js::Worker.foo:${script}:11`,
];

const HOT_NESTING = [["<module>", undefined], ["baz", 19], ["bar", 18], ["Worker.foo", 11]];

/** The script's functions on the stack that was seen most, outermost first, with their lines. */
function nesting({ stacks }: Recording): [string, number | undefined][] {
  const busiest = stacks.toSorted((a, b) => b.weight - a.weight)
    .find(({ frames }) => frames.some(({ kind }) => kind === "typescript"));
  return busiest!.frames.filter(({ kind }) => kind === "typescript")
    .map(({ name, line }) => [name, line]);
}

/** The names of the script's functions in the map that was left. */
function namesInMap({ path }: Workplace, script: string): string[] {
  const pid = [...Deno.readDirSync(path)].flatMap(({ name }) =>
    /^(\d+)\.pid$/.exec(name)?.[1] ?? []
  );
  equal(pid.length, 1);
  const entries = readPerfMap(Deno.readFileSync(`/tmp/perf-${pid[0]}.map`));
  return [...new Set(entries.map(({ name }) => name).filter((name) => name.includes(script)))];
}

testNeeding(
  obstacleOfPerf(),
  "profile() with --engine v8 shows TypeScript's lines, one name for each function",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", HOT);
    const { code, stdout, stderr } = await runCommand(
      ["profile", "--engine=v8", "--no-inlining", "-F", "999", "-o", "v8.data", script, "600"],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    match(stderr, /^note: --engine v8 .* --no-inlining/m);
    for (const symbol of HOT_SYMBOLS(script)) ok(stdout.includes(symbol), symbol);
    const text = perfOutput(["script", ...PERF_SCRIPT_ARGS, "-i", `${place.path}/v8.data`]);
    const [recording] = await readPerfScript(text);
    deepEqual(nesting(recording!), HOT_NESTING);
    deepEqual(
      namesInMap(place, script).filter((name) => !/js::(Worker|constructor):/.test(name)).sort(),
      HOT_SYMBOLS(script).sort(),
    );
  },
);

Deno.test("profile() with --engine v8 and the built-in sampler shows the same", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT);
  const { code, stderr } = await runCommand(
    ["profile", "--engine=v8", "--no-inlining", "--sampler=builtin", script, "600"],
    { cwd: place.path },
  );
  equal(code, 0, stderr);
  const text = Deno.readTextFileSync(`${place.path}/recording.json`);
  deepEqual(nesting(decodeRecording(text)), HOT_NESTING);
});

Deno.test("run() with --engine v8 repairs the map, and the program has its own status", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", `${HOT}\nDeno.exit(7);`);
  const { code, stderr } = await runCommand(["run", "--engine=v8", script, "50"], {
    cwd: place.path,
  });
  equal(code, 7, stderr);
  const left = [...Deno.readDirSync(place.path)].map(({ name }) => name.replace(/^\d+/, "")).sort();
  deepEqual(left, [".pid", "hot.ts"]);
  deepEqual(
    namesInMap(place, script).filter((name) => !/js::(Worker|constructor):/.test(name)).sort(),
    HOT_SYMBOLS(script).sort(),
  );
});

Deno.test("--engine v8 refuses what it cannot do", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", "Deno.writeTextFileSync('ran', '');");
  for (
    const [args, message] of [
      [["--engine=v8", "-X", "perf_jit"], /Cannot use "-X perf_jit" with --engine v8/],
      [["--no-inlining"], /Cannot use --no-inlining: it is for --engine v8/],
    ] as const
  ) {
    for (const command of ["run", "profile"]) {
      const { code, stderr } = await runCommand([command, ...args, script], { cwd: place.path });
      equal(code, 2);
      match(stderr, message);
    }
  }
  equal(place.has("ran"), false);
});
