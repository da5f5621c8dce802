import { deepEqual, equal, ok } from "node:assert/strict";

import { Workplace } from "../support/command_process.ts";
import { BUSY, runWithSpans, SPAN_RUNTIMES, type SpanRun } from "../support/spans.ts";

/** Sends requests, ten at a time, and ends. */
const ASK = `
async function ask(base) {
  const paths = [...Array(20).keys()].map((i) => "/users/" + i).concat(Array(10).fill("/list?a=1"));
  const get = async (path) => (await (await fetch(base + path)).text());
  for (let i = 0; i < paths.length; i += 10) await Promise.all(paths.slice(i, i + 10).map(get));
}
`;

const DENO_SERVE = `${BUSY}${ASK}
async function handler(request) {
  if (request.url.includes("list")) return new Response("list");
  await sleep(10);
  busy(3);
  return new Response("user");
}
for (const serve of [
  () => Deno.serve({ port: 0, onListen() {} }, handler),
  () => Deno.serve({ port: 0, onListen() {}, handler }),
]) {
  const server = serve();
  await ask("http://127.0.0.1:" + server.addr.port);
  await server.shutdown();
}
`;

const NODE_HTTP = `${BUSY}${ASK}
import http from "node:http";
const server = http.createServer(async (request, response) => {
  if (request.url.startsWith("/list")) return response.end("list");
  // As express does.
  request.baseUrl = "/users";
  request.route = { path: "/:name" };
  await sleep(10);
  busy(3);
  response.end("user");
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
await ask("http://127.0.0.1:" + server.address().port);
await ask("http://127.0.0.1:" + server.address().port);
server.close();
server.closeAllConnections?.();
`;

function checkRequests({ code, stderr, log }: SpanRun, user: string): void {
  equal(code, 0, stderr);
  equal(stderr, "");
  const { spans } = log!;
  deepEqual([...new Set(spans.map(({ name }) => name))].sort(), ["GET /list", user]);
  const users = spans.filter(({ name }) => name === user);
  equal(users.length, 40);
  equal(spans.length, 60);
  for (const { start, end, running } of users) {
    ok(end! - start >= 12.5e6, `${end! - start}`);
    ok(running >= 2.9e6, `${running}`);
  }
}

Deno.test("recordRequests() makes spans of what Deno.serve answers", async () => {
  await using place = new Workplace();
  checkRequests(await runWithSpans(place, DENO_SERVE, { runtime: "deno" }), "GET /users/:id");
});

for (const runtime of SPAN_RUNTIMES) {
  Deno.test(`recordRequests() makes spans of what node:http answers in ${runtime}`, async () => {
    await using place = new Workplace();
    checkRequests(await runWithSpans(place, NODE_HTTP, { runtime }), "GET /users/:name");
  });
}
