import { deepEqual, equal, match } from "node:assert/strict";

import { endOf, startCommand, Workplace } from "../../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { HOT_PUSHED, NESTING, samplesOf } from "../../support/pushed.ts";
import { PushReceiver } from "../../support/push_receiver.ts";

/** Children of a process, with their commands. */
function childrenOf(pid: number): { pid: number; words: string[] }[] {
  return Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`).trim().split(" ").map((
    child,
  ) => ({
    pid: Number(child),
    words: textOf(`/proc/${child}/cmdline`).split("\0"),
  }));
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function perfOf(pid: number): number | undefined {
  return childrenOf(pid).find(({ words }) => words[0] === "perf" && words[1] === "record")?.pid;
}

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; !isSo(); i++) {
    if (i > 3000) throw new Error("It does not happen");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

testNeeding(obstacleOfPerf(), "run --push starts perf again where it has ended", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const child = startCommand(
    [
      ...["run", "--push", receiver.target("otlp"), "--window", "1", "--sampler", "perf"],
      ...[place.write("hot.ts", HOT_PUSHED), "600000"],
    ],
    { cwd: place.path },
  );
  await receiver.until(() => receiver.taken.length >= 1);
  Deno.kill(perfOf(child.pid)!, "SIGKILL");
  await until(() => perfOf(child.pid) === undefined);
  const before = receiver.taken.length;
  await receiver.until(() => samplesOf(receiver.taken.slice(before + 1), NESTING) > 50);
  place.write("stop", "");
  const { code, stderr } = await endOf(child);
  equal(code, 7);
  match(stderr, /^warning: perf has ended before the program.*; it is started again, and then/m);
  deepEqual(receiver.problems, []);
});

testNeeding(
  obstacleOfPerf() ?? obstacleOfCommand("setpriv", "--pdeathsig", "INT", "true"),
  "perf ends where run --push is killed, and the program goes on",
  async () => {
    await using place = new Workplace();
    await using receiver = await PushReceiver.start();
    const child = startCommand(
      [
        ...["run", "--push", receiver.target("otlp"), "--window", "1", "--sampler", "perf"],
        ...[place.write("hot.ts", HOT_PUSHED), "600000"],
      ],
      // A command that is killed leaves its files.
      { cwd: place.path, env: { TMPDIR: place.path } },
    );
    await receiver.until(() => receiver.taken.length >= 1);
    const perf = perfOf(child.pid)!;
    const program = childrenOf(child.pid).find(({ words }) => words.includes("600000"))!.pid;
    child.kill("SIGKILL");
    await until(() => !/^State:\s*[^Z]/m.test(textOf(`/proc/${perf}/status`)));
    match(textOf(`/proc/${program}/cmdline`), /hot\.ts/);
    place.write("stop", "");
    equal((await endOf(child)).signal, "SIGKILL");
    await until(() => textOf(`/proc/${program}/cmdline`) === "");
  },
);
