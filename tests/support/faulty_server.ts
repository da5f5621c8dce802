import { installOnce } from "./other_runtime.ts";

/** The servers that can have the faults. */
export type ServerKind = "Deno.serve" | "hono" | "node:http" | "express";

/** Packages of npm, and the modules that are imported of them. */
const PACKAGES = {
  hono: { wanted: "hono@4.12.0", module: "hono/dist/index.js" },
  express: { wanted: "express@5.1.0", module: "express/index.js" },
} as const;

function moduleOf(kind: keyof typeof PACKAGES): string {
  const { wanted, module } = PACKAGES[kind];
  return JSON.stringify(`file://${installOnce(wanted, [wanted])}/node_modules/${module}`);
}

/** The text that starts each server; `handle` answers a request. */
const STARTS: Readonly<Record<ServerKind, () => string>> = {
  "Deno.serve": () => `
const server = Deno.serve({ port: 0, onListen() {} }, (request) =>
  timed(async () => Response.json(await handle(request.url))));
const { port } = server.addr;
const stop = () => server.shutdown();
`,
  hono: () => `
const { Hono } = await import(${moduleOf("hono")});
const app = new Hono();
app.get("/users/:id", async (context) => context.json(await handle(context.req.param("id"))));
const server = Deno.serve({ port: 0, onListen() {} }, (request) => timed(() => app.fetch(request)));
const { port } = server.addr;
const stop = () => server.shutdown();
`,
  "node:http": () => `
import { createServer } from "node:http";
const server = createServer((request, response) => {
  timedNode(response);
  handle(request.url).then((row) => response.end(JSON.stringify(row)));
});
await new Promise((resolve) => server.listen(0, resolve));
const { port } = server.address();
const stop = () => server.close();
`,
  express: () => `
const { default: express } = await import(${moduleOf("express")});
const app = express();
app.get("/users/:id", async (request, response) => {
  timedNode(response);
  response.json(await handle(request.params.id));
});
const server = await new Promise((resolve) => { const one = app.listen(0, () => resolve(one)); });
const { port } = server.address();
const stop = () => server.close();
`,
};

/**
 * A server with three faults: a hot function, an await of 40 ms and a call that blocks the event loop. A process of its own sends requests. At the end it prints the mean time that its
 * requests took.
 *
 * @param kind The server.
 * @param load The requests at a time, how often they are sent, and the milliseconds for which the hot
 * function runs and the call blocks. @default {10 and 30}
 */
export function faultyServer(
  kind: ServerKind,
  { concurrent, rounds, hot = 10, blocked = 30 }: {
    concurrent: number;
    rounds: number;
    hot?: number;
    blocked?: number;
  },
): string {
  return `
import { spawn } from "node:child_process";
import process from "node:process";
const cell = new Int32Array(new SharedArrayBuffer(4));
let [sum, handled, time] = [0, 0, 0];
function hot() {
  for (const end = performance.now() + ${hot}; performance.now() < end;) sum = (sum * 31 + 7) | 0;
}
function blockingRead() { Atomics.wait(cell, 0, 0, ${blocked}); }
async function slowRow(id) {
  await new Promise((resolve) => setTimeout(resolve, 40));
  return { id };
}
async function handle(id) {
  const row = await slowRow(id);
  hot();
  blockingRead();
  return row;
}
async function timed(body) {
  const start = performance.now();
  const response = await body();
  handled++;
  time += performance.now() - start;
  return response;
}
function timedNode(response) {
  const start = performance.now();
  response.on("finish", () => { handled++; time += performance.now() - start; });
}
${STARTS[kind]()}
const client = ${JSON.stringify(client(concurrent, rounds))};
const runtime = typeof Deno === "undefined" ? ["--input-type=module", "-e"] : ["eval"];
spawn(process.execPath, [...runtime, client, String(port)], { stdio: "inherit" })
  .on("exit", () => {
    console.log("handled in " + (time / handled).toFixed(2) + " ms");
    stop();
  });
`;
}

function client(concurrent: number, rounds: number): string {
  return `
import { Agent, get } from "node:http";
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const port = process.argv.at(-1);
const one = (id) => new Promise((resolve, reject) => {
  get("http://127.0.0.1:" + port + "/users/" + id, { agent }, (response) => {
    response.resume();
    response.on("end", resolve);
  }).on("error", reject);
});
for (let round = 0; round < ${rounds}; round++) {
  await Promise.all(Array.from({ length: ${concurrent} }, (_, id) => one(id)));
}
agent.destroy();
`;
}
