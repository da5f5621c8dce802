/*
 * The program of sampler_stress_test.ts: threads, Workers, garbage collection, traps of WebAssembly,
 * other processes, trampolines and the sampler itself going on and off, all of it struck by the
 * sampler's signal as often as the machine can.
 */
import { activateStackTrampoline, deactivateStackTrampoline, withPerf } from "@x/perf";

import { loadNativeLibrary } from "../../lib/native/native_library.ts";
import { startSampling } from "../../lib/sampler/program_sampler.ts";
import { readSampleFile } from "../../lib/recording/built_in/sample_file.ts";

/** Reads from an address far outside of its memory: V8 answers with a trap, out of a signal's handler. */
const TRAP = new WebAssembly.Module(
  new Uint8Array([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // \0asm, version
    ...[1, 5, 1, 0x60, 0, 1, 0x7f], // type: () -> i32
    ...[3, 2, 1, 0], // function 0
    ...[5, 3, 1, 0, 1], // memory of a page
    ...[7, 5, 1, 1, 0x66, 0, 0], // export "f"
    ...[10, 13, 1, 11, 0, 0x41, 0x80, 0x80, 0x80, 0x80, 4, 0x28, 2, 0, 0x0b], // i32.load of 1 GiB
  ]),
);

const churn = withPerf(function churn(rounds: number): number {
  let kept: unknown[] = [];
  for (let i = 0; i < rounds; i++) {
    kept.push({ i, text: `text ${i}`, list: [i, i + 1] });
    if (kept.length > 5000) kept = [];
  }
  return JSON.stringify(kept).length;
});

const recurse: (depth: number) => number = withPerf(function recurse(depth: number): number {
  return depth === 0 ? 0 : 1 + recurse(depth - 1);
});

const trap = withPerf(function trap(): string {
  try {
    (new WebAssembly.Instance(TRAP).exports["f"] as () => number)();
    return "none";
  } catch (error) {
    return (error as Error).constructor.name;
  }
});

function turn(i: number): void {
  if (i % 2 === 0) activateStackTrampoline();
  churn(2000);
  recurse(i % 400);
  if (trap() !== "RuntimeError") throw new Error("the trap did not spring");
  if (i % 5 === 0) deactivateStackTrampoline();
}

async function inWorker(): Promise<never> {
  for (let i = 0;; i++) {
    turn(i);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Ends the recording, and returns how often the handler ran; the file is emptied, for it grows fast. */
function endRecording(path: string): number {
  const result = loadNativeLibrary().xp_sampler_stop();
  if (result !== 0) throw new Error(`Cannot stop: ${result}`);
  const { samples, counts } = readSampleFile(Deno.readFileSync(path));
  if (samples.length === 0) throw new Error("nothing was sampled");
  Deno.truncateSync(path);
  return counts!.runs;
}

async function inMain([library, path, wanted, interval]: string[]): Promise<void> {
  const strike = Deno.dlopen(library!, {
    strike_begin: { parameters: ["u32"], result: "i32" },
  });
  startSampling(path!, 1000);
  strike.symbols.strike_begin(Number(interval));
  const newWorker = () => new Worker(import.meta.url, { type: "module" });
  const workers = [newWorker(), newWorker()];
  let runs = 0;
  for (let i = 1; runs < Number(wanted); i++) {
    turn(i);
    if (i % 20 === 0) {
      workers.shift()!.terminate();
      workers.push(newWorker());
      new Deno.Command("true").outputSync();
    }
    if (i % 10 === 0) {
      runs += endRecording(path!);
      console.error(runs);
      startSampling(path!, i % 3 === 0 ? 1000 : 10_000);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  runs += endRecording(path!);
  console.log(`${runs} ${Deno.pid}`);
  Deno.exit(0);
}

if ("WorkerGlobalScope" in globalThis) await inWorker();
else await inMain(Deno.args);
