import { type Program, type ProgramOptions, runProgram } from "./program.ts";

/** The stack of one sample: symbol names, innermost first. */
export type Sample = string[];

let obstacle: string | undefined | null = null;

/** One sample with its time, and its stack with addresses. */
export interface TimedSample {
  /** Seconds, on perf's clock. */
  time: number;
  /** Innermost first. */
  frames: { address: bigint; name: string }[];
}

/** Returns the reason why perf cannot record, found by recording once; `undefined` if it can. */
export function obstacleOfPerf(): string | undefined {
  return obstacle = obstacle === null ? tryPerf() : obstacle;
}

function tryPerf(): string | undefined {
  const directory = Deno.makeTempDirSync({ prefix: "xperf-perf-" });
  try {
    const data = `${directory}/perf.data`;
    for (
      const args of [
        ["record", "-F", "999", "-g", "-o", data, "--", "sh", "-c", "for i in 1 2 3; do :; done"],
        ["script", "-i", data],
      ]
    ) {
      const { success, stderr } = new Deno.Command("perf", { args, stdin: "null" }).outputSync();
      if (!success) return `perf ${args[0]} fails: ${new TextDecoder().decode(stderr).trim()}`;
    }
    return undefined;
  } catch (error) {
    return `perf does not run: ${(error as Error).message}`;
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Runs a program under `perf record -g`, and reads back all samples. */
export async function recordProgram(
  source: string,
  { frequency = 999, ...options }: ProgramOptions & { frequency?: number } = {},
): Promise<{ program: Program; samples: Sample[] }> {
  const program = await record(source, frequency, options);
  if (program.code !== 0) throw new Error(`perf record fails: ${program.stderr}`);
  return { program, samples: parsePerfScript(await script(program, "-F", "ip,sym")) };
}

/** Records with times and addresses; the program may end in any way. */
export async function recordTimes(
  source: string,
  options: ProgramOptions = {},
): Promise<{ program: Program; samples: TimedSample[] }> {
  const program = await record(source, 999, options);
  return { program, samples: parseTimes(await script(program, "-F", "time,ip,sym")) };
}

function record(source: string, frequency: number, options: ProgramOptions): Promise<Program> {
  return runProgram(source, {
    ...options,
    under: ["perf", "record", "-F", String(frequency), "-g", "-o", "perf.data", "--"],
  });
}

async function script({ directory }: Program, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("perf", {
    args: ["script", "--no-inline", ...args, "-i", `${directory}/perf.data`],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`perf script fails: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** The default arguments of `perf record` for a jitdump. */
const JIT_RECORD = ["-F", "999", "--call-graph", "dwarf,16384"];

/** Copies of stacks are much data; only root can have a larger buffer than usual. */
const BUFFER = Deno.uid() === 0 ? ["-m", "16M"] : [];

/** Runs a program with a jitdump under `perf record -k mono`, and has `perf inject` merge them. */
export async function recordJit(
  source: string,
  { record = JIT_RECORD, env = {}, ...options }: ProgramOptions & { record?: readonly string[] } =
    {},
): Promise<Program> {
  const program = await runProgram(source, {
    direct: true,
    ...options,
    env: { JS_PERF_JIT_SUPPORT: "1", ...env },
    under: ["perf", "record", ...record, ...BUFFER, "-k", "mono", "-o", "perf.data", "--"],
  });
  await inject(program);
  return program;
}

/** perf's warning on an overloaded machine. */
const LOST = /^Warning:\nProcessed \d+ events and lost \d+ chunks!\n\nCheck IO\/CPU overload!$/gm;

/** Runs `perf inject --jit`: the seconds of processor time that it takes. */
export async function inject({ directory }: Program): Promise<number> {
  const { success, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", "perf inject --jit -i perf.data -o perf.jit.data && times"],
    cwd: directory,
    stdin: "null",
  }).output();
  const errors = new TextDecoder().decode(stderr).replace(LOST, "").trim();
  if (!success || errors !== "") throw new Error(`perf inject fails: ${errors}`);
  // POSIX: the second line is the children's, user and system, as 0m0.12s.
  const times = new TextDecoder().decode(stdout).trim().split("\n")[1]!;
  return [...times.matchAll(/(\d+)m([\d.]+)s/g)]
    .reduce((sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds), 0);
}

/** Prints an injected recording by `perf script`, with whole stacks. */
export async function scriptJit({ directory }: Program, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command("perf", {
    args: ["script", "--no-inline", "--max-stack", "1024", ...args, "-i", "perf.jit.data"],
    cwd: directory,
    stdin: "null",
  }).output();
  if (!success) throw new Error(`perf script fails: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** All samples of an injected recording. */
export async function readJitSamples(program: Program): Promise<Sample[]> {
  return parsePerfScript(await scriptJit(program, "-F", "ip,sym"));
}

/** Reads `perf script -F ip,sym`: one line per frame, an empty line after every sample. */
export function parsePerfScript(text: string): Sample[] {
  return text.split(/\n\s*\n/).map((sample) =>
    sample.split("\n").flatMap((line) => /^\s*[0-9a-f]+ (.*)$/.exec(line)?.[1] ?? [])
  ).filter((sample) => sample.length > 0);
}

/** Reads `perf script -F time,ip,sym`: in front of each stack stands `12.345678:`. */
function parseTimes(text: string): TimedSample[] {
  return text.split(/\n\s*\n/).flatMap((sample) => {
    const time = /^\s*(\d+\.\d+):/.exec(sample)?.[1];
    const frames = [...sample.matchAll(/^\s+([0-9a-f]+) (.*)$/gm)].map(([, address, name]) => ({
      address: BigInt(`0x${address}`),
      name: name!,
    }));
    return time === undefined || frames.length === 0 ? [] : { time: Number(time), frames };
  });
}
