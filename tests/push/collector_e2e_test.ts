/*
 * A real OpenTelemetry Collector takes our profiles, and sends them on to the strict receiver. The test
 * needs Go and a Go module proxy, which not every machine has, so it is skipped there, also under CI.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";

import { Collector, obstacleOfCollector } from "../support/collector.ts";
import { startCommand, Workplace } from "../support/command_process.ts";
import { testWithToolchain } from "../support/needing.ts";
import { obstacleOfPerf } from "../support/perf.ts";
import { HOT_PUSHED, NESTING, PUSH_ENV, pushedStacks, samplesOf } from "../support/pushed.ts";
import { PushReceiver } from "../support/push_receiver.ts";

testWithToolchain(
  obstacleOfCollector() ?? obstacleOfPerf(),
  "a Collector takes every window, also over a restart in the middle",
  async () => {
    await using place = new Workplace();
    await using receiver = await PushReceiver.start();
    receiver.isBehindCollector = true;
    const port = freePort();
    const directory = place.path;
    const ports = { port, to: receiver.port };
    const script = place.write("hot.ts", HOT_PUSHED);
    const first = await Collector.start(directory, ports);
    const child = startCommand(
      ["run", "--push", `otlp+http://127.0.0.1:${port}`, "--window", "1", script, "600000"],
      { cwd: directory, env: PUSH_ENV },
    );
    let said = "";
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const piece of child.stderr) said += decoder.decode(piece, { stream: true });
    })();
    await receiver.until(() => receiver.taken.length >= 2);
    const printed = await first.stop();
    const before = receiver.taken.length;
    await receiver.until(() => /they wait and are sent later/.test(said));
    equal(receiver.taken.length, before);
    await using _second = await Collector.start(directory, ports);
    const enough = () =>
      receiver.taken.length >= before + 4 && samplesOf(receiver.taken, NESTING) > 50;
    await receiver.until(enough);
    place.write("stop", "");
    const { code } = await child.status;
    await reading;
    await child.stdout.cancel();
    equal(code, 7, said);
    ok(!/dropped|rejected|status/.test(said), said);
    deepEqual(receiver.problems, []);
    const profiles = receiver.taken.flatMap(({ otlp }) => otlp)
      .sort((a, b) => Number(a.time - b.time));
    // Nothing is lost: each window begins where the one before has ended.
    for (let i = 1; i < profiles.length; i++) {
      const gap = Number(profiles[i]!.time - profiles[i - 1]!.time) - profiles[i - 1]!.duration;
      ok(Math.abs(gap) < 10e6, `${gap} ns`);
    }
    for (const { resource, sampleType, periodType, period } of profiles) {
      equal(resource["service.name"], PUSH_ENV.OTEL_SERVICE_NAME);
      deepEqual([sampleType, periodType], ["samples/count", "cpu/nanoseconds"]);
      equal(period, Math.round(1e9 / 99));
    }
    const stacks = [...pushedStacks(receiver.taken).keys()];
    equal(enough(), true);
    ok(
      stacks.some((stack) => /baz@hot\.ts:8 bar@hot\.ts:7 foo@hot\.ts:4$/.test(stack)),
      stacks.join("\n"),
    );
    match(printed, /-> service\.name: Str\(shop\)/);
    match(printed, /InstrumentationScope @x\/perf/);
  },
);

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}
