import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import * as http from "node:http";

import { parseListenAddress, PullServer } from "../../../lib/command/push/pull_server.ts";
import { endOf, startCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding, testWithToolchain } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { readPprof } from "../../support/pprof_profile.ts";
import { HOT_PUSHED } from "../../support/pushed.ts";
import { recordingOf, TRAMPOLINES } from "../../support/recordings.ts";
import { obstacleOfGo } from "../../support/report_readers.ts";

Deno.test("parseListenAddress() takes loopback unless told otherwise", () => {
  deepEqual(parseListenAddress("6060"), { host: "127.0.0.1", port: 6060 });
  deepEqual(parseListenAddress(":6060"), { host: "127.0.0.1", port: 6060 });
  deepEqual(parseListenAddress("0.0.0.0:0"), { host: "0.0.0.0", port: 0 });
  deepEqual(parseListenAddress("[::1]:80"), { host: "::1", port: 80 });
  for (const value of ["", "x", "a:b", "65536", "1.2.3.4", "http://a:1", "::1:80"]) {
    throws(() => parseListenAddress(value), RangeError, value);
  }
});

/** An answer; `fetch` would not let a test choose the host's name. */
function get(
  address: string,
  { method = "GET", host }: { method?: string; host?: string } = {},
): Promise<{ status: number; body: Uint8Array; type: string }> {
  return new Promise((resolve, reject) => {
    const headers = host === undefined ? {} : { host };
    http.request(address, { method, headers, agent: false }, (response) => {
      const pieces: number[] = [];
      response.on("data", (piece: Uint8Array) => pieces.push(...piece));
      response.on("end", () =>
        resolve({
          status: response.statusCode!,
          body: Uint8Array.from(pieces),
          type: response.headers["content-type"] ?? "",
        }));
    }).on("error", reject).end();
  });
}

Deno.test("PullServer answers as Go programs do, one recording at a time", async () => {
  const asked: number[] = [];
  let finish = () => {};
  const server = await PullServer.start({ host: "127.0.0.1", port: 0 }, {
    frequency: 99,
    async record(seconds) {
      asked.push(seconds);
      await new Promise<void>((resolve) => finish = resolve);
      return seconds === 7 ? undefined : recordingOf(TRAMPOLINES);
    },
  });
  try {
    equal((await get(server.url)).status, 200);
    const statusOf = async (path: string, options = {}) =>
      (await get(new URL(path, server.url).href, options)).status;
    equal(await statusOf("/"), 404);
    equal(await statusOf("heap"), 404);
    equal(await statusOf("profile?seconds=0"), 400);
    equal(await statusOf("profile?seconds=x"), 400);
    equal(await statusOf("profile?seconds=1e9"), 400);
    equal(await statusOf("profile", { method: "POST" }), 405);
    equal(await statusOf("profile", { host: "evil.example" }), 403);
    deepEqual(asked, []);
    const first = get(`${server.url}profile?seconds=5`);
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    equal(await statusOf("profile?seconds=1"), 429);
    finish();
    const { status, body, type } = await first;
    deepEqual([status, type], [200, "application/octet-stream"]);
    equal(readPprof(body).samples.reduce((sum, { values }) => sum + values[0]!, 0), 100);
    // A program that did nothing has a profile without samples.
    const idle = get(`${server.url}profile?seconds=7`);
    while (asked.length === 1) await new Promise((resolve) => setTimeout(resolve, 5));
    finish();
    equal((await idle).status, 200);
    deepEqual(asked, [5, 7]);
  } finally {
    server.close();
  }
});

Deno.test("PullServer tells why it cannot listen, and why it cannot record", async () => {
  const failing = {
    frequency: 99,
    record: () => Promise.reject(new Error("perf has ended")),
  };
  const server = await PullServer.start({ host: "127.0.0.1", port: 0 }, failing);
  try {
    const { status, body } = await get(`${server.url}profile?seconds=1`);
    deepEqual([status, new TextDecoder().decode(body)], [500, "perf has ended\n"]);
    const port = Number(new URL(server.url).port);
    await rejects(PullServer.start({ host: "127.0.0.1", port }, failing), {
      name: "PerfError",
      message: `Cannot listen on "127.0.0.1:${port}": another program listens there`,
    });
  } finally {
    server.close();
  }
});

/** Starts the hot program, whose profiles are served, and returns their address. */
async function startListening(
  place: Workplace,
  sampler: string,
): Promise<{ child: Deno.ChildProcess; address: string }> {
  const script = place.write("hot.ts", HOT_PUSHED);
  const child = startCommand(
    ["run", "--listen", "0", "--sampler", sampler, script, "60000"],
    { cwd: place.path },
  );
  let text = "";
  for await (const piece of child.stderr.values({ preventCancel: true })) {
    text += new TextDecoder().decode(piece);
    if (/listening: .*\n/.test(text)) break;
  }
  return { child, address: /listening: (.*)\n/.exec(text)![1]! };
}

for (const sampler of ["perf", "builtin"]) {
  const obstacle = sampler === "perf" ? obstacleOfPerf() : undefined;
  testNeeding(obstacle, `run --listen serves profiles, sampled by ${sampler}`, async () => {
    await using place = new Workplace();
    const { child, address } = await startListening(place, sampler);
    // The program may still be starting.
    let names: string[] = [];
    for (let i = 0; i < 20 && !names.some((name) => /foo/.test(name)); i++) {
      const { status, body } = await get(`${address}profile?seconds=2`);
      equal(status, 200, new TextDecoder().decode(body));
      names = readPprof(body).samples.flatMap(({ frames }) => frames);
    }
    ok(names.some((name) => /js::foo:.*hot\.ts:2@/.test(name)), names.join("\n"));
    child.kill("SIGTERM");
    const { signal, code } = await endOf(child);
    match(`${signal} ${code}`, /SIGTERM|143/);
  });
}

testWithToolchain(obstacleOfGo(), "go tool pprof reads what run --listen serves", async () => {
  await using place = new Workplace();
  const { child, address } = await startListening(place, "builtin");
  const pprof = () =>
    new Deno.Command("go", {
      args: ["tool", "pprof", "-top", `${address}profile?seconds=2`],
      // pprof keeps what it fetches.
      env: { PPROF_TMPDIR: place.path },
    }).output();
  let text = "";
  for (let i = 0; i < 20 && !/foo/.test(text); i++) {
    const { success, stdout, stderr } = await pprof();
    ok(success, new TextDecoder().decode(stderr));
    text = new TextDecoder().decode(stdout);
  }
  match(text, /^Type: cpu$/m);
  match(text, /\d%\s+js::foo:.*hot\.ts:2$/m);
  child.kill("SIGTERM");
  await endOf(child);
});
