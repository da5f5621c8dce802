import { type Program, type ProgramOptions, runProgram } from "./program.ts";

/** Who is on the stack of one sample: symbol names, innermost first. */
export type Sample = string[];

let obstacle: string | undefined | null = null;

/** What is in the way of recording with perf, decided by recording once; `undefined` where nothing is. */
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

/** Runs a program under `perf record -F 999 -g`, and reads back all samples. */
export async function recordProgram(
  source: string,
  options: ProgramOptions = {},
): Promise<{ program: Program; samples: Sample[] }> {
  const program = await runProgram(source, {
    ...options,
    under: ["perf", "record", "-F", "999", "-g", "-o", "perf.data", "--"],
  });
  if (program.code !== 0) throw new Error(`perf record fails: ${program.stderr}`);
  const { success, stdout, stderr } = await new Deno.Command("perf", {
    args: ["script", "--no-inline", "-F", "ip,sym", "-i", `${program.directory}/perf.data`],
    stdin: "null",
  }).output();
  if (!success) throw new Error(`perf script fails: ${new TextDecoder().decode(stderr)}`);
  return { program, samples: parsePerfScript(new TextDecoder().decode(stdout)) };
}

/** Reads `perf script -F ip,sym`: one line per frame, an empty line after every sample. */
export function parsePerfScript(text: string): Sample[] {
  return text.split(/\n\s*\n/).map((sample) =>
    sample.split("\n").flatMap((line) => /^\s*[0-9a-f]+ (.*)$/.exec(line)?.[1] ?? [])
  ).filter((sample) => sample.length > 0);
}
