import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { fileURLToPath } from "node:url";

import { decodeRecording } from "../../../../lib/recording/recording_file.ts";
import { foldFrames } from "../../../../lib/report/figures/fold_frames.ts";
import { sharesOf } from "../../../../lib/report/figures/shares.ts";
import { runCommand, Workplace } from "../../../support/command_process.ts";
import { namespaces, overTmp } from "../../../support/file_system.ts";
import { obstacleOfCommand, testNeeding } from "../../../support/needing.ts";
import { LEAK_BYTES, MANY_BYTES, PLANTED, PLANTED_LINES } from "../../../support/planted_memory.ts";
import { readHeapWithDevTools } from "../../../support/report_readers.ts";

/** V8 inlines nothing, so that each function has its own objects; many samples, so that few suffice. */
const EXACT = ["--interval", "16K", "--no-inlining", "--format", "text"];

/** Self bytes by `name:line` of a recording's functions. */
function bytesOf(path: string): Record<string, number> {
  const recording = decodeRecording(Deno.readTextFileSync(path));
  const { functions } = sharesOf(foldFrames(recording));
  return Object.fromEntries(functions.map(({ name, line, self }) => [`${name}:${line}`, self]));
}

const MANY = `many:${PLANTED_LINES.many}`;
const REMEMBER = `remember:${PLANTED_LINES.remember}`;

/** Whether an amount is within 10 % of what was planted. */
function isNear(amount: number | undefined, planted: number): boolean {
  return Math.abs((amount ?? 0) - planted) <= 0.1 * planted;
}

async function profile(place: Workplace, ...args: string[]) {
  return await runCommand(["profile", ...EXACT, ...args], { cwd: place.path });
}

Deno.test("profile --alloc finds allocators at their lines, within 10 % of the planted bytes", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const { code, stdout, stderr } = await profile(place, "--alloc", script);
  equal(code, 0, stderr);
  match(stdout, /^Memory that functions allocated, share of the program's/m);
  match(stdout, /MB .* many {2}planted\.mjs:2$/m);
  const bytes = bytesOf(`${place.path}/alloc.json`);
  ok(isNear(bytes[MANY], MANY_BYTES), `${bytes[MANY]}`);
  ok(isNear(bytes[REMEMBER], LEAK_BYTES), `${bytes[REMEMBER]}`);
});

Deno.test("profile --live has the leak, and nothing that was collected", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const { code, stdout, stderr } = await profile(place, "--live", script);
  equal(code, 0, stderr);
  match(stdout, /^Memory still held, by the functions that allocated it/m);
  const bytes = bytesOf(`${place.path}/live.json`);
  ok(isNear(bytes[REMEMBER], LEAK_BYTES), `${bytes[REMEMBER]}`);
  ok((bytes[MANY] ?? 0) < 0.01 * MANY_BYTES, `${bytes[MANY]}`);
});

Deno.test("profile --live --snapshot-signal records a moment, and diff shows the leak in between", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "-A", CLI, "profile", ...EXACT, "--live"]
      .concat("--snapshot-signal", "SIGUSR2", script, "wait"),
    cwd: place.path,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  await readUntil(output, "ready");
  child.kill("SIGUSR2");
  await readUntil(errors, "live.1.json");
  await input.write(new Uint8Array([10]));
  await readUntil(output, "ready");
  await input.write(new Uint8Array([10]));
  await readUntil(output, "Recorded in");
  await Promise.all([input.close(), output.cancel(), errors.cancel()]);
  equal((await child.status).code, 0);
  const before = bytesOf(`${place.path}/live.1.json`);
  const after = bytesOf(`${place.path}/live.json`);
  ok(isNear(before[REMEMBER], LEAK_BYTES), `${before[REMEMBER]}`);
  ok(isNear(after[REMEMBER], 2 * LEAK_BYTES), `${after[REMEMBER]}`);
  const { stdout, stderr } = await runCommand(["diff", "live.1.json", "live.json"], {
    cwd: place.path,
  });
  match(stdout, /^functions with more held memory$/m, stderr);
  match(stdout, / {2}remember {2}planted\.mjs:8$/m);
});

const CLI = fileURLToPath(import.meta.resolve("../../../../lib/command/cli.ts"));

async function readUntil(
  reader: ReadableStreamDefaultReader<string>,
  word: string,
): Promise<void> {
  for (let text = ""; !text.includes(word);) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot find "${word}" in: ${text}`);
    text += value;
  }
}

for (
  const [how, ending] of Object.entries({
    exit: 3,
    "Deno.exit": 3,
    throw: 1,
    reject: 1,
    kill: 143,
  })
) {
  Deno.test(`profile --alloc has all of a program that ends by ${how}, and its ending`, async () => {
    await using place = new Workplace();
    const script = place.write("planted.mjs", PLANTED);
    const { code, signal, stderr } = await profile(place, "--alloc", script, how);
    deepEqual(
      { code, signal },
      { code: ending, signal: how === "kill" ? "SIGTERM" : null },
      stderr,
    );
    ok(isNear(bytesOf(`${place.path}/alloc.json`)[REMEMBER], LEAK_BYTES));
  });
}

Deno.test("profile --alloc leaves a signal to the program that listens to it", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const { code, stdout, stderr } = await profile(place, "--alloc", script, "listens");
  equal(code, 5, stderr);
  match(stdout, /^1\nheard\n/);
  ok(isNear(bytesOf(`${place.path}/alloc.json`)[REMEMBER], LEAK_BYTES));
});

Deno.test("profile --alloc --scope records the scope only", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const { code, stderr } = await profile(place, "--alloc", "--scope", "measure:part", script);
  equal(code, 0, stderr);
  const bytes = bytesOf(`${place.path}/alloc.json`);
  ok(isNear(bytes[REMEMBER], LEAK_BYTES), `${bytes[REMEMBER]}`);
  equal(bytes[MANY], undefined);
  const { code: none, stderr: why } = await profile(place, "--alloc", "--scope=measure:x", script);
  equal(none, 1);
  match(why, /nothing was measured, no sample fell between performance\.mark\("x"\)/);
});

for (const kind of ["--alloc", "--live"]) {
  Deno.test(`profile ${kind} --scope active records the time with trampolines on`, async () => {
    await using place = new Workplace();
    const api = import.meta.resolve("../../../../mod.ts");
    const switched = place.write(
      "switched.mjs",
      `import { activateStackTrampoline, deactivateStackTrampoline } from "${api}";
function outside() { return Array.from({ length: 2e5 }, (_, a) => ({ a })); }
function inside() { return Array.from({ length: 2e5 }, () => [1, 2]); }
const all = [outside()];
activateStackTrampoline("perf");
all.push(inside());
deactivateStackTrampoline();
all.push(outside());
globalThis.all = all;
`,
    );
    const toggled = place.write(
      "toggled.mjs",
      `import process from "node:process";
import { isStackTrampolineActive } from "${api}";
function outside() { return Array.from({ length: 2e5 }, (_, a) => ({ a })); }
function inside() { return Array.from({ length: 2e5 }, () => [1, 2]); }
const toggle = async () => {
  const before = isStackTrampolineActive();
  process.kill(process.pid, "SIGUSR2");
  while (isStackTrampolineActive() === before) await new Promise((resolve) => setTimeout(resolve, 1));
};
const all = [outside()];
await toggle();
all.push(inside());
await toggle();
all.push(outside());
globalThis.all = all;
`,
    );
    for (const args of [[switched], ["--toggle-signal", "SIGUSR2", toggled]]) {
      const { code, stderr } = await profile(place, kind, "--scope", "active", ...args);
      equal(code, 0, stderr);
      const names = Object.keys(bytesOf(`${place.path}/${kind.slice(2)}.json`)).join(" ");
      match(names, /\binside\b/, args.join(" "));
      doesNotMatch(names, /\boutside\b/, args.join(" "));
    }
  });
}

/** Runs the command with a small file system in place of /tmp, or of its own directory. */
async function profileOnSmallDisk(place: Workplace, where: "/tmp" | "small", size: string) {
  const script = place.write(
    "app.mjs",
    `for (let i = 0; i < 500; i++) (0, eval)(\`(function f\${i}(n) {
      for (let i = 0; i < n; i++) globalThis.last = { i };
    })\`)(2e4);
console.log("went on");
`,
  );
  Deno.mkdirSync(`${place.path}/small`, { recursive: true });
  const before = where === "/tmp"
    ? overTmp(`size=${size}`)
    : `mount --make-rprivate / && mount -t tmpfs -o size=${size} none small && cd small`;
  const under = ["unshare", "--mount", "sh", "-c", `${before}\n"$@"`, "sh"];
  return await runCommand(["profile", "--interval", "4K", "--alloc", script], {
    cwd: place.path,
    under,
  });
}

testNeeding(
  namespaces,
  "profile --alloc says once that a disk is full, and the program goes on",
  async () => {
    await using place = new Workplace();
    const inProgram = await profileOnSmallDisk(place, "/tmp", "16k");
    deepEqual([inProgram.code, inProgram.stdout], [1, "went on\n"], inProgram.stderr);
    equal(inProgram.stderr.match(/no space left on device/g)?.length, 1, inProgram.stderr);
    match(
      inProgram.stderr,
      /Cannot report "alloc\.json": the program could not write its memory to/,
    );
    const inCommand = await profileOnSmallDisk(place, "small", "4k");
    deepEqual([inCommand.code, inCommand.stdout], [1, "went on\n"], inCommand.stderr);
    match(
      inCommand.stderr,
      /^error: Cannot write the recording "alloc\.json": no space left on device$/m,
    );
  },
);

Deno.test("profile --alloc kills a program that is busy at the end of --duration, and says so", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const { code, stderr } = await profile(place, "--alloc", "--duration", "1", script, "busy");
  equal(code, 1);
  match(stderr, /the program ended with SIGKILL, since it heard no other signal/);
});

Deno.test("profile --alloc names TypeScript's lines", async () => {
  await using place = new Workplace();
  const script = place.write(
    "typed.ts",
    "interface Item {\n  a: number;\n}\n\nfunction many(count: number): Item[] {\n" +
      "  return Array.from({ length: count }, (_, a): Item => ({ a }));\n}\nmany(5e5);\n",
  );
  const { code, stderr } = await profile(place, "--alloc", script);
  equal(code, 0, stderr);
  const bytes = bytesOf(`${place.path}/alloc.json`);
  ok(Object.keys(bytes).some((name) => /^many\.<anonymous>:6$/.test(name)), JSON.stringify(bytes));
});

Deno.test("profile --alloc lets a program go on that may not have its memory sampled", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", "console.log('went on');");
  const { code, stdout, stderr } = await profile(
    place,
    "--alloc",
    "--runtime-args=--allow-read --allow-env",
    script,
  );
  equal(code, 1);
  match(stdout, /went on/);
  match(stderr, /@x\/perf: .*memory is not recorded/);
});

Deno.test("diff refuses to compare memory with time, even by --force", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  equal((await profile(place, "--alloc", script)).code, 0);
  const timed = await runCommand(
    ["profile", "--sampler", "builtin", "-o", "time.json", "-X", "perf=0", script],
    { cwd: place.path },
  );
  equal(timed.code, 0, timed.stderr);
  const { code, stderr } = await runCommand(["diff", "time.json", "alloc.json", "--force"], {
    cwd: place.path,
  });
  equal(code, 1);
  match(stderr, /Cannot compare cpu-clock with alloc: must be the same event/);
});

Deno.test("DevTools' own model reads the .heapprofile", async () => {
  await using place = new Workplace();
  const script = place.write("planted.mjs", PLANTED);
  const { code, stderr } = await profile(place, "--alloc", "--format", "heapprofile", script);
  equal(code, 0, stderr);
  const { self, total } = await readHeapWithDevTools(`${place.path}/alloc.heapprofile`);
  ok(isNear(self["many"], MANY_BYTES), `${self["many"]}`);
  ok(isNear(self["remember"]! + (self["fill"] ?? 0) + (self["Array"] ?? 0), LEAK_BYTES));
  ok(isNear(total, MANY_BYTES + LEAK_BYTES), `${total}`);
});

testNeeding(
  obstacleOfCommand("go", "version"),
  "go tool pprof reads bytes and numbers of objects",
  async () => {
    await using place = new Workplace();
    const script = place.write("planted.mjs", PLANTED);
    const { code, stderr } = await profile(place, "--alloc", "--format", "pprof", script);
    equal(code, 0, stderr);
    const top = async (index: string, unit: string) => {
      const { stdout } = await new Deno.Command("go", {
        args: ["tool", "pprof", "-top", `-sample_index=${index}`, `-unit=${unit}`, "alloc.pb.gz"],
        cwd: place.path,
      }).output();
      const text = new TextDecoder().decode(stdout);
      return Number(/^\s*(\d+)\w*\s.*js::many:\S+:2$/m.exec(text)?.[1]);
    };
    const bytes = await top("alloc_space", "B");
    ok(isNear(bytes, MANY_BYTES), `${bytes}`);
    // V8's optimising compiler allocates the objects of up to 4 rounds of the loop at once.
    const together = bytes / await top("alloc_objects", "count") / (MANY_BYTES / 2e6);
    ok(together > 0.9 && together < 4.5, `${together}`);
  },
);
