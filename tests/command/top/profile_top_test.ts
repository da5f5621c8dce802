import { doesNotMatch, equal, match } from "node:assert/strict";

import { endOf, runCommand, startCommand, Workplace } from "../../support/command_process.ts";
import { HOT } from "../../support/hot_program.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { obstacleOfTerminal, TERMINAL } from "../../support/terminal.ts";

const obstacle = obstacleOfPerf();

/** A program that says when it is there, and works until it is ended. */
const ENDLESS = `
function spin(n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum = (sum * 31 + i) | 0;
  return sum;
}
Deno.writeTextFileSync("ready", "");
const end = performance.now() + 60_000;
while (performance.now() < end) spin(1e5);
`;

/** Text that a command has printed, as it comes; ends when it has been found. */
async function waitFor(stream: ReadableStream<Uint8Array>, found: RegExp): Promise<string> {
  let text = "";
  for await (const piece of stream.values({ preventCancel: true })) {
    text += new TextDecoder().decode(piece);
    if (found.test(text)) return text;
  }
  throw new Error(`${found} was not printed: ${text}`);
}

testNeeding(obstacle, "top() prints lines while a program runs, and ends with it", async () => {
  await using place = new Workplace();
  const script = place.write("hot.ts", `${HOT}\nDeno.exit(7);`);
  const { code, stdout, stderr } = await runCommand(["top", script, "600"], { cwd: place.path });
  equal(code, 7, stderr);
  match(
    stdout,
    /^last 5 s, by self time: \d+ ms of processor time, .* in the program\n.* foo +hot\.ts:4\n/m,
  );
  match(
    stdout,
    /\nall the time, by self time: .*\n +\d+ ms +[\d.]+ % +total .* foo +hot\.ts:4\n/,
  );
  equal(place.has("perf.data"), false);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  testNeeding(obstacle, `profile() --top ends on ${signal}, and its program with it`, async () => {
    await using place = new Workplace();
    const script = place.write(
      "endless.ts",
      `Deno.writeTextFileSync("pid", String(Deno.pid));\n${ENDLESS}`,
    );
    const child = startCommand(["profile", "--top", script], { cwd: place.path });
    await waitFor(child.stdout, / spin +endless\.ts/);
    child.kill(signal);
    const { code } = await endOf(child);
    equal(code, 0);
    const pid = Deno.readTextFileSync(`${place.path}/pid`);
    equal(isRunning(pid), false);
  });
}

/** Whether a process is there and no zombie. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s*Z/m.test(Deno.readTextFileSync(`/proc/${pid}/status`));
  } catch {
    return false;
  }
}

testNeeding(
  obstacle ?? obstacleOfTerminal,
  "top() on a terminal shows the program's output when the screen is gone",
  async () => {
    await using place = new Workplace();
    const script = place.write("hot.ts", `${HOT}\nconsole.log("mine");`);
    const { stdout } = await runCommand(["top", script, "600"], {
      cwd: place.path,
      under: TERMINAL,
    });
    const screen = stdout.slice(stdout.indexOf("\x1b[?1049h"), stdout.indexOf("\x1b[?1049l"));
    match(screen, / foo /);
    equal(screen.includes("mine"), false);
    match(stdout.slice(screen.length), /mine[^]*all the time/);
  },
);

/** A program whose time is in the C library, until it is ended. */
const FILLING = `
const bytes = new Uint8Array(1 << 24);
function fill(i: number) {
  bytes.fill(i);
}
const end = performance.now() + 60_000;
for (let i = 0; performance.now() < end; i++) fill(i);
`;

testNeeding(
  obstacle ?? obstacleOfTerminal,
  "top() names native code by the key for all code, and does without else",
  async () => {
    await using place = new Workplace();
    const script = place.write("filling.ts", FILLING);
    const shown = async (key: string, found: RegExp) => {
      // The terminal's input stays open behind the key: its end would be a key, too.
      const [bash, ...words] = TERMINAL;
      const under = [
        bash!,
        ...words.map((word) =>
          word.replace("< /dev/null", `< <(printf '%s' '${key}'; exec sleep 60 2>/dev/null)`)
        ),
      ];
      const child = startCommand(["top", script], { cwd: place.path, under });
      const screens = await waitFor(child.stdout, found);
      child.kill("SIGTERM");
      await endOf(child);
      return screens;
    };
    await shown("a", /% {2}\w*mem\w+…? *\S*libc\.so\.6/);
    doesNotMatch(await shown("s", /% {2}fill +filling\.ts:3/), /libc\.so\.6/);
  },
);

testNeeding(obstacle, "top() -p shows a program that run has started", async () => {
  await using place = new Workplace();
  place.write("endless.ts", `Deno.writeTextFileSync("pid", String(Deno.pid));\n${ENDLESS}`);
  const program = startCommand(["run", "-X", "perf", "endless.ts"], { cwd: place.path });
  try {
    while (!place.has("ready")) await new Promise((resolve) => setTimeout(resolve, 50));
    const pid = Deno.readTextFileSync(`${place.path}/pid`);
    const { code, stdout, stderr } = await runCommand(["top", "-p", pid, "--duration", "3"], {
      cwd: place.path,
    });
    equal(code, 0, stderr);
    match(stdout, / spin +endless\.ts:3/);
    equal(isRunning(pid), true);
  } finally {
    program.kill("SIGTERM");
    await endOf(program);
  }
});

Deno.test("top() and --top refuse what they cannot do", async () => {
  await using place = new Workplace();
  place.write("app.ts", "");
  const run = (...args: string[]) => runCommand(args, { cwd: place.path });
  match((await run("top")).stderr, /^error: Cannot show the hottest functions: must be those of/);
  if (obstacle !== undefined) return;
  const { code, stderr } = await run("profile", "--top", "-o", "x.data", "app.ts");
  equal(code, 2);
  match(stderr, /^error: Cannot use --output with --top: it shows recordings of a second each/);
});
