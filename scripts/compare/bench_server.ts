/**
 * Measures the cost of V8's log, of spans and of recorded awaits for a server made with hono, under 20
 * connections: requests per second, and the 99th percentile of their times. The plain server and the
 * others take turns.
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

/** Flags for V8, by way: those of `run`, and variants with a flag less or another flag. */
const WAYS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  "V8's log": LOG,
  "without --log-source-position": LOG.filter((flag) => flag !== "--log-source-position"),
  "only --log-code": ["--log-code", "--no-log-source-code", `--logfile=${logFile}`],
  "interpreted frames instead": logFlags({ logFile }),
  "both": logFlags({ logFile, allLines: true }),
  "spans": [],
  "awaits": [],
};

/** The variables of ways in which the program records something itself. */
const VARIABLES: Readonly<Record<string, VariableName>> = {
  spans: "JS_PERF_SPANS",
  awaits: "JS_PERF_WAITS",
};

const PRELOAD = new URL("../../lib/sampler_preload.ts", import.meta.url).href;

/** The result of one run. */
interface Load {
  /** Requests per second. */
  rate: number;
  /** Milliseconds within which 99 of 100 requests were answered. */
  p99: number;
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

async function load(url: string, seconds: number): Promise<Load> {
  const { stdout } = await new Deno.Command("node", {
    args: [`${directory}/node_modules/autocannon/autocannon.js`, "-j", "-c", `${CONNECTIONS}`]
      .concat("-d", `${seconds}`, url),
    stderr: "null",
  }).output();
  const result = JSON.parse(new TextDecoder().decode(stdout));
  if (result.non2xx > 0 || result.errors > 0) throw new Error("The server answered with errors");
  return { rate: result.requests.average, p99: result.latency.p99 };
}

async function run(name: string): Promise<Load> {
  const port = freePort();
  const flags = WAYS[name]!;
  const variable = VARIABLES[name];
  const engine = [
    ...(flags.length === 0 ? [] : [`--v8-flags=${flags}`]),
    ...(variable === undefined ? [] : [`--preload=${PRELOAD}`]),
  ];
  const entries = `${directory}/entries`;
  Deno.writeTextFileSync(entries, "");
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...engine, `${directory}/server.mjs`, `${port}`],
    cwd: directory,
    env: variable === undefined ? {} : { [variable]: entries },
  }).spawn();
  try {
    const url = `http://127.0.0.1:${port}/users/7`;
    await untilUp(url);
    await load(url, 2);
    return await load(url, SECONDS);
  } finally {
    server.kill();
    await server.status;
    await Deno.remove(`${directory}/logs`, { recursive: true });
    await Deno.mkdir(`${directory}/logs`);
  }
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
console.log("| way | requests a second | of plain | p99 |\n| --- | --- | --- | --- |");
for (const name of names) {
  const share = (of(name, "rate") / of("plain", "rate")).toFixed(3);
  console.log(`| ${name} | ${of(name, "rate").toFixed(0)} | ${share} | ${of(name, "p99")} ms |`);
}
if (Deno.args[0] === undefined) await Deno.remove(directory, { recursive: true });
