/*
 * Readers of report formats that are not this package's: Chrome DevTools' model of profiles, Firefox
 * Profiler's command line, `go tool pprof`, Datadog's pprof-format, marked. npm has all but Go's.
 */
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

import { obstacleOfCommand } from "./needing.ts";
import { installOnce, obstacleOfRuntime, runtimeProgram } from "./other_runtime.ts";

/** Times of a thread, or of all threads, in milliseconds. */
export interface ThreadReading {
  total: number;
  /** Time in functions without what they call, by name. */
  self: Record<string, number>;
  /** Time in functions with what they call, by name. */
  inclusive: Record<string, number>;
  /** Time by line, `file:line`, with native code that the line called. */
  lines: Record<string, number>;
}

const DEVTOOLS = "chrome-devtools-frontend@1.0.1705227";
const FIREFOX = "@firefox-devtools/profiler-cli@0.10.0";
const PPROF_FORMAT = "pprof-format@2.3.2";
const MARKED = "marked@18.2.1";

/** Adds up what was read of several threads. */
export function sumOf(readings: readonly ThreadReading[]): ThreadReading {
  const sum: ThreadReading = { total: 0, self: {}, inclusive: {}, lines: {} };
  for (const reading of readings) {
    sum.total += reading.total;
    for (const part of ["self", "inclusive", "lines"] as const) {
      for (const [key, value] of Object.entries(reading[part])) {
        sum[part][key] = (sum[part][key] ?? 0) + value;
      }
    }
  }
  return sum;
}

/** Memory as Chrome DevTools reads it, in bytes. */
export interface MemoryReading {
  total: number;
  /** Memory that functions allocated themselves, by name. */
  self: Record<string, number>;
}

/** Has the model of Chrome DevTools read a `.heapprofile` file. */
export async function readHeapWithDevTools(file: string): Promise<MemoryReading> {
  const [reading] = await runDevTools("devtools_heap_model.ts", [file]);
  return reading as MemoryReading;
}

/** Has the model of Chrome DevTools read `.cpuprofile` files. */
export async function readWithDevTools(files: readonly string[]): Promise<ThreadReading[]> {
  return await runDevTools("devtools_model.ts", files) as ThreadReading[];
}

async function runDevTools(reader: string, files: readonly string[]): Promise<unknown[]> {
  const installed = `${installOnce(DEVTOOLS, [DEVTOOLS])}/node_modules/chrome-devtools-frontend`;
  const directory = await Deno.makeTempDir({ prefix: "xperf-devtools-" });
  try {
    // Runtimes do not strip the types of what lies in node_modules.
    for (const part of ["core/platform", "models/cpu_profile", "panels/profiler"]) {
      cpSync(`${installed}/front_end/${part}`, `${directory}/${part}`, { recursive: true });
    }
    const program = fileURLToPath(new URL(reader, import.meta.url));
    const readings: unknown[] = [];
    for (const file of files) {
      const args = ["run", "-A", "--no-check", "--no-lock", "--no-config"]
        .concat("--unstable-sloppy-imports", program, directory, file);
      readings.push(JSON.parse(await outputOf(Deno.execPath(), args)));
    }
    return readings;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The obstacle to Firefox Profiler's command line; `undefined` where it runs. */
export function obstacleOfFirefox(): string | undefined {
  return obstacleOfRuntime("node24");
}

/** A line of a function, as Firefox Profiler's command line has it. */
interface AnnotatedLine {
  lineNumber: number;
  totalSamples: number;
  sourceText: string;
}

/** Threads as Firefox Profiler reads them, and the text of lines, `file:line`, as it shows them. */
export interface FirefoxReading {
  threads: (ThreadReading & { name: string; pid: string })[];
  texts: Record<string, string>;
}

/**
 * Has Firefox Profiler's own code read a profile.
 *
 * @param file The profile.
 * @param annotated The function whose lines are wanted.
 */
export async function readWithFirefox(file: string, annotated: string): Promise<FirefoxReading> {
  const program = `${installOnce(FIREFOX, [FIREFOX])}/node_modules/${
    FIREFOX.slice(0, FIREFOX.lastIndexOf("@"))
  }/dist/profiler-cli.js`;
  const directory = await Deno.makeTempDir({ prefix: "xperf-firefox-" });
  const env = { PROFILER_CLI_SESSION_DIR: directory, PROFILER_CLI_NO_SYMBOLICATE: "1" };
  const run = (...args: string[]) =>
    outputOf(runtimeProgram("node24"), [program, ...args, "--session", "reading"], env);
  try {
    await loadPatiently(() => run("load", file));
    const { threads } = JSON.parse(await run("thread", "list", "--limit", "0", "--json"));
    const reading: FirefoxReading = { threads: [], texts: {} };
    for (const { threadHandle, name, pid } of threads) {
      const thread: FirefoxReading["threads"][0] = { name, pid, ...sumOf([]) };
      reading.threads.push(thread);
      const { functions } = JSON.parse(
        await run("thread", "functions", "--thread", threadHandle, "--limit", "0", "--json"),
      );
      for (const { functionHandle, name, selfSamples, totalSamples } of functions) {
        thread.total += selfSamples;
        thread.self[name] = (thread.self[name] ?? 0) + selfSamples;
        thread.inclusive[name] = (thread.inclusive[name] ?? 0) + totalSamples;
        if (name !== annotated) continue;
        await run("thread", "select", threadHandle);
        const { srcAnnotation: { filename, lines } } = JSON.parse(
          await run("function", "annotate", functionHandle, "--mode", "src", "--json"),
        );
        for (const { lineNumber, totalSamples, sourceText } of lines as AnnotatedLine[]) {
          if (totalSamples === 0) continue;
          thread.lines[`${filename}:${lineNumber}`] = totalSamples;
          reading.texts[`${filename}:${lineNumber}`] = sourceText;
        }
      }
    }
    return reading;
  } finally {
    // It leaves a process behind that answers the next command.
    await run("stop").catch(() => {});
    await Deno.remove(directory, { recursive: true });
  }
}

/** The obstacle to `go tool pprof`, whose toolchain only some machines have; `undefined` where it runs. */
export function obstacleOfGo(): string | undefined {
  return obstacleOfCommand("go", "tool", "pprof", "-h") === undefined
    ? undefined
    : obstacleOfCommand("go", "version") ?? "go tool pprof does not run";
}

/**
 * Has `go tool pprof -list` print the source of functions.
 *
 * @param file The profile.
 * @param pattern What their names fit.
 * @returns Milliseconds by line, `file:line`, without what the line calls and with it, and the line's text.
 */
export async function readWithGo(
  file: string,
  pattern: string,
): Promise<{ total: number; lines: Map<string, { flat: number; cum: number; text: string }> }> {
  const text = await outputOf("go", ["tool", "pprof", "-unit=ms", `-list=${pattern}`, file]);
  const number = (word: string) => word === "." ? 0 : Number(word.replace("ms", ""));
  const lines = new Map<string, { flat: number; cum: number; text: string }>();
  let source = "";
  for (const row of text.split("\n")) {
    source = /^ROUTINE =+ .* in (.*)$/.exec(row)?.[1] ?? source;
    const [, flat, cum, line, code] = /^\s*(\.|[\d.]+ms)\s+(\.|[\d.]+ms)\s+(\d+):(.*)$/.exec(row) ??
      [];
    if (line === undefined) continue;
    const known = lines.get(`${source}:${line}`);
    lines.set(`${source}:${line}`, {
      flat: number(flat!) + (known?.flat ?? 0),
      cum: number(cum!) + (known?.cum ?? 0),
      text: code!,
    });
  }
  return { total: number(/^Total: (\S+)/m.exec(text)![1]!), lines };
}

/** Has Datadog's pprof-format decode a profile; a line's time is with all that it called. */
export async function readWithPprofFormat(file: string): Promise<ThreadReading> {
  const path = `${
    installOnce(PPROF_FORMAT, [PPROF_FORMAT])
  }/node_modules/pprof-format/dist/esm/index.js`;
  const { Profile } = await import(`file://${path}`);
  const profile = Profile.decode(gunzipSync(Deno.readFileSync(file)));
  const { strings } = profile.stringTable;
  const byId = <Entry extends { id: number | bigint }>(entries: Entry[]) =>
    new Map(entries.map((entry) => [Number(entry.id), entry]));
  const functions = byId<{ id: number; name: number; filename: number }>(profile.function);
  const locations = byId<{ id: number; line: { functionId: number; line: number }[] }>(
    profile.location,
  );
  const reading = sumOf([]);
  const add = (sums: Record<string, number>, key: string, value: number) =>
    sums[key] = (sums[key] ?? 0) + value;
  for (const { locationId, value } of profile.sample) {
    const time = Number(value[1]) / 1e6;
    const places = locationId.map((id: number) => {
      const { functionId, line } = locations.get(Number(id))!.line[0]!;
      const { name, filename } = functions.get(Number(functionId))!;
      return { name: strings[Number(name)], place: `${strings[Number(filename)]}:${line}` };
    });
    reading.total += time;
    add(reading.self, places[0].name, time);
    for (const place of new Set<string>(places.map(({ place }: { place: string }) => place))) {
      add(reading.lines, place, time);
    }
    for (const name of new Set<string>(places.map(({ name }: { name: string }) => name))) {
      add(reading.inclusive, name, time);
    }
  }
  return reading;
}

/** A part of a document that marked has parsed. */
export interface MarkdownToken {
  type: string;
  depth?: number;
  text: string;
  tokens?: MarkdownToken[];
  header?: MarkdownToken[];
  rows?: MarkdownToken[][];
  items?: MarkdownToken[];
}

/** Has marked parse a document; tables come as rows of text, under the title above them. */
export async function readWithMarked(
  text: string,
): Promise<{ tokens: MarkdownToken[]; sections: Map<string, MarkdownToken[]> }> {
  const path = `${installOnce(MARKED, [MARKED])}/node_modules/marked/lib/marked.esm.js`;
  const { lexer } = await import(`file://${path}`);
  const tokens: MarkdownToken[] = lexer(text);
  const sections = new Map<string, MarkdownToken[]>();
  let section: MarkdownToken[] = [];
  for (const token of tokens) {
    if (token.type === "heading") sections.set(token.text, section = []);
    else if (token.type !== "space") section.push(token);
  }
  return { tokens, sections };
}

/** The text of a token as a page shows it. */
export function shownText({ type, text, tokens }: MarkdownToken): string {
  if (type === "codespan") return text;
  if (tokens !== undefined) return tokens.map(shownText).join("");
  // marked passes tags on, and a browser hides them.
  if (type === "html") return "";
  return unescaped(text);
}

function unescaped(text: string): string {
  const named: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"' };
  return text.replace(
    /&(?:#(\d+)|(amp|lt|gt|quot));/g,
    (_, code, name) => name === undefined ? String.fromCharCode(Number(code)) : named[name]!,
  );
}

/** The rows of the first table of a section, by column title. */
export function tableOf(section: readonly MarkdownToken[] | undefined): Record<string, string>[] {
  const { header = [], rows = [] } = section?.find(({ type }) => type === "table") ?? {};
  const heads = header.map(shownText);
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [heads[i]!, shownText(cell)])));
}

/** The command gives its daemon half a second to start, which a busy machine exceeds. */
async function loadPatiently(load: () => Promise<string>): Promise<void> {
  for (let left = 5;; left--) {
    try {
      await load();
      return;
    } catch (error) {
      if (left === 0 || !/did not become ready/.test((error as Error).message)) throw error;
    }
  }
}

async function outputOf(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`${program} ${args.join(" ")} fails: ${decoder.decode(stderr)}`);
}
