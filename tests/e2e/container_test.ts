/*
 * `run --push` as the first process of a container: a pid namespace, a read-only root, `/tmp` of its
 * own, and no capability.
 */
import { deepEqual, equal, match, ok } from "node:assert/strict";

import { endOf, startCommand } from "../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { obstacleOfPerf } from "../support/perf.ts";
import { HOT_PUSHED, NESTING, samplesOf } from "../support/pushed.ts";
import { PushReceiver } from "../support/push_receiver.ts";

const UNSHARE = ["unshare", "--pid", "--fork", "--mount", "--mount-proc", "--kill-child"];

/** What a container's runtime does before it starts the first process. */
const PREPARE = `
mount -o remount,bind,ro / && mount -t tmpfs -o mode=1777 tmpfs /tmp || exit 99
printf %s "$PROGRAM" > /tmp/server.ts
! touch /here 2>/dev/null || exit 98
exec setpriv --bounding-set -all --inh-caps -all --no-new-privs -- "$@"`;

const PROGRAM = HOT_PUSHED.replace(
  "while (!isOver()) baz(1e6);",
  `
  Deno.addSignalListener("SIGTERM", () => {
    console.log("closed");
    Deno.exit(3);
  });
  console.log(Deno.readTextFileSync("/proc/1/cmdline").includes("--push") ? "first" : "not first");
  console.log(/^CapEff:.*/m.exec(Deno.readTextFileSync("/proc/1/status"))![0]);
  while (!isOver()) {
    baz(1e5);
    await new Promise((resolve) => setTimeout(resolve));
  }`,
);

for (const sampler of ["perf", "builtin"] as const) {
  const obstacle = obstacleOfCommand(UNSHARE[0]!, ...UNSHARE.slice(1), "true") ??
    (sampler === "perf" ? obstacleOfPerf() : undefined);
  testNeeding(obstacle, `run --push works in a container, sampled by ${sampler}`, async () => {
    await using receiver = await PushReceiver.start();
    const child = startCommand(
      ["run", "--push", receiver.target("otlp"), "--window", "2", "--sampler", sampler]
        .concat("/tmp/server.ts", "600000"),
      {
        under: [...UNSHARE, "sh", "-c", PREPARE, "sh"],
        env: { PROGRAM, DENO_DIR: "/tmp/deno", OTEL_SERVICE_NAME: "shop" },
      },
    );
    await receiver.until(() => samplesOf(receiver.taken, NESTING) > 20);
    const before = receiver.taken.length;
    const first = Deno.readTextFileSync(`/proc/${child.pid}/task/${child.pid}/children`).trim();
    Deno.kill(Number(first), "SIGTERM");
    const start = performance.now();
    const { code, stdout, stderr } = await endOf(child);
    ok(performance.now() - start < 10_000);
    equal(code, 3, stderr);
    equal(stdout, "first\nCapEff:\t0000000000000000\nclosed\n");
    match(stderr, new RegExp(`^sampler: ${sampler} .*\n$`));
    ok(receiver.taken.length > before, "the last samples are sent");
    deepEqual(receiver.problems, []);
  });
}
