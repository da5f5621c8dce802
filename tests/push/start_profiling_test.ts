import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { startProfiling } from "../../lib/push/start_profiling.ts";
import { Workplace } from "../support/command_process.ts";
import { pushedStacks, samplesOf } from "../support/pushed.ts";
import { PushReceiver } from "../support/push_receiver.ts";

const PACKAGE = fileURLToPath(import.meta.resolve("../../mod.ts"));

/** Runs a program that imports this package. */
async function runProgram(text: string, env: Record<string, string>) {
  await using place = new Workplace();
  const script = place.write(
    "inside.js",
    `import { startProfiling } from "${PACKAGE}";
import process from "node:process";
function foo(rounds) {
  let sum = 0;
  for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
  return sum;
}
function bar(rounds) { return foo(rounds); }
function baz(rounds) { return bar(rounds); }
async function work(milliseconds) {
  const end = process.cpuUsage().user + 1000 * milliseconds;
  while (process.cpuUsage().user < end) {
    baz(1e6);
    await new Promise((resolve) => setTimeout(resolve));
  }
}
${text}`,
  );
  const { code, signal, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "-A", script],
    env: { OTEL_SERVICE_NAME: "inside", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, signal, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

for (const protocol of ["otlp", "pyroscope"] as const) {
  Deno.test(`startProfiling() sends this thread's functions to ${protocol}`, async () => {
    await using receiver = await PushReceiver.start();
    const { code, stderr } = await runProgram(
      `const profiling = startProfiling({ push: "${
        receiver.target(protocol)
      }", window: 1, labels: { region: "eu" } });
await work(2500);
await profiling.stop();`,
      {},
    );
    equal(code, 0, stderr);
    deepEqual([receiver.problems, stderr], [[], ""]);
    ok(receiver.taken.length >= 2);
    ok(samplesOf(receiver.taken, ["baz", "bar", "foo"]) > 50);
    const lines = [...pushedStacks(receiver.taken).keys()];
    ok(lines.some((stack) => /foo@inside\.js:5$/.test(stack)), lines.join("\n"));
    const resource = protocol === "otlp"
      ? receiver.taken[0]!.otlp[0]!.resource
      : receiver.taken[0]!.series[0]!.labels;
    equal(resource["region"], "eu");
    equal(resource[protocol === "otlp" ? "service.name" : "service_name"], "inside");
  });
}

Deno.test("startProfiling() sends the last samples where the program ends by itself", async () => {
  await using receiver = await PushReceiver.start();
  const { code } = await runProgram(
    `startProfiling({ push: "${receiver.target("otlp")}" }); await work(800);`,
    {},
  );
  equal(code, 0);
  equal(receiver.taken.length, 1);
});

Deno.test("startProfiling() sends the last samples at SIGTERM, which ends the program", async () => {
  await using receiver = await PushReceiver.start();
  const { signal } = await runProgram(
    `startProfiling({ push: "${receiver.target("otlp")}" });
setInterval(() => {}, 1000);
await work(500);
process.kill(process.pid, "SIGTERM");`,
    {},
  );
  equal(signal, "SIGTERM");
  equal(receiver.taken.length, 1);
});

Deno.test("startProfiling() keeps no program from ending, and warns where the engine fails", async () => {
  await using receiver = await PushReceiver.start();
  receiver.misbehaviour = () => true;
  const { code, stdout, stderr } = await runProgram(
    `startProfiling({ push: "${
      receiver.target("otlp")
    }", window: 1 }); await work(1500); console.log("mine");`,
    { JS_PERF_PUSH_HEADERS: "authorization=hunter2" },
  );
  deepEqual([code, stdout], [0, "mine\n"]);
  match(stderr, /^@x\/perf: the last (?:\d+ profiles were|profile was) not sent$/m);
  ok(receiver.requests > 0 && !stderr.includes("hunter2"));
});

Deno.test("startProfiling() refuses what it cannot do", () => {
  throws(() => startProfiling({ push: "x" }), /Cannot push to "x"/);
  throws(() => startProfiling({ window: 0 }), /Cannot profile with window "0"/);
  throws(() => startProfiling({ frequency: 1.5 }), /Cannot profile with frequency "1.5"/);
  throws(() => startProfiling({ labels: { "a b": "c" } }), /Cannot use label/);
});
