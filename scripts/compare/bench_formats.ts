/*
 * Time and peak memory of each report format beside `perf script` alone, of a made-up recording.
 *
 *     deno run -A scripts/compare/bench_formats.ts [samples] [stacks] [format,…]
 */
import { fileURLToPath } from "node:url";

import { FOR_TERMINALS } from "../../lib/command/report/reports.ts";
import { FORMAT_ENDINGS, type ReportFormat } from "../../lib/report/format.ts";
import { PerfDataWriter, USER } from "../../tests/support/perf_data_file.ts";

const cli = fileURLToPath(new URL("../../lib/command/cli.ts", import.meta.url));

/** The formats that have times: a heap profile has bytes. */
const TIMED_FORMATS = Object.keys(FORMAT_ENDINGS).filter((format) => format !== "heapprofile");

/** No process of Linux has this number: the largest pid is 2^22 (include/linux/threads.h, `PID_MAX_LIMIT`). */
const PID = (1 << 22) + 1;
const CODE = 0x7f0000000000;
const FUNCTIONS = 2000;
const DEPTH = 24;
const THREADS = 4;

/** A random number below a limit, the same in each run. */
function randomNumbers(): (limit: number) => number {
  let state = 12345;
  return (limit) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

/** Distinct call chains, innermost first. Those next to each other have their outer frames in common. */
function* chains(count: number): Generator<bigint[]> {
  const random = randomNumbers();
  const stack: number[] = [];
  const seen = new Set<string>();
  while (seen.size < count) {
    stack.length = Math.max(0, stack.length - random(8));
    const depth = Math.min(DEPTH, stack.length + 1 + random(8));
    while (stack.length < depth) stack.push(random(FUNCTIONS));
    const key = stack.join();
    if (seen.has(key)) continue;
    seen.add(key);
    yield [USER, ...stack.map((id) => BigInt(CODE + 4096 * id + 16)).reverse()];
  }
}

/** Writes a recording piece by piece: the writer's own file, with samples behind it. */
function writeRecording(path: string, samples: number, stacks: number): void {
  const head = new PerfDataWriter({ hasFeatures: false });
  for (let thread = 0; thread < THREADS; thread++) {
    head.comm(PID, PID + thread, thread === 0 ? "deno" : `worker-${thread}`);
  }
  head.map(PID, { start: CODE, size: 4096 * FUNCTIONS, path: "//anon" });
  const start = head.bytes();
  const empty = new PerfDataWriter({ hasFeatures: false }).bytes().length;
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const write = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    return bytes.length;
  };
  let length = write(start) - empty;
  // A sample's record comes once for each stack; its time and thread are set again and again.
  const records = Array.from(chains(stacks), (chain) => {
    const bytes = new PerfDataWriter({ hasFeatures: false })
      .sample({ pid: PID, time: 0, chain, period: 1_000_000 }).bytes();
    return bytes.slice(empty);
  });
  const random = randomNumbers();
  const buffer = new Uint8Array(1 << 20);
  let used = 0;
  for (let i = 0; i < samples; i++) {
    // All stacks come once, and then some more often than others.
    const record = i < stacks ? records[i]! : records[Math.min(random(stacks), random(stacks))]!;
    if (used + record.length > buffer.length) {
      length += write(buffer.subarray(0, used));
      used = 0;
    }
    buffer.set(record, used);
    // Behind the record's head: identifier, address, process, thread, time.
    const view = new DataView(buffer.buffer, used + 8);
    view.setUint32(20, PID + i % THREADS, true);
    view.setBigUint64(24, 1_000_000_000n + BigInt(i) * 250_000n, true);
    used += record.length;
  }
  length += write(buffer.subarray(0, used));
  // The size of the data stands behind its offset in the file's head (perf.data-file-format.txt).
  file.seekSync(48, Deno.SeekMode.Start);
  write(new Uint8Array(BigUint64Array.of(BigInt(length)).buffer));
}

/** Time and memory that a command took. */
interface Measured {
  /** By the clock. */
  seconds: number;
  /** Of processors, which other programs disturb less. */
  "CPU seconds": number;
  "peak MB": number;
}

/** Runs a command, and drops its output. */
async function measure(command: readonly string[], cwd: string): Promise<Measured> {
  const start = performance.now();
  const { code, stderr } = await new Deno.Command("/usr/bin/time", {
    args: ["-f", "%M %U %S", "sh", "-c", 'exec "$@" >/dev/null', "sh", ...command],
    cwd,
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr).trim();
  if (code !== 0) throw new Error(`Cannot run ${command.join(" ")}: ${text}`);
  const seconds = (performance.now() - start) / 1000;
  const [kibibytes, user, system] = text.slice(text.lastIndexOf("\n") + 1).split(" ").map(Number);
  return {
    seconds: Number(seconds.toFixed(1)),
    "CPU seconds": Number((user! + system!).toFixed(1)),
    "peak MB": Math.round(kibibytes! * 1024 / 1e6),
  };
}

async function main([samples = "2000000", stacks = "100000", formats]: readonly string[]) {
  const directory = await Deno.makeTempDir({ prefix: "xperf-formats-" });
  const map = `/tmp/perf-${PID}.map`;
  try {
    const names = Array.from(
      { length: FUNCTIONS },
      (_, i) =>
        `${(CODE + 4096 * i).toString(16)} 1000 js::function${i}:/app/src/${i % 50}.ts:${i + 1}\n`,
    );
    await Deno.writeTextFile(map, names.join(""));
    writeRecording(`${directory}/perf.data`, Number(samples), Number(stacks));
    const size = (path: string) => Math.round(Deno.statSync(`${directory}/${path}`).size / 1e6);
    console.log(`${samples} samples, ${stacks} stacks, perf.data of ${size("perf.data")} MB`);
    const rows: Record<string, unknown>[] = [];
    const add = async (what: string, command: readonly string[], output?: string) => {
      const measured = await measure(command, directory);
      rows.push({ what, ...measured, "file MB": output === undefined ? "" : size(output) });
      console.log(rows.at(-1));
    };
    await add("perf script", ["perf", "script", "-i", "perf.data"]);
    for (const format of formats?.split(",") ?? TIMED_FORMATS) {
      const command = ["run", "-A", cli, "report", "-q", "--format", format, "perf.data"];
      const ending = FORMAT_ENDINGS[format as keyof typeof FORMAT_ENDINGS];
      await add(
        format,
        [Deno.execPath(), ...command],
        FOR_TERMINALS.includes(format as ReportFormat) ? undefined : `perf${ending}`,
      );
    }
    console.table(rows);
  } finally {
    await Deno.remove(directory, { recursive: true });
    await Deno.remove(map).catch(() => {});
  }
}

if (import.meta.main) await main(Deno.args);
