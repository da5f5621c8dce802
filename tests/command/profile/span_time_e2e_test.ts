import { equal, match, ok } from "node:assert/strict";

import { decodeRecording } from "../../../lib/recording/recording_file.ts";
import { spanTimeRows } from "../../../lib/report/figures/span_time_rows.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { faultyServer, type ServerKind } from "../../support/faulty_server.ts";
import { type CommandNode, runNodeCommand } from "../../support/node_command.ts";

const ROUTE = "GET /users/:id";
const RECORD = ["profile", "--sampler", "builtin", "-o", "out.json", "--format", "text"];

for (
  const [runtime, kind] of [
    ["deno", "Deno.serve"],
    ["deno", "hono"],
    ["node22", "node:http"],
    ["node22", "express"],
    ["node24", "express"],
  ] as const satisfies readonly (readonly ["deno" | CommandNode, ServerKind])[]
) {
  Deno.test(`profile() --await --spans adds up the time of 50 requests at a time to ${kind} in ${runtime}`, async () => {
    await using place = new Workplace();
    const script = place.write("server.mjs", faultyServer(kind, { concurrent: 50, rounds: 3 }));
    const run = (...words: string[]) =>
      runtime === "deno"
        ? runCommand(words, { cwd: place.path })
        : runNodeCommand(runtime, words, { cwd: place.path });
    const words = ["--wall", "--await", "--spans", script];
    const { code, stdout, stderr } = await run(...RECORD, ...words);
    equal(code, 0, stderr);
    const recording = decodeRecording(Deno.readTextFileSync(`${place.path}/out.spans.json`));
    const row = spanTimeRows(recording).find(({ name }) => name === ROUTE)!;
    // The program has measured its requests itself.
    const [, measured] = /^handled in (.*) ms$/m.exec(stdout)!;
    const near = (time: number, wanted: number, share: number, what: string) =>
      ok(Math.abs(time / 1e6 / wanted - 1) < share, `${what}: ${time / 1e6} ms of ${wanted}`);
    near(row.time, Number(measured), 0.05, "requests");
    const known = row.parts.filter(({ state }) => state !== "unexplained");
    near(known.reduce((sum, { time }) => sum + time, 0), Number(measured), 0.05, "sum");
    const timeOf = (state: string, name: string) => {
      const part = row.parts.find((part) => part.state === state)!;
      return part.details.filter(({ frame }) => frame.name === name)
        .reduce((sum, { time }) => sum + time, 0);
    };
    // Tests run beside others, which lengthen what runs, and the times for which a loop sleeps.
    ok(timeOf("waiting", "slowRow") / 1e6 > 38, `${timeOf("waiting", "slowRow")}`);
    ok(timeOf("running", "blockingRead") / 1e6 > 20, `${timeOf("running", "blockingRead")}`);
    ok(timeOf("ready", "blockingRead") > timeOf("waiting", "slowRow"));
    const text = stdout.slice(stdout.lastIndexOf(`\n${ROUTE}: 1`));
    match(
      text,
      /\n +[\d.]+ ms .* waiting for\n +[\d.]+ ms .* slowRow +server\.mjs:\d+ +await new P/,
    );
    match(text, /\n +[\d.]+ ms .* ready, while the thread was busy with\n/);
    // Without the awaits there is no such recording, and that of before is gone.
    const plain = await run(...RECORD, "--spans", script);
    ok(!plain.stdout.includes("ready, while"), plain.stdout);
    equal(place.has("out.spans.json"), false);
  });
}

for (
  const [runtime, kind] of [
    ["deno", "Deno.serve"],
    ["node24", "express"],
  ] as const satisfies readonly (readonly ["deno" | CommandNode, ServerKind])[]
) {
  Deno.test(`profile() --await --spans finds an await of 500 requests at a time to ${kind} in ${runtime}`, async () => {
    await using place = new Workplace();
    const load = { concurrent: 500, rounds: 4, hot: 0, blocked: 0 };
    const script = place.write("server.mjs", faultyServer(kind, load));
    const { code, stderr } = await (runtime === "deno"
      ? runCommand([...RECORD, "--await", "--spans", script], { cwd: place.path })
      : runNodeCommand(runtime, [...RECORD, "--await", "--spans", script], { cwd: place.path }));
    equal(code, 0, stderr);
    const recording = decodeRecording(Deno.readTextFileSync(`${place.path}/out.spans.json`));
    const row = spanTimeRows(recording).find(({ name }) =>
      name === ROUTE
    )!;
    const waiting = row.parts.find(({ state }) => state === "waiting")!;
    equal(waiting.details[0]!.frame.name, "slowRow");
    // Without any load the timer takes 40 to 41 ms, and the loop is busy with 500 requests.
    ok(waiting.details[0]!.time > 38e6, `${waiting.time}`);
    ok(row.parts.some(({ state, time }) => state === "ready" && time > 5e6));
  });
}
