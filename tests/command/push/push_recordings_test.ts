import { deepEqual, equal, match, ok } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { HOT_PUSHED, NESTING, PUSH_ENV, pushedStacks, samplesOf } from "../../support/pushed.ts";
import { PushReceiver } from "../../support/push_receiver.ts";

const obstacle = obstacleOfPerf();

testNeeding(obstacle, "profile --push sends the recording, beside the report", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const script = place.write("hot.ts", HOT_PUSHED);
  const args = [
    "profile",
    "--push",
    receiver.target("otlp"),
    "--label",
    "region=eu",
    script,
    "500",
  ];
  const { code, stdout, stderr } = await runCommand(args, { cwd: place.path, env: PUSH_ENV });
  equal(code, 7, stderr);
  match(stdout, /^mine$/m);
  match(stdout, / js::foo:\S*hot\.ts:2$/m);
  match(stderr, /^pushed: otlp\+http:\/\/127\.0\.0\.1:\d+\/v1development\/profiles$/m);
  deepEqual(receiver.problems, []);
  equal(receiver.taken.length, 1);
  const [profile] = receiver.taken[0]!.otlp;
  equal(profile!.resource["service.name"], "shop");
  equal(profile!.resource["region"], "eu");
  equal(receiver.taken[0]!.headers.authorization, "Bearer hunter2");
  ok(samplesOf(receiver.taken, NESTING) > 100, [...pushedStacks(receiver.taken)].join("\n"));
});
