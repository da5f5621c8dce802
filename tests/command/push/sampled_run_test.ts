import { equal, match, ok } from "node:assert/strict";

import { endOf, runCommand, startCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { HOT_PUSHED, PUSH_ENV } from "../../support/pushed.ts";
import { PushReceiver } from "../../support/push_receiver.ts";

const obstacle = obstacleOfPerf();

testNeeding(obstacle, "run without --push sends nothing", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const script = place.write("hot.ts", HOT_PUSHED);
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` };
  const { code } = await runCommand(["run", script, "300"], {
    cwd: place.path,
    env: { ...PUSH_ENV, ...endpoint },
  });
  equal(code, 7);
  equal(receiver.requests, 0);
});

testNeeding(
  obstacle,
  "run --push otlp takes OpenTelemetry's address, and the program not our headers",
  async () => {
    await using place = new Workplace();
    await using receiver = await PushReceiver.start();
    const script = place.write(
      "headers.ts",
      `${HOT_PUSHED.replace('"mine"', 'String(Deno.env.get("JS_PERF_PUSH_HEADERS"))')}`,
    );
    const child = startCommand(["run", "--push", "otlp", "--window", "1", script, "600000"], {
      cwd: place.path,
      env: { ...PUSH_ENV, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${receiver.port}` },
    });
    await receiver.until(() => receiver.taken.length > 0);
    place.write("stop", "");
    const { stdout, stderr } = await endOf(child);
    equal(stdout, "undefined\n");
    ok(receiver.taken.length >= 1, stderr);
    equal(receiver.taken[0]!.headers.authorization, "Bearer hunter2");
  },
);

Deno.test("run refuses options of --push that cannot be used, and repeats no secret", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", HOT_PUSHED);
  const refusals: [string[], RegExp][] = [
    [
      ["--push", "ftp://host"],
      /^error: Cannot push to "ftp:\/\/host": must be otlp, pyroscope or parca/,
    ],
    [
      ["--push", "parca+http://user:hunter2@host"],
      /has a user or a password in it, must be in a header/,
    ],
    [["--push", "otlp", "--window", "0"], /Cannot use --window "0": must be a whole number from 1/],
    [["--push", "otlp", "-F", "99.5"], /Cannot use --freq "99.5": must be a whole number/],
    [["--push", "otlp", "--label", "x"], /Cannot use label "x"/],
    [["--push", "otlp", "--push-headers", "none"], /Cannot read headers from "none"/],
    [["--push", "otlp", "--sampler", "x"], /Cannot use sampler "x"/],
    [["--window", "5"], /Cannot use --window without --push/],
    [["--label", "a=b"], /Cannot use --label without --push/],
  ];
  for (const [options, message] of refusals) {
    const { code, stdout, stderr } = await runCommand(["run", ...options, script, "1"], {
      cwd: place.path,
    });
    match(stderr, message);
    ok(!stderr.includes("hunter2"));
    equal(stdout, "");
    ok(code === 2 || /headers from/.test(stderr), `${code}: ${stderr}`);
  }
});
