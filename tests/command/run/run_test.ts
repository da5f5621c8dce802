import { deepEqual, equal, match } from "node:assert/strict";

import {
  endOf,
  LEAVE_PID,
  runCommand,
  startCommand,
  Workplace,
} from "../../support/command_process.ts";

/** Waits until a running command has printed something. */
async function firstOutput(child: Deno.ChildProcess): Promise<{ child: Deno.ChildProcess }> {
  const [seen, rest] = child.stdout.tee();
  const reader = seen.getReader();
  await reader.read();
  reader.cancel();
  await rest.cancel();
  return { child };
}

Deno.test("run() gives the script its arguments, and returns its status", async () => {
  await using place = new Workplace();
  const script = place.write("a.ts", "console.log(JSON.stringify(Deno.args)); Deno.exit(7);");
  const args = ["-X", "perf", "--", "--help", "", "a b"];
  const { code, stdout, stderr } = await runCommand(["run", script, ...args]);
  equal(code, 7);
  deepEqual(JSON.parse(stdout), args);
  equal(stderr, "");
});

const TRAMPOLINES = "--engine=trampolines";

Deno.test("run() instruments without activating by default", async () => {
  await using place = new Workplace();
  const script = place.write("a.ts", activeScript);
  deepEqual(await activity(["run", TRAMPOLINES, script]), { active: null, map: false });
});

Deno.test("run() with V8's log turns withPerf() on by -X or the environment", async () => {
  await using place = new Workplace();
  const script = place.write("a.ts", "console.log(Deno.env.get('JS_PERF_SUPPORT') ?? 'unset');");
  for (
    const [args, environment, expected] of [
      [[], {}, "unset"],
      [["-X", "perf"], {}, "1"],
      [[], { JS_PERF_SUPPORT: "1" }, "1"],
      [["-X", "perf=0"], { JS_PERF_SUPPORT: "1" }, "unset"],
    ] as const
  ) {
    const { stdout } = await runCommand(["run", ...args, script], { env: environment });
    equal(stdout, `${expected}\n`);
  }
});

Deno.test("run() with trampolines activates by -X, which wins over the environment", async () => {
  await using place = new Workplace();
  const script = place.write("a.ts", activeScript);
  const on = { active: { backend: "perf", engine: "wasm" }, map: true };
  const onNative = { active: { backend: "perf", engine: "native" }, map: true };
  const environment = { JS_PERF_SUPPORT: "1" };
  deepEqual(await activity(["run", TRAMPOLINES, "-X", "perf", script]), on);
  deepEqual(await activity(["run", "-Xperf", "--engine=native", script]), onNative);
  deepEqual(await activity(["run", TRAMPOLINES, script], environment), on);
  deepEqual(await activity(["run", TRAMPOLINES, "-X", "perf=0", script], environment), {
    active: null,
    map: false,
  });
});

const activeScript = LEAVE_PID + `
  import { support } from "${import.meta.resolve("../../../mod.ts")}";
  function foo() {}
  foo();
  const { active = null, mapPath } = support();
  const map = Array.from(Deno.readDirSync("/tmp")).some(({ name }) => mapPath === "/tmp/" + name);
  console.log(JSON.stringify({ active, map }));
`;

async function activity(args: string[], env: Record<string, string> = {}): Promise<unknown> {
  return JSON.parse((await runCommand(args, { env })).stdout);
}

Deno.test("run() starts the script with the flags of --runtime-args only", async () => {
  await using place = new Workplace();
  const script = place.write(
    "a.ts",
    `for (const name of ["net", "run"] as const) {
      console.log((await Deno.permissions.query({ name })).state);
    }`,
  );
  const restricted = await runCommand(["run", "--runtime-args", "--allow-net", script]);
  equal(restricted.stdout, "granted\nprompt\n");
  equal(restricted.stderr, "");
  const warned = await runCommand([
    "run",
    TRAMPOLINES,
    "-X",
    "perf",
    "--runtime-args=--allow-net",
    script,
  ]);
  match(warned.stderr, /^warning: trampolines stay off without --allow-env --allow-ffi/);
  equal(warned.stdout, restricted.stdout);
});

Deno.test("run() ends by the signal that ended its script", async () => {
  await using place = new Workplace();
  for (const signal of ["SIGKILL", "SIGTERM", "SIGABRT"] as const) {
    const script = place.write(
      "a.ts",
      `Deno.kill(Deno.pid, "${signal}"); setTimeout(() => {}, 1e4)`,
    );
    equal((await runCommand(["run", script])).signal, signal);
  }
});

Deno.test("run() passes signals on, and the script handles them", async () => {
  await using place = new Workplace();
  const trap = place.write(
    "trap.ts",
    `for (const signal of ["SIGINT", "SIGTERM", "SIGUSR1"] as const) {
      Deno.addSignalListener(signal, () => Deno.exit(signal.length));
    }
    console.log("ready");
    setTimeout(() => {}, 1e4);`,
  );
  for (const signal of ["SIGINT", "SIGTERM", "SIGUSR1"] as const) {
    const { child } = await firstOutput(startCommand(["run", trap]));
    child.kill(signal);
    await child.stderr.cancel();
    equal((await child.status).code, signal.length);
  }
  const plain = place.write("plain.ts", "console.log('ready'); setTimeout(() => {}, 1e4);");
  const { child } = await firstOutput(startCommand(["run", plain]));
  child.kill("SIGTERM");
  await child.stderr.cancel();
  equal((await child.status).signal, "SIGTERM");
});

Deno.test("run() passes standard input on", async () => {
  await using place = new Workplace();
  const script = place.write("a.ts", "Deno.stdin.readable.pipeTo(Deno.stdout.writable);");
  const cli = import.meta.resolve("../../../lib/command/cli.ts");
  const child = new Deno.Command("sh", {
    args: ["-c", 'printf "to the script" | "$@"', "sh"]
      .concat(Deno.execPath(), "run", "--no-lock", "-A", cli, "run", script),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  equal((await endOf(child)).stdout, "to the script");
});
