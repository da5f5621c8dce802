/*
 * Recordings in which no function of the program has a name: what is the cause, and whether the program
 * has run at all.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { instrumentationObstacle } from "../../instrument/register_hooks.ts";
import { makeSelection } from "../../instrument/selection.ts";
import { isApp } from "../../recording/frame.ts";
import type { Recording } from "../../recording/recording.ts";
import { nextSize, showsApp } from "../../report/figures/advice.ts";
import { readVariable, workingDirectory } from "../../runtime/runtime.ts";
import { listLogs } from "../../v8_log/log_directory.ts";
import { patternLists } from "../program/instrumentation.ts";
import { LoggedProgram } from "../program/logged_script.ts";
import { missingFlags } from "../program/script.ts";
import type { ProfilePlan } from "./decide.ts";
import type { ProfileRun, Recorded } from "./recorded_run.ts";

/**
 * Whether a script, or a runtime that a command has started, has failed before one of its functions
 * was seen, as by a syntax error: then the recording shows the start of the runtime only.
 */
export function hasFailedEarly(run: ProfileRun, { ending, recordings }: Recorded): boolean {
  if (ending.code === 0 || ending.signal !== null || recordings.some(showsApp)) return false;
  if (run.pid !== undefined || run.naming.kind === "none") return false;
  return run.line.script === undefined ? hasLogs(run) === true : namesObstacle(run) === undefined;
}

/** Says why no function of the program has a name, where none has. */
export function warnOfNoNames(run: ProfileRun, { recordings }: Recorded): void {
  if (run.naming.kind === "none" || recordings.some(showsApp)) return;
  const { naming: { kind, wish }, options: { callGraph }, pid } = run;
  const obstacle = namesObstacle(run) ?? commandObstacle(run);
  const cause = obstacle !== undefined
    ? `: ${obstacle}`
    : wish.backend === "perf_jit" && callGraph?.method === "dwarf"
    ? `, next try --call-graph dwarf,${nextSize(callGraph.size)}`
    : pid !== undefined
    ? ", the program must have loaded @x/perf, and trampolines must be on (--toggle-signal)"
    : kind === "v8"
    ? ": the program ran too briefly, or waited; a higher -F takes more samples"
    : ": the program ran too briefly, or waited, or trampolines are off; doctor says what works here";
  console.error(`warning: no js:: frame was seen${cause}`);
}

/** The share of the time below which nothing is said of a process. */
const USUAL_SHARE = 0.02;

/** Notes on the other processes: only the script's own has trampolines. */
export function notesOnOtherProcesses(
  { naming, script }: ProfileRun,
  { recordings }: Recorded,
): string[] {
  const [recording] = recordings;
  if (naming.kind !== "trampolines" || script === undefined || recording === undefined) return [];
  const { named, nameless, total } = weighProcesses(recording);
  const weight = [...nameless].reduce((sum, [pid, part]) => named.has(pid) ? sum : sum + part, 0);
  if (named.size === 0 || weight <= USUAL_SHARE * total) return [];
  return [
    `note: ${
      (100 * weight / total).toFixed(0)
    } % of the time is of processes that the script has ` +
    "started, without names: only the script's own has trampolines, --engine v8 names them all",
  ];
}

/** The processes that have named functions, and the weight of JavaScript in the others, by process. */
function weighProcesses({ threads, samples, stacks }: Recording) {
  const named = new Set<number>();
  const nameless = new Map<number, number>();
  const isNamed = stacks.map(({ frames }) => frames.some(isApp));
  const isRuntime = stacks.map(({ frames }) => frames.some(({ kind }) => kind === "runtime"));
  let total = 0;
  for (let i = 0; i < samples.length; i++) {
    const { pid } = threads[samples.thread[i]!]!;
    const [stack, weight] = [samples.stack[i]!, samples.weight[i]!];
    total += weight;
    if (isNamed[stack]) named.add(pid);
    else if (isRuntime[stack]) nameless.set(pid, (nameless.get(pid) ?? 0) + weight);
  }
  return { named, nameless, total };
}

/** The reason why a script's functions have no names; `undefined` where none is known. */
function namesObstacle({ naming, line, script, pid }: ProfilePlan): string | undefined {
  if (naming.kind !== "trampolines" || pid !== undefined || script === undefined) return undefined;
  const missing = missingFlags(line);
  if (missing.length > 0) return `trampolines stay off without ${missing.join(" ")}`;
  if (/^https?:/.test(script)) {
    return `"${script}" comes from the network, and Deno hands over no text of it to instrument`;
  }
  return instrumentationObstacle() ?? patternObstacle(line, script);
}

function patternObstacle(line: ProfilePlan["line"], script: string): string | undefined {
  const directory = workingDirectory();
  const { include, exclude } = patternLists(line, readVariable);
  const url = /^[a-z]+:/.test(script) ? script : pathToFileURL(resolve(directory, script)).href;
  const none = { text: "", source: "" };
  if (makeSelection({ include, exclude, directory })(url)) return undefined;
  const { source, text } = makeSelection({ include, exclude: none, directory })(url)
    ? exclude
    : include;
  return text === ""
    ? `"${script}" is of a package, --include names those that are instrumented`
    : `${source} "${text}" leaves "${script}" out`;
}

/** Whether a command has started a runtime that wrote V8's log; `undefined` where it is no command. */
function hasLogs({ line, program }: ProfileRun): boolean | undefined {
  if (line.command.length === 0 || !(program instanceof LoggedProgram)) return undefined;
  return listLogs(program.directory.path).length > 0;
}

/** Why V8's log names nothing of a command. */
function commandObstacle(run: ProfileRun): string | undefined {
  if (hasLogs(run) !== false) return undefined;
  const { command } = run.line;
  // Node gets its flags from our `node`, which stands first on PATH.
  const remedy = /\/node$/.test(command[0]!) ? ', name it as "node", by PATH' : "";
  return `"${command.join(" ")}" has started no Deno and no Node that wrote V8's log${remedy}`;
}
