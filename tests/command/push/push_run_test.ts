import { deepEqual, equal, match, ok } from "node:assert/strict";

import { endOf, startCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { HOT_PUSHED, PUSH_ENV } from "../../support/pushed.ts";
import { PushReceiver } from "../../support/push_receiver.ts";

const obstacle = obstacleOfPerf();

testNeeding(obstacle, "run --push costs a program nothing where the target hangs", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  receiver.misbehaviour = () => true;
  const script = place.write("hot.ts", HOT_PUSHED);
  const child = startCommand(
    ["run", "--push", receiver.target("otlp"), "--window", "1", script, "600000"],
    { cwd: place.path, env: PUSH_ENV },
  );
  await receiver.until(() => receiver.requests > 0);
  place.write("stop", "");
  const { code, stdout, stderr } = await endOf(child);
  equal(code, 7);
  equal(stdout, "mine\n");
  match(stderr, /^warning: .*not sent$/m);
  ok(!stderr.includes("hunter2"));
});

testNeeding(obstacle, "run --push passes a signal on, and ends as the program does", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const script = place.write(
    "server.ts",
    HOT_PUSHED.replace(
      "while (!isOver()) baz(1e6);",
      `
      Deno.addSignalListener("SIGTERM", () => {
        console.log("closed");
        Deno.exit(3);
      });
      console.log("ready");
      while (!isOver()) {
        baz(1e5);
        await new Promise((resolve) => setTimeout(resolve));
      }`,
    ),
  );
  const child = startCommand(
    ["run", "--push", receiver.target("otlp"), "--window", "1", script, "600000"],
    { cwd: place.path, env: PUSH_ENV },
  );
  await receiver.until(() => receiver.taken.length >= 1);
  child.kill("SIGTERM");
  const { code, stdout } = await endOf(child);
  equal(code, 3);
  equal(stdout, "ready\nclosed\n");
  deepEqual(receiver.problems, []);
});
