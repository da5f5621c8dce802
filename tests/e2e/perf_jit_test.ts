/*
 * The jitdump under real `perf record --call-graph dwarf`, `perf inject --jit` and `perf script`.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { demo, demoByHand, demoSymbol, measureNesting } from "../support/demo.ts";
import { checkJitdump } from "../support/jitdump_checks.ts";
import { readJitdump } from "../support/jitdump_reader.ts";
import { ENGINES } from "../support/engines.ts";
import { testNeeding } from "../support/needing.ts";
import { inject, obstacleOfPerf, readJitSamples, recordJit, scriptJit } from "../support/perf.ts";
import { runProgram } from "../support/program.ts";

const preload = new URL("../../lib/preload.ts", import.meta.url).href;
const UNTOUCHED = ["--allow-all", `--preload=${preload}`];

const obstacle = obstacleOfPerf();

for (
  const [how, source, flags] of [
    ["wrapped by hand", demoByHand, ["--allow-all"]],
    ["the source untouched", demo, UNTOUCHED],
  ] as const
) {
  for (const engine of ENGINES) {
    testNeeding(
      obstacle,
      `perf inject --jit gives whole DWARF stacks: foo <- bar <- baz, ${how}, engine "${engine}"`,
      async () => {
        await using program = await recordJit(source, { flags, env: { JS_PERF_ENGINE: engine } });
        const { nested, whole } = measureNesting(await readJitSamples(program), program.file);
        ok(nested >= 95, `${nested} % have foo <- bar <- baz`);
        ok(whole >= 80, `${whole} % walk on to __libc_start_call_main`);
        checkJitdump(await Deno.readFile(program.dumpPath), program.pid);
      },
    );
  }
}

testNeeding(obstacle, "perf_jit leaves no dump and no js:: frame while it is off", async () => {
  await using program = await recordJit(demo, {
    flags: UNTOUCHED,
    env: { JS_PERF_JIT_SUPPORT: "0" },
  });
  const samples = await readJitSamples(program);
  ok(samples.length > 200, `only ${samples.length} samples`);
  deepEqual(samples.filter((sample) => sample.some((name) => name.startsWith("js::"))), []);
  deepEqual(await Deno.lstat(program.dumpPath).catch(() => "none"), "none");
});

testNeeding(
  obstacle,
  "perf_jit keeps the immediate caller of a memmove, which frame pointers lose",
  async () => {
    // Both kinds of stacks in one recording, so that addresses can be compared. `-d`: the tables of
    // libc are in memory that is not executable.
    await using program = await recordJit(
      `
import { withPerf } from "@x/perf";
const from = new Uint8Array(8 << 20), to = new Uint8Array(8 << 20);
const copy = withPerf(function copy() { to.set(from); });
const end = performance.now() + 1500;
while (performance.now() < end) copy();
`,
      {
        record: [
          ...["-F", "499", "-d", "-e", "cpu-clock/call-graph=fp,name=fp/u"],
          ...["-e", "cpu-clock/call-graph=dwarf,stack-size=16384,name=dwarf/u"],
        ],
      },
    );
    const text = await scriptJit(program, "-F", "event,ip,sym");
    const stacks = { fp: [] as bigint[][], dwarf: [] as bigint[][] };
    const shown: Record<string, string> = {};
    for (const sample of text.split(/\n\s*\n/)) {
      const event = /^\s*(fp|dwarf):/.exec(sample)?.[1] as "fp" | "dwarf" | undefined;
      const frames = [...sample.matchAll(/^\s+([0-9a-f]+) (.*)$/gm)];
      if (event === undefined || !/mem(move|cpy)/.test(frames[0]?.[2] ?? "")) continue;
      if (!sample.includes("js::copy:")) continue;
      shown[event] = frames.slice(0, 4).map(([, ip, name]) => `    ${ip} ${name}`).join("\n");
      // perf's DWARF unwinder shows addresses in the calls, frame pointers the return addresses.
      const bias = event === "dwarf" ? 1n : 0n;
      stacks[event].push(frames.slice(1).map(([, ip]) => BigInt(`0x${ip}`) + bias));
    }
    console.log(`frame pointers, then DWARF:\n${shown["fp"]}\n\n${shown["dwarf"]}`);
    ok(stacks.fp.length > 100 && stacks.dwarf.length > 100, "too few samples in memmove");
    const seen = new Set(stacks.fp.flat());
    const kept = stacks.dwarf.filter(([caller, next]) => !seen.has(caller!) && seen.has(next!));
    ok(kept.length >= 0.95 * stacks.dwarf.length, `${kept.length} of ${stacks.dwarf.length}`);
  },
);

testNeeding(
  obstacle,
  "perf reaches the TypeScript line through the debug information",
  async () => {
    await using program = await recordJit(demoByHand);
    const lines = await scriptJit(program, "-F", "ip,sym,srcline");
    const symbol = demoSymbol("bar", program.file);
    const line = symbol.slice(symbol.lastIndexOf(":") + 1);
    const shown = lines.split("\n").flatMap((text, i, all) =>
      text.includes(symbol) ? all[i + 1]! : []
    );
    ok(shown.length > 150, `only ${shown.length} frames of bar`);
    deepEqual([...new Set(shown.map((text) => text.trim()))], [`program.ts:${line}`]);
  },
);

const MANY = 1000;

testNeeding(
  obstacle,
  `a program of ${MANY} functions costs little to dump and inject`,
  async () => {
    const functions = Array.from(
      { length: MANY },
      (_, i) => `function f${i}(n) { return n + ${i}; }`,
    );
    const calls = Array.from({ length: MANY }, (_, i) => `f${i}`);
    await using program = await recordJit(
      `${functions.join("\n")}
const all = [${calls.join()}];
const end = performance.now() + 500;
let sum = 0;
while (performance.now() < end) for (const f of all) sum += f(sum);
`,
      { flags: UNTOUCHED },
    );
    const { blocks } = await Deno.stat(program.dumpPath);
    const files = program.injectedFiles().length;
    const seconds = await inject(program);
    const { records } = readJitdump(await Deno.readFile(program.dumpPath));
    const loads = records.filter((record) => record.kind === "load");
    const trampolines = loads.filter(({ name }) => name.startsWith("js::")).length;
    console.log(
      `${trampolines} trampolines: ${blocks! / 2} KiB on disk, ` +
        `inject takes ${seconds.toFixed(2)} s of processor time and makes ${files} files`,
    );
    equal(trampolines, MANY + 1);
    ok(blocks! * 512 <= 8 * 1024 * 1024, `${blocks} blocks`);
    // The others are of regions of memory, one each time that V8 has more of it.
    ok(files <= trampolines + 48, `${files} files`);
    ok(seconds <= 2, `${seconds} s`);
    checkJitdump(await Deno.readFile(program.dumpPath), program.pid);
  },
);

testNeeding(
  obstacle,
  "perf inject --jit accepts the dump of a run that SIGKILL ended",
  async () => {
    await using program = await recordJit(
      `
import { trampoline } from "@x/perf";
function spin(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
trampoline("before", "a.ts", 1).run(() => spin(500));
new Worker("data:application/javascript," + encodeURIComponent(\`
  while (true) Deno.statSync("/tmp/jit-\${Deno.pid}.dump").size > 100e6 && Deno.kill(Deno.pid, "SIGKILL");
\`), { type: "module" });
for (let i = 0; ; i++) {
  trampoline(("late" + i).padEnd(3000, "x"), "b.ts", 2).run(() => {});
  if (i === 4000) Deno.kill(Deno.pid, "SIGKILL");
}
`,
      { flags: ["--allow-all", "--no-check"] },
    );
    const samples = await readJitSamples(program);
    const before = samples.filter((sample) => sample.includes("js::before:a.ts:1"));
    ok(before.length > 30, `only ${before.length} samples`);
    const bytes = await Deno.readFile(program.dumpPath);
    ok(readJitdump(bytes).records.every(({ kind }) => kind !== "close"), "it was not killed");
    checkJitdump(bytes, program.pid, { wasKilled: true });
  },
);

testNeeding(obstacle, "perf inject --jit accepts a dump up to its last whole record", async () => {
  await using program = await recordJit(demoByHand);
  // Into foo's record: bar was called first, and has its record in front.
  const dump = new TextDecoder("latin1").decode(await Deno.readFile(program.dumpPath));
  await Deno.truncate(program.dumpPath, dump.lastIndexOf(demoSymbol("foo", program.file)));
  for (const file of program.injectedFiles()) await Deno.remove(file);
  await inject(program);
  const names = new Set((await readJitSamples(program)).flat());
  ok(names.has(demoSymbol("bar", program.file)));
  ok(!names.has(demoSymbol("foo", program.file)));
});

testNeeding(obstacle, "perf_jit describes the code of Workers, once", async () => {
  await using program = await recordJit(
    `
import { activateStackTrampoline, withPerf } from "@x/perf";
activateStackTrampoline("perf_jit");
let sum = 0;
const spin = withPerf(function spin() {
  const end = performance.now() + 1000;
  while (performance.now() < end) sum = (sum * 31 + 1) | 0;
});
if (typeof WorkerGlobalScope === "undefined") {
  const workers = [1, 2].map(() => new Worker(import.meta.url, { type: "module" }));
  await Promise.all(workers.map((worker) =>
    new Promise((resolve) => worker.onmessage = resolve)
  ));
  workers.forEach((worker) => worker.terminate());
} else {
  spin();
  postMessage("done");
}
`,
    { flags: ["--allow-all", "--no-check"] },
  );
  const samples = await readJitSamples(program);
  const spinning = samples.filter((sample) => sample.some((name) => name.startsWith("js::spin:")));
  ok(spinning.length > 200, `only ${spinning.length} of ${samples.length} samples`);
  const whole = spinning.filter((sample) =>
    sample.some((name) => /^(start_thread|clone)/.test(name))
  );
  ok(whole.length >= 0.8 * spinning.length, `${whole.length} of ${spinning.length} are whole`);
  checkJitdump(await Deno.readFile(program.dumpPath), program.pid);
});

Deno.test("perf_jit switched off and on again continues the same dump", async () => {
  await using program = await runProgram(
    `
import { activateStackTrampoline, deactivateStackTrampoline, withPerf } from "@x/perf";
const [first, unseen, second] = ["first", "unseen", "second"].map((name) =>
  withPerf(() => {}, { name, file: "a.ts", line: 3 })
);
activateStackTrampoline("perf_jit");
first();
deactivateStackTrampoline();
unseen();
activateStackTrampoline("perf_jit");
second();
first();
`,
  );
  equal(program.stderr, "");
  const bytes = await Deno.readFile(program.dumpPath);
  deepEqual(
    checkJitdump(bytes, program.pid).map(({ name }) => name).filter((name) => name[0] !== "["),
    ["js::first:a.ts:3", "js::second:a.ts:3"],
  );
});
