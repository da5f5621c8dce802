/*
 * Failures of every system call that trampolines make: the C library's own, and the runtime's on
 * the map, the dump and files in /proc. Each call fails once, and from there on; a write also ends
 * in the middle. With each failure the program's output and status are its own, there is at most
 * one warning each time trampolines were asked for, and written files are whole.
 */
import { equal, match, ok } from "node:assert/strict";

import { readDump } from "../support/dump_file.ts";
import { checkJitdump } from "../support/jitdump_checks.ts";
import { FaultyPackage } from "../support/faulty_package.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { type Program, runProgram } from "../support/program.ts";
import { readSampleFile } from "../../lib/recording/built_in/sample_file.ts";
import type { BackendName } from "../../lib/backends/backend.ts";
import type { EngineChoice } from "../../lib/engines/engine.ts";

const source = (backend: BackendName) => `
import { activateStackTrampoline, isStackTrampolineActive, trampoline, withPerf } from "@x/perf";
const add = withPerf(function add(a: number, b: number) { return a + b; });
const fail = withPerf(function fail() { throw new TypeError("mine"); });
function work(round: number): string {
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    sum = add(sum, trampoline(\`label \${round} \${i}\`, "program.ts", 1).run(() => i));
  }
  try {
    fail();
  } catch (error) {
    return \`\${sum} \${error}\`;
  }
  return "";
}
console.log(work(1));
console.error(\`active \${isStackTrampolineActive()}\`);
try {
  activateStackTrampoline("${backend}");
} catch (error) {
  console.error(\`refused \${(error as Error).name}\`);
}
console.log(work(2));
console.error(\`active \${isStackTrampolineActive()}\`);
Deno.exitCode = 7;
`;

/** `XPERF_LONG=1`: all of it, also where calls differ in their number only. */
const everyCall = Boolean(Deno.env.get("XPERF_LONG"));

/** Whether no earlier call is the same, between the same two. */
function isDistinct(calls: readonly string[], at: number): boolean {
  const around = (i: number) => calls.slice(Math.max(0, i - 1), i + 2).join();
  return calls.findIndex((_, i) => around(i) === around(at)) === at;
}

const OUTPUT = "3 TypeError: mine\n".repeat(2);

/** The error of each call, by its name: errno(3). */
const ERRORS: Readonly<Record<string, number>> = {
  open: 24, // EMFILE
  read: 5, // EIO
  close: 5,
  fstat: 5,
  unlink: 1, // EPERM
  write: 28, // ENOSPC
  ftruncate: 28,
  mmap: 12, // ENOMEM
  mprotect: 13, // EACCES, as SELinux has it
  process_vm_readv: 1, // EPERM, as a sandbox has it
  fcntl: 24,
  pthread_create: 11, // EAGAIN
  timer_create: 11,
  timer_settime: 22, // EINVAL
  sigaction: 22,
};

/** `runtime open .map` is an `open`. */
function errorOf(call: string): number {
  const error = ERRORS[call.split(" ")[1]!];
  ok(error !== undefined, `how does ${call} fail?`);
  return error;
}

/** A file that an earlier process of the same pid left: one more way to go. */
const STALE = 'echo stale > "$MAP"; cp "$MAP" "$DUMP"; touch -d 2001-01-01 "$MAP" "$DUMP"';

interface Choice {
  backend: BackendName;
  engine: EngineChoice;
}

async function runWith(
  faulty: FaultyPackage,
  { backend, engine }: Choice,
  fault?: string,
): Promise<Program> {
  const variables = `LD_PRELOAD='${faulty.hooks}' XP_FAULT_LOG=log`;
  return await runProgram(source(backend), {
    under: ["timeout", "--signal=KILL", "120"],
    configuration: faulty.configuration,
    env: {
      [backend === "perf" ? "JS_PERF_SUPPORT" : "JS_PERF_JIT_SUPPORT"]: "1",
      JS_PERF_ENGINE: engine,
    },
    before: `${STALE}; export ${variables} ${fault === undefined ? "" : `XP_FAULT=${fault}`}`,
  });
}

/** Runs a program with a fault; returns the outcome as a line of a table. */
async function outcome(faulty: FaultyPackage, choice: Choice, fault: string): Promise<string> {
  await using program = await runWith(faulty, choice, fault);
  equal(program.stdout, OUTPUT);
  equal(program.code, 7);
  const rounds = program.stderr.split(/^active (.*)\n/m);
  equal(rounds.length, 5, program.stderr);
  const [first, firstActive, second, secondActive, end] = rounds;
  equal(end, "");
  const warnings = /^@x\/perf: .*; trampolines are off.*\n$/;
  // Once trampolines are on, nothing that is tolerated is worth a word.
  if (firstActive === "true") equal(first, "");
  else match(first!, warnings);
  if (secondActive === "true") equal(second, "");
  else if (second !== "refused PerfError\n" && second !== "refused Error\n") {
    match(second!, warnings);
  }
  // Where cutting back fails as well, a line or a record may end in the middle.
  const wasCut = fault.includes("+");
  if (choice.backend === "perf") checkMap(await readMap(program), wasCut);
  else checkDump(program, wasCut);
  return `${firstActive === "true" ? "on" : "off"}, then ${secondActive === "true" ? "on" : "off"}`;
}

function checkMap(bytes: Uint8Array | undefined, wasCut: boolean): void {
  const text = new TextDecoder().decode(bytes ?? new Uint8Array());
  const lines = text.split("\n");
  const last = lines.pop()!;
  if (!wasCut) equal(last, "");
  if (text === "stale\n") return;
  for (const line of lines) {
    match(
      line,
      /^[0-9a-f]+ [0-9a-f]+ js::.*:program\.ts:\d+$|^[0-9a-f]+ [0-9a-f]+ js::(add|fail):/,
    );
  }
}

function checkDump(program: Program, wasCut: boolean): void {
  const bytes = readDump(program.dumpPath);
  if (bytes === undefined || bytes.length === 0) return;
  if (new TextDecoder().decode(bytes) === "stale\n") return;
  if (bytes.length < 40) ok(wasCut);
  else checkJitdump(bytes, program.pid, { wasKilled: wasCut });
}

async function readMap({ mapPath }: Program): Promise<Uint8Array | undefined> {
  try {
    return await Deno.readFile(mapPath);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Has each of a program's calls fail once, and prints the outcomes, one a line. */
async function failAll(
  calls: readonly string[],
  outcomeOf: (fault: string) => Promise<string>,
): Promise<void> {
  const faults = calls.flatMap((call, i) => {
    if (!everyCall && !isDistinct(calls, i)) return [];
    const error = errorOf(call);
    const number = i + 1;
    const short = / write$/.test(call) ? [`${number}:short`] : [];
    const onwards = everyCall || !/ (fstat|read|close)$/.test(call) ? [`${number}+:${error}`] : [];
    return [`${number}:${error}`, ...onwards, ...short].map((fault) => ({ call, fault }));
  });
  const rest = faults.values();
  const table: string[] = [];
  const work = async () => {
    for (const { call, fault } of rest) {
      const what = `${fault.padEnd(8)} ${call.padEnd(30)}`;
      try {
        table.push(`${what} ${await outcomeOf(fault)}`);
      } catch (cause) {
        throw new Error(`Fault ${what.trim()} is not survived`, { cause });
      }
    }
  };
  await Promise.all([work(), work(), work()]);
  table.sort((a, b) => parseInt(a) - parseInt(b));
  console.log(table.join("\n"));
  equal(table.length, faults.length);
}

/** The calls that a program made, in their order. */
async function callsOf(program: Program): Promise<string[]> {
  const calls = (await Deno.readTextFile(`${program.directory}/log`)).trim().split("\n");
  ok(calls.length > 10);
  return calls;
}

/** `auto` is the wasm engine here, and where a fault is in the way of that, the native one. */
const CHOICES: readonly Choice[] = [
  { backend: "perf", engine: "auto" },
  { backend: "perf", engine: "native" },
  { backend: "perf_jit", engine: "auto" },
  { backend: "perf_jit", engine: "native" },
];

for (const choice of CHOICES) {
  testNeeding(
    obstacleOfCommand("gcc", "--version"),
    `every system call can fail, in every order, with backend ${choice.backend} and engine ${choice.engine}`,
    async () => {
      await using faulty = await FaultyPackage.build();
      await using plain = await runWith(faulty, choice);
      equal(plain.stderr, "active true\nactive true\n");
      const calls = await callsOf(plain);
      // Only the wasm engine reads its own memory, and only the native one makes some executable.
      equal(calls.includes("library process_vm_readv"), choice.engine === "auto");
      equal(calls.includes("library mprotect"), choice.engine === "native");
      await failAll(calls, (fault) => outcome(faulty, choice, fault));
    },
  );
}

/** Long enough for the sampler's thread to look for threads and write. */
const BUSY = `
const end = performance.now() + 150;
let sum = 0;
while (performance.now() < end) sum += Math.sqrt(sum + 2);
console.log(sum > 0);
Deno.exitCode = 7;
`;

async function runSampled(faulty: FaultyPackage, fault?: string): Promise<Program> {
  const variables = `LD_PRELOAD='${faulty.hooks}' XP_FAULT_LOG=log`;
  return await runProgram(BUSY, {
    configuration: faulty.configuration,
    flags: ["--allow-all", `--preload=${faulty.preload}`],
    env: { JS_PERF_SAMPLES: "samples", JS_PERF_SAMPLE_FREQUENCY: "999" },
    // A hang is a failure too.
    under: ["timeout", "--signal=KILL", "120"],
    before: `: > samples; export ${variables} ${fault === undefined ? "" : `XP_FAULT=${fault}`}`,
  });
}

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "every system call of the sampler can fail",
  async () => {
    await using faulty = await FaultyPackage.build();
    await using plain = await runSampled(faulty);
    equal(plain.stderr, "");
    const whole = readSampleFile(await Deno.readFile(`${plain.directory}/samples`));
    ok(whole.samples.length > 10);
    // Those after the start come in turns, of which one is like another.
    const calls = (await callsOf(plain)).slice(0, everyCall ? undefined : 25);
    await failAll(calls, async (fault) => {
      await using program = await runSampled(faulty, fault);
      equal(program.stdout, "true\n");
      equal(program.code, 7);
      match(program.stderr, /^(@x\/perf: .*; nothing is sampled.*\n)?$/);
      const bytes = await Deno.readFile(`${program.directory}/samples`);
      if (bytes.length === 0) return "no sample";
      return `${readSampleFile(bytes).samples.length} samples`;
    });
  },
);
