import { deepEqual, equal, match, ok } from "node:assert/strict";

import { endOf, startCommand, Workplace } from "./command_process.ts";
import { HOT_PUSHED, NESTING, PUSH_ENV, pushedStacks, samplesOf } from "./pushed.ts";
import { PushReceiver } from "./push_receiver.ts";

/** Runs a hot program that is sampled, and checks all that arrives. */
export async function checkPushedRun(
  sampler: "perf" | "builtin",
  protocol: "otlp" | "pyroscope" | "parca",
): Promise<void> {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const script = place.write("hot.ts", HOT_PUSHED);
  const child = startCommand(
    [
      ...["run", "--push", receiver.target(protocol), "--window", "1", "--sampler", sampler],
      ...[script, "600000"],
    ],
    { cwd: place.path, env: PUSH_ENV },
  );
  const enough = () => receiver.taken.length >= 4 && samplesOf(receiver.taken, NESTING) > 50;
  await receiver.until(enough);
  place.write("stop", "");
  const { code, stdout, stderr } = await endOf(child);
  equal(code, 7, stderr);
  equal(stdout, "mine\n");
  match(stderr, new RegExp(`^sampler: ${sampler} `));
  deepEqual(receiver.problems, []);
  equal(enough(), true);
  const lines = [...pushedStacks(receiver.taken).keys()].filter((stack) => /foo@/.test(stack));
  ok(
    lines.some((stack) => /baz@hot\.ts:8 bar@hot\.ts:7 foo@hot\.ts:4$/.test(stack)),
    lines.join("\n"),
  );
  if (protocol === "otlp") {
    const profiles = receiver.taken.flatMap(({ otlp }) => otlp);
    for (const { resource } of profiles) equal(resource["service.name"], "shop");
    // Windows follow each other without a gap and do not overlap.
    for (let i = 1; i < profiles.length; i++) {
      const gap = Number(profiles[i]!.time - profiles[i - 1]!.time) -
        profiles[i - 1]!.duration;
      ok(Math.abs(gap) < 10e6, `${gap} ns`);
    }
  } else equal(receiver.taken[0]!.series[0]!.labels["service_name"], "shop");
  equal([...Deno.readDirSync(place.path)].length, 2);
}
