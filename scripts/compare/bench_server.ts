/**
 * Measures the cost of V8's log, of spans, of recorded awaits and of `run --push` for a server made with
 * hono, under 20 connections: requests per second, the 99th percentile of their times, and the processor
 * time of the server and of this package's own processes, which tells more where the machine has other
 * work. The plain server and the others take turns.
 *
 *     deno run -A scripts/compare/bench_server.ts [directory]
 *
 * npm installs hono and autocannon into the directory, unless they are there already. The variable
 * `WAYS` names the ways to run, `ROUNDS` the number of runs, `SECONDS` their length, `CONNECTIONS`
 * their number. `SERVER` is another program, which listens to the port that it gets as argument.
 *
 * @module
 */
import type { VariableName } from "../../lib/base/environment.ts";
import { logFlags } from "../../lib/command/program/logged_program.ts";

const PACKAGES = ["autocannon@8.0.0", "hono@4.10.4"];
const ROUNDS = Number(Deno.env.get("ROUNDS") ?? 5);
const SECONDS = Number(Deno.env.get("SECONDS") ?? 6);
const CONNECTIONS = Number(Deno.env.get("CONNECTIONS") ?? 20);
const SERVER = Deno.env.get("SERVER") ?? new URL("programs/server.mjs", import.meta.url);

const directory = Deno.args[0] ?? await Deno.makeTempDir({ prefix: "xperf-server-" });
const logFile = `${directory}/logs/%p.log`;

const LOG = logFlags({ logFile, runtime: "deno" });

const PRELOAD = new URL("../../lib/sampler_preload.ts", import.meta.url).href;
const CLI = new URL("../../lib/command/cli.ts", import.meta.url).href;

/** Windows that `run --push` has sent; an engine on another machine would take them. */
let windows = 0;
const engine = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
  await request.body?.cancel();
  windows++;
  return new Response();
});

/** A way to run the server. */
interface Way {
  /** The words between Deno's own and the program's. */
  words: readonly string[];
  /** The variable by which the program records something itself, into a file. */
  variable?: VariableName;
}

const byFlags = (flags: readonly string[]): Way => ({ words: [`--v8-flags=${flags}`] });
const byCommand = (...words: readonly string[]): Way => ({ words: [CLI, ...words] });
const PUSH = ["run", "--push", `otlp+http://127.0.0.1:${engine.addr.port}`];

/** Flags of `run` and variants with a flag less or another flag, recorders in the program, commands. */
const WAYS: Readonly<Record<string, Way>> = {
  plain: { words: [] },
  "V8's log": byFlags(LOG),
  "without --log-source-position": byFlags(LOG.filter((flag) => flag !== "--log-source-position")),
  "only --log-code": byFlags(["--log-code", "--no-log-source-code", `--logfile=${logFile}`]),
  "interpreted frames instead": byFlags(logFlags({ logFile })),
  "both": byFlags(logFlags({ logFile, allLines: true })),
  "spans": { words: [`--preload=${PRELOAD}`], variable: "JS_PERF_SPANS" },
  "awaits": { words: [`--preload=${PRELOAD}`], variable: "JS_PERF_WAITS" },
  "run": byCommand("run"),
  "run --push": byCommand(...PUSH, "--sampler", "perf"),
  "run --push, built-in": byCommand(...PUSH, "--sampler", "builtin"),
  "profile --wall": byCommand("profile", "--wall", "--format", "folded"),
};

/** The result of one run. */
interface Load {
  /** Requests per second. */
  rate: number;
  /** Milliseconds within which 99 of 100 requests were answered. */
  p99: number;
  /** Microseconds of processor time for each request, of the server and of processes beside it. */
  time: number;
  /** Part of a core that processes beside the server took, of 1. */
  beside: number;
}

async function install(): Promise<void> {
  await Deno.mkdir(`${directory}/logs`, { recursive: true });
  await Deno.copyFile(SERVER, `${directory}/server.mjs`);
  const { success } = await new Deno.Command("npm", {
    args: ["install", "--prefix", directory, "--no-audit", "--no-fund", "--silent", ...PACKAGES],
  }).output();
  if (!success) throw new Error(`Cannot install ${PACKAGES.join(" ")}`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilUp(url: string): Promise<void> {
  for (;;) {
    try {
      await (await fetch(url)).text();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function load(
  url: string,
  seconds: number,
): Promise<Pick<Load, "rate" | "p99"> & { requests: number }> {
  const { stdout } = await new Deno.Command("node", {
    args: [`${directory}/node_modules/autocannon/autocannon.js`, "-j", "-c", `${CONNECTIONS}`]
      .concat("-d", `${seconds}`, url),
    stderr: "null",
  }).output();
  const result = JSON.parse(new TextDecoder().decode(stdout));
  if (result.non2xx > 0 || result.errors > 0) throw new Error("The server answered with errors");
  const { average, total } = result.requests;
  return { rate: average, p99: result.latency.p99, requests: total };
}

async function run(name: string): Promise<Load> {
  const port = freePort();
  const { words, variable } = WAYS[name]!;
  const entries = `${directory}/entries`;
  Deno.writeTextFileSync(entries, "");
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...words, `${directory}/server.mjs`, `${port}`],
    cwd: directory,
    env: variable === undefined ? {} : { [variable]: entries },
    stderr: "null",
  }).spawn();
  try {
    const url = `http://127.0.0.1:${port}/users/7`;
    await untilUp(url);
    await load(url, 2);
    const before = timesOf(server.pid);
    const { requests, ...result } = await load(url, SECONDS);
    const after = timesOf(server.pid);
    const beside = after.beside - before.beside;
    const time = 1e6 * (after.server - before.server + beside) / requests;
    return { ...result, time, beside: beside / SECONDS };
  } finally {
    server.kill();
    await server.status;
    await Deno.remove(`${directory}/logs`, { recursive: true });
    await Deno.mkdir(`${directory}/logs`);
  }
}

/** Seconds of processor time of a started process and its children: of the server, and of the others. */
function timesOf(pid: number): { server: number; beside: number } {
  const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim();
  // V8's flags stand before the server's path, and words of perf do not have it.
  const isServer = (process: string) =>
    Deno.readTextFileSync(`/proc/${process}/cmdline`).split("\0").includes(
      `${directory}/server.mjs`,
    );
  const server = children.split(" ").find((child) => child !== "" && isServer(child));
  const own = timeOf(String(pid));
  if (server === undefined) return { server: own, beside: 0 };
  const others = children.split(" ").filter((child) => child !== server);
  const beside = others.reduce((sum, child) => sum + timeOf(child), own);
  return { server: timeOf(server), beside };
}

/** Seconds of processor time of a process and of its children that have ended. */
function timeOf(process: string): number {
  const stat = Deno.readTextFileSync(`/proc/${process}/stat`);
  // proc(5): utime, stime, cutime and cstime are the 12th to 15th word behind the name.
  const times = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 15);
  return times.reduce((sum, time) => sum + Number(time), 0) / 100;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

const names = Deno.env.get("WAYS")?.split(";") ?? Object.keys(WAYS);
await install();
const loads = new Map<string, Load[]>(names.map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const name of names) loads.get(name)!.push(await run(name));
}
const of = (name: string, key: keyof Load) => median(loads.get(name)!.map((load) => load[key]));
console.log(
  "| way | requests a second | of plain | p99 | µs a request | of plain | beside the server |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- |");
for (const name of names) {
  const share = (key: "rate" | "time") => (of(name, key) / of("plain", key)).toFixed(3);
  const cells = [name, of(name, "rate").toFixed(0), share("rate"), `${of(name, "p99")} ms`].concat(
    ...[of(name, "time").toFixed(1), share("time"), `${(100 * of(name, "beside")).toFixed(1)} %`],
  );
  console.log(`| ${cells.join(" | ")} |`);
}
console.log(`${windows} windows were sent`);
await engine.shutdown();
if (Deno.args[0] === undefined) await Deno.remove(directory, { recursive: true });
