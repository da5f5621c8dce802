/*
 * A `perf` of the test's own stands first on PATH, so each test has a process for its program.
 */
import { deepEqual, equal, match, rejects } from "node:assert/strict";
import process from "node:process";

import { readLimits, readText, withoutInterrupts } from "../../lib/perf/perf_tool.ts";
import { runProgram } from "../support/program.ts";

const tool = import.meta.resolve("../../lib/perf/perf_tool.ts");

/** A directory of the commands that scripts need, without perf. */
const COMMANDS = "/commands";

/**
 * Evaluates an expression of the module's exports in a process, with a shell script as `perf`.
 *
 * @param perf The script; `undefined` for no perf on PATH.
 * @returns The value, or `{ error }`, and what temporary files are left.
 */
async function evaluate(perf: string | undefined, expression: string) {
  await using program = await runProgram(
    `
import * as tool from "${tool}";
Deno.env.set("PATH", \`\${Deno.cwd()}/bin:\${Deno.cwd()}${COMMANDS}\`);
Deno.env.set("TMPDIR", \`\${Deno.cwd()}/tmp\`);
const { findPerf, perfOutput, runPerf, tryRecording } = tool;
let answer;
try {
  answer = { value: await (${expression}) };
} catch (error) {
  const { name, code, message, hint } = error;
  answer = { error: { name, code, message, hint } };
}
const left = [...Deno.readDirSync("tmp")].length;
console.log(JSON.stringify({ ...answer, left }));
`,
    {
      before: `mkdir bin tmp commands
for command in sh cat sleep; do ln -s "$(command -v $command)" commands/$command; done
${
        perf === undefined ? "" : `cat > bin/perf <<'END'
#!/bin/sh
${perf}
END
chmod 755 bin/perf`
      }`,
    },
  );
  equal(program.code, 0, program.stderr);
  return JSON.parse(program.stdout);
}

/** A perf that records if its arguments match a pattern of the shell, and then names an event. */
function recorder(
  { pattern = "*", event = "cycles:P", failure = "echo Error: >&2; echo bad >&2" },
) {
  return `case "$1 $*" in
  "record "${pattern}) exit 0;;
  "record "*) ${failure}; exit 129;;
  "evlist "*) echo ${event};;
esac`;
}

Deno.test("findPerf() reads the version, and says how to get a perf where there is none", async () => {
  const { value } = await evaluate("echo perf version 6.12.95", "findPerf()");
  const version = { major: 6, minor: 12, patch: 95, unwindsJitdump: true };
  deepEqual(value, { name: "6.12.95", version });
  const missing = (await evaluate(undefined, "findPerf()")).error;
  deepEqual([missing.name, missing.code], ["PerfError", "perf"]);
  match(missing.message, /^Cannot run perf: it is not on PATH, must be installed$/);
  const broken = await evaluate(
    "echo none for this kernel >&2; echo more >&2; exit 2",
    "findPerf()",
  );
  equal(broken.error.message, "Cannot run perf: none for this kernel");
  match(broken.error.hint, /perf|linux-tools/);
  const other = (await evaluate("echo hello", "findPerf()")).error;
  deepEqual([other.name, other.message], [
    "PerfError",
    'Cannot run perf: Cannot read perf version "hello": must be like "perf version 6.12.95"',
  ]);
});

Deno.test("tryRecording() finds the event that works, and leaves no file behind", async () => {
  const result = async (perf: string, options = "{}") => {
    const { value, left } = await evaluate(perf, `tryRecording(${options})`);
    equal(left, 0);
    return value;
  };
  deepEqual(await result(recorder({})), { isFallback: false, flags: [] });
  const clock = { event: "cpu-clock", isFallback: true, flags: [] };
  deepEqual(await result(recorder({ event: "cpu-clock:u" })), clock);
  deepEqual(await result(recorder({ pattern: "*cpu-clock*" })), clock);
  deepEqual(await result(recorder({ event: "task-clock" }), '{ event: "task-clock" }'), {
    event: "task-clock",
    isFallback: false,
    flags: [],
  });
});

Deno.test("tryRecording() has perf end at once, where this version of perf can", async () => {
  // A perf that works with the option only, and one that does not know it.
  const knows = recorder({ pattern: "*--no-bpf-event*" });
  const flags = async (perf: string, version: string) =>
    (await evaluate(perf, `tryRecording({}, ${version})`)).value?.flags;
  deepEqual(await flags(knows, "{ major: 6, minor: 12 }"), ["--no-bpf-event"]);
  deepEqual(await flags(knows, "{ major: 5, minor: 1 }"), ["--no-bpf-event"]);
  deepEqual(await flags(knows, "{ major: 5, minor: 0 }"), undefined);
  deepEqual(await flags(recorder({}), "{ major: 4, minor: 18 }"), []);
});

Deno.test("tryRecording() explains a failure, and takes no other event than the user's", async () => {
  const failed = await evaluate(recorder({ pattern: "none" }), "tryRecording({})");
  deepEqual([failed.error.code, failed.left], ["perf", 0]);
  equal(failed.error.message, "Cannot record with perf: bad");
  const event = "tryRecording({ event: 'cycles' })";
  const own = await evaluate(recorder({ pattern: "*cpu-clock*" }), event);
  equal(own.error.message, "Cannot record with perf: bad");
});

Deno.test("runPerf() runs perf in the C locale, without input, and gives its output", async () => {
  const { value } = await evaluate(
    'echo "$LC_ALL $2"; cat; echo err >&2; exit 3',
    'runPerf(["a", "b c"])',
  );
  deepEqual(value, { success: false, stdout: "C b c\n", stderr: "err\n" });
});

Deno.test("perfOutput() hands over all output, and says with which words perf failed", async () => {
  const all =
    "Array.fromAsync(perfOutput(['script', '-i', 'x'])).then((pieces) => pieces.join(''))";
  equal((await evaluate("echo a; echo b", all)).value, "a\nb\n");
  const { error } = await evaluate("echo a; echo first >&2; echo last >&2; exit 1", all);
  deepEqual(error, {
    name: "PerfError",
    code: "perf",
    message: "Cannot read with perf script: last",
    hint: "perf script -i x",
  });
  const killed = await evaluate("kill -TERM $$; sleep 100", all);
  equal(killed.error.message, "Cannot report: the reading was interrupted");
});

Deno.test("perfOutput() ends perf where the reader has enough", async () => {
  const first = "(async () => { for await (const piece of perfOutput([])) return piece; })()";
  equal((await evaluate("echo a; exec sleep 1000", first)).value, "a\n");
});

Deno.test("withoutInterrupts() keeps signals from ending the process until the body has ended", async () => {
  const counts = () => ["SIGINT", "SIGTERM", "SIGHUP"].map((name) => process.listenerCount(name));
  const before = counts();
  const inside = await withoutInterrupts(() => Promise.resolve(counts()));
  deepEqual(inside, before.map((count) => count + 1));
  await rejects(withoutInterrupts(() => Promise.reject(new RangeError("a"))), RangeError);
  deepEqual(counts(), before);
});

Deno.test("readText() and readLimits() are silent where the system is", () => {
  equal(readText("/no such file"), undefined);
  equal(readText("/proc/self/comm"), readText("/proc/self/comm")?.trim());
  const { paranoid, filtered } = readLimits();
  equal(typeof filtered, "boolean");
  equal(paranoid === undefined || Number.isInteger(paranoid), true);
});
