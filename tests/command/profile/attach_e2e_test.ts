import { equal, match } from "node:assert/strict";

import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import {
  endOf,
  LEAVE_PID,
  runCommand,
  startCommand,
  Workplace,
} from "../../support/command_process.ts";

/** Busy for as long as it lives, and awaits something now and then. */
const BUSY = `${LEAVE_PID}
let sum = 0;
function foo(rounds: number) { for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0; }
function bar(rounds: number) { foo(rounds); }
Deno.writeTextFileSync("ready", "");
const end = Date.now() + 120_000;
while (Date.now() < end) {
  for (let i = 0; i < 20; i++) bar(100_000);
  await new Promise((resolve) => setTimeout(resolve, 0));
}
`;

/** Starts the program, waits until it is busy, and hands over its number. */
async function whileBusy(
  args: string[],
  body: (pid: string, place: Workplace) => Promise<void>,
): Promise<void> {
  await using place = new Workplace();
  const script = place.write("busy.ts", BUSY);
  const watcher = Deno.watchFs(place.path);
  const child = startCommand(["run", ...args, script], { cwd: place.path });
  const ended = endOf(child).finally(() => watcher.close());
  for await (const _ of watcher) if (place.has("ready")) break;
  equal(place.has("ready"), true, "the script has not become busy");
  try {
    const names = [...Deno.readDirSync(place.path)].map(({ name }) => name);
    await body(names.find((name) => name.endsWith(".pid"))!.replace(".pid", ""), place);
  } finally {
    child.kill("SIGTERM");
    equal((await ended).signal, "SIGTERM");
  }
}

testNeeding(
  obstacleOfPerf(),
  "profile() -p reports a running program for --duration",
  async () => {
    await whileBusy(["-X", "perf"], async (pid, { path: cwd }) => {
      const args = ["profile", "-p", pid, "--duration", "2", "-F", "499"];
      const { code, stdout, stderr } = await runCommand(args, { cwd });
      equal(code, 0, stderr);
      match(stdout, /js::bar:.*\n.*js::foo:/);
      match(stderr, /^sampler: perf/m);
    });
  },
);

testNeeding(
  obstacleOfPerf(),
  "profile() -p shows no name if trampolines are off, and names the option for them",
  async () => {
    await whileBusy(["--engine", "trampolines"], async (pid, { path: cwd }) => {
      const args = ["profile", "-p", pid, "--duration", "2", "-F", "499"];
      const { code, stdout, stderr } = await runCommand(args, { cwd });
      equal(code, 0, stderr);
      equal(stdout.includes("js::"), false);
      match(stderr, /warning: no js:: frame was seen, .*--toggle-signal/);
      // Without a listener the signal would have ended the program.
      const refused = await runCommand([...args, "--toggle-signal", "SIGUSR2"], { cwd });
      equal(refused.code, 1);
      match(refused.stderr, /does not listen to SIGUSR2\nhint: .*JS_PERF_TOGGLE_SIGNAL=SIGUSR2/);
    });
  },
);

testNeeding(
  obstacleOfPerf(),
  "profile() -p with --toggle-signal turns trampolines on for the recording",
  async () => {
    await whileBusy(
      ["--engine=trampolines", "--toggle-signal", "SIGUSR2"],
      async (pid, { path: cwd }) => {
        const args = ["profile", "-p", pid, "--duration", "2", "-F", "499"];
        const on = await runCommand([...args, "--toggle-signal", "SIGUSR2"], { cwd });
        equal(on.code, 0, on.stderr);
        match(on.stdout, /js::bar:.*\n.*js::foo:/);
        const off = await runCommand(args, { cwd });
        equal(off.stdout.includes("js::"), false);
      },
    );
  },
);

testNeeding(obstacleOfPerf(), "profile() --duration ends a script, and reports", async () => {
  for (const sampler of ["perf", "builtin"]) {
    await using place = new Workplace();
    const script = place.write("busy.ts", BUSY);
    const args = ["profile", "--sampler", sampler, "--duration", "5", "-F", "499", script];
    const { code, signal, stdout, stderr } = await runCommand(args, { cwd: place.path });
    equal(code, 0, stderr);
    equal(signal, null);
    match(stdout, /js::bar:.*\n.*js::foo:/);
  }
});

Deno.test("profile() -p refuses wrong processes, and options that it cannot use", async () => {
  for (
    const [args, code, message] of [
      [["-p", "none"], 2, /Cannot record process "none": must be the number of one/],
      [["-p", "2147483600"], 1, /Cannot record process 2147483600: there is none/],
      [["-p", "1", "app.ts"], 2, /Cannot record process 1 and "app.ts": must be one of them/],
      [["-p", "1", "--engine=v8"], 2, /Cannot use --engine with -p: the program has started/],
      [["-p", "1", "--sampler=builtin"], 2, /Cannot use --pid with the built-in sampler/],
      [["--duration", "never"], 2, /Cannot record for "never": must be a number of seconds/],
      [["--toggle-signal", "SIGKILL"], 2, /Cannot use signal "SIGKILL" of --toggle-signal/],
    ] as const
  ) {
    const result = await runCommand(["profile", ...args]);
    match(result.stderr, message);
    equal(result.code, code);
  }
});
