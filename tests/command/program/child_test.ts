import { deepEqual, equal, rejects } from "node:assert/strict";
import process from "node:process";

import { runChild, type Signal } from "../../../lib/command/program/child.ts";
import { runProgram } from "../../support/program.ts";

const module = import.meta.resolve("../../../lib/command/program/child.ts");
const env = { PATH: Deno.env.get("PATH")! };

/** Waits until a file is there. */
async function appearanceOf(path: string): Promise<void> {
  while (true) {
    try {
      await Deno.lstat(path);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}

Deno.test("runChild() gives the status, or the signal that ended the program", async () => {
  deepEqual(await runChild(["sh", "-c", "exit 3"], { env }), { code: 3, signal: null });
  deepEqual(await runChild(["sh", "-c", "kill -TERM $$"], { env }), {
    code: 128 + 15,
    signal: "SIGTERM",
  });
});

Deno.test("runChild() tells the number, and gives the program its variables and no others", async () => {
  const pids: number[] = [];
  const started = (pid: number) => void pids.push(pid);
  const script = '[ "$A" = "b c" ] && [ -z "$HOME" ] && exit 4; exit 5';
  const { code } = await runChild(["sh", "-c", script], { env: { ...env, A: "b c" }, started });
  equal(code, 4);
  equal(pids.length, 1);
  equal(pids[0]! > 0, true);
});

Deno.test("runChild() fails where there is no such program, and leaves no listener", async () => {
  const counts = () => process.listenerCount("SIGTERM") + process.listenerCount("SIGUSR2");
  const before = counts();
  const pids: number[] = [];
  await rejects(
    runChild(["/no such program"], { env, started: (pid) => void pids.push(pid) }),
    { code: "ENOENT" },
  );
  deepEqual(pids, []);
  equal(counts(), before);
});

Deno.test("runChild() hands signals on to the program while it runs", async () => {
  const directory = await Deno.makeTempDir({ prefix: "xperf-child-" });
  try {
    const script = `trap 'exit 7' USR2; : > '${directory}/ready'; while :; do sleep 0.05; done`;
    const signals: Signal[] = ["SIGUSR2"];
    const before = process.listenerCount("SIGTERM");
    const ending = runChild(["sh", "-c", script], { env, signals });
    equal(process.listenerCount("SIGTERM"), before);
    await appearanceOf(`${directory}/ready`);
    process.kill(process.pid, "SIGUSR2");
    deepEqual(await ending, { code: 7, signal: null });
    equal(process.listenerCount("SIGUSR2"), 0);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("runChild() ends a program at its limit, and takes that for a good end", async () => {
  const limit = { seconds: 0.01, signal: "SIGTERM" } as const;
  deepEqual(await runChild(["sleep", "1000"], { env, limit }), { code: 0, signal: null });
  // A program that ends before has its own status, and the timer is gone.
  const long = { seconds: 1000, signal: "SIGTERM" } as const;
  deepEqual(await runChild(["sh", "-c", "exit 3"], { env, limit: long }), {
    code: 3,
    signal: null,
  });
});

Deno.test("endAs() ends this process as the program ended", async () => {
  const codeOf = async (ending: string) => {
    await using program = await runProgram(`
import { endAs } from "${module}";
setInterval(() => {}, 1000);
await endAs(${ending});
`);
    return program.code;
  };
  equal(await codeOf("{ code: 5, signal: null }"), 5);
  equal(await codeOf('{ code: 9, signal: "SIGTERM" }'), 128 + 15);
  // The runtime catches this signal, so the status has to do.
  equal(await codeOf('{ code: 9, signal: "SIGCHLD" }'), 9);
});
