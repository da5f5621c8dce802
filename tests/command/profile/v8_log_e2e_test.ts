import { deepEqual, equal, match, ok } from "node:assert/strict";

import {
  obstacleOfRuntime,
  type OtherRuntime,
  runtimeProgram,
} from "../../support/other_runtime.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import {
  functionsIn,
  readRecorded,
  type SeenStack,
  stacksOf,
  weightOf,
} from "../../support/recorded.ts";
import { type CommandResult, runCommand, Workplace } from "../../support/command_process.ts";

const obstacle = obstacleOfPerf();

/** Runs a program for so many milliseconds; functions are written once for all runtimes. */
const FOR = (milliseconds: number, body: string) =>
  `const end = performance.now() + ${milliseconds}; while (performance.now() < end) { ${body} }`;

async function profile(
  { path }: Workplace,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<{ result: CommandResult; stacks: SeenStack[] }> {
  const result = await runCommand(["profile", "-F", "1999", ...args], { cwd: path, env });
  equal(result.code, 0, result.stderr);
  return { result, stacks: stacksOf(await readRecorded(`${path}/perf.data`)) };
}

/** A PATH on which a version of Node is first. */
function pathWith(runtime: OtherRuntime): string {
  const program = runtimeProgram(runtime);
  return `${program.slice(0, program.lastIndexOf("/"))}:${Deno.env.get("PATH")}`;
}

/** The innermost function of a file in a stack. */
function innermostIn(stack: SeenStack, file: RegExp): string | undefined {
  return functionsIn(stack, file).at(-1);
}

const INLINED = `
type Sum = number;
interface Unused {
  lines: "that the JavaScript has not";
}
let sum: Sum = 0;
function leaf(n: number): Sum {
  let x = n | 0;
  for (let i = 0; i < 400; i++) x = (Math.imul(x, 31) + i) | 0;
  return x;
}
function mid(n: number): Sum {
  return (leaf(n) + 1) | 0;
}
function top(n: number): void {
  for (let i = 0; i < n; i++) sum = (sum + mid(i)) | 0;
}
${FOR(1500, "top(1000);")}
console.log(sum === 0.5);
`;

testNeeding(obstacle, "profile() shows functions that V8 inlines, in order", async () => {
  await using place = new Workplace();
  place.write("app.ts", INLINED);
  const { stacks } = await profile(place, ["app.ts"]);
  const inLeaf = stacks.filter((stack) => innermostIn(stack, /app\.ts$/) === "leaf");
  const whole = weightOf(
    inLeaf,
    (stack) => functionsIn(stack, /app\.ts$/).join() === "<module>,top,mid,leaf",
  );
  ok(whole >= 0.98 * weightOf(inLeaf, () => true), `${whole}`);
  const inlined = weightOf(inLeaf, ({ frames }) => frames.some(({ isInlined }) => isInlined));
  ok(inlined > 0.5 * whole, "V8 has inlined nothing, so the test has shown nothing");
  const [{ frames }] = inLeaf as [SeenStack];
  deepEqual(
    frames.filter(({ file }) => file?.endsWith("app.ts")).map(({ line }) => line),
    [undefined, 15, 12, 7],
  );

  const share = (seen: readonly SeenStack[], name: string) =>
    100 * weightOf(seen, (stack) => functionsIn(stack, /app\.ts$/).includes(name)) /
    weightOf(seen, (stack) => functionsIn(stack, /app\.ts$/).length > 0);
  const flags = "-A --v8-flags=--no-turbo-inlining,--no-maglev-inlining";
  const apart = await profile(place, ["--runtime-args", flags, "app.ts"]);
  for (const name of ["leaf", "mid", "top"]) {
    const [one, other] = [share(stacks, name), share(apart.stacks, name)];
    ok(Math.abs(one - other) < 3, `${name}: ${one.toFixed(1)} % and ${other.toFixed(1)} %`);
  }
});

/**
 * Three functions whose time is in a builtin that makes no stack frame, as 1 to 2 to 3: a module's
 * body, an async function that a builtin resumes, and one that is called plainly.
 */
const FRAMELESS = `
const shapes = Array.from({ length: 40 }, (_, i) => ({ ["key" + i]: 1, width: i }));
async function resumed(): Promise<number> {
  await 1;
  let sum = 0;
  for (let k = 0; k < 1_600_000; k++) for (const shape of shapes) sum = sum + shape.width | 0;
  return sum;
}
function called(): number {
  let sum = 0;
  for (let k = 0; k < 2_400_000; k++) for (const shape of shapes) sum = sum + shape.width | 0;
  return sum;
}
let sum = 0;
for (let k = 0; k < 800_000; k++) for (const shape of shapes) sum = sum + shape.width | 0;
console.log(sum + await resumed() + called() === 0.5);
`;

testNeeding(
  obstacle,
  "profile() gives the time of builtins to the function that called them",
  async () => {
    await using place = new Workplace();
    place.write("app.ts", FRAMELESS);
    const { stacks } = await profile(place, ["app.ts"]);
    const inLoad = ({ frames }: SeenStack) => /^LoadIC/.test(frames.at(-1)!.name);
    const inFunction = (name: string) => (stack: SeenStack) =>
      innermostIn(stack, /app\.ts$/) === name;
    const program = weightOf(stacks, (stack) => innermostIn(stack, /app\.ts$/) !== undefined);
    const loads = weightOf(stacks, inLoad);
    ok(loads > 0.3 * program, "V8 has called no builtin, so the test has shown nothing");
    const lost = weightOf(
      stacks.filter(inLoad),
      (stack) => innermostIn(stack, /app\.ts$/) === undefined,
    );
    ok(lost < 0.03 * loads, `${lost} of ${loads} without a function`);
    for (const [name, sixths] of [["<module>", 1], ["resumed", 2], ["called", 3]] as const) {
      const share = weightOf(stacks, inFunction(name)) / program;
      ok(Math.abs(share - sixths / 6) < 0.06, `${name} has ${share.toFixed(2)} of the time`);
    }
  },
);

const HOT_LINE = `
interface Item {
  text: string;
}
function work(items: Item[]): number {
  let total = 0;
  for (const item of items) {
    total += 1;
    total ^= 3;
    for (let i = 0; i < 400; i++) total = Math.imul(total, 31) + i | 0; // the line
    total += item.text.length;
    total |= 0;
  }
  return total;
}
const items = Array.from({ length: 100 }, (_, i) => ({ text: "x" + i }));
${FOR(1500, "work(items);")}
`;

const THE_LINE = HOT_LINE.split("\n").findIndex((line) => line.includes("// the line")) + 1;

testNeeding(obstacle, "profile() shows the executed line of the TypeScript", async () => {
  await using place = new Workplace();
  place.write("app.ts", HOT_LINE);
  const { stacks } = await profile(place, ["app.ts"]);
  let [onLine, all] = [0, 0];
  for (const { frames, weight } of stacks) {
    const last = frames.at(-1)!;
    if (last.name !== "work" || last.position === undefined) continue;
    all += weight;
    if (last.position.line === THE_LINE) onLine += weight;
  }
  ok(all > 0.5 * weightOf(stacks, (stack) => functionsIn(stack, /app\.ts$/).includes("work")));
  ok(onLine >= 0.9 * all, `${onLine} of ${all}`);
});

/** Many functions that are called too seldom for V8 to compile them of its own accord. */
const COLD = Array.from(
  { length: 3000 },
  (_, i) =>
    `function f${i}(n) { let s = 0; for (let i = 0; i < 500; i++) s = (s + n) ^ ${i}; return s; }`,
);
const COLD_CALLS = COLD.map((_, i) => `f${i}(1);`).join("\n");

for (
  const [name, runtime, options] of [
    ["Deno", undefined, []],
    ["Node 26 with --all-lines", "node26", ["--all-lines"]],
  ] as const
) {
  const needs = runtime === undefined ? undefined : obstacleOfRuntime(runtime);
  testNeeding(obstacle ?? needs, `profile() has lines of cold code in ${name}`, async () => {
    await using place = new Workplace();
    place.write("app.mjs", `${COLD.join("\n")}\nfor (let i = 0; i < 4; i++) {${COLD_CALLS}}`);
    const program = runtime === undefined ? ["app.mjs"] : ["--", "node", "app.mjs"];
    const env: Record<string, string> = runtime === undefined ? {} : { PATH: pathWith(runtime) };
    const { stacks } = await profile(place, ["-F", "9999", ...options, ...program], env);
    const inside = stacks.filter((stack) => /^f\d/.test(innermostIn(stack, /app\.mjs$/) ?? ""));
    const withLine = weightOf(
      inside,
      ({ frames }) =>
        frames.findLast(({ file }) => file?.endsWith("app.mjs"))!.position !== undefined,
    );
    ok(inside.length > 0 && withLine >= 0.9 * weightOf(inside, () => true));
  });
}

/** Code of every kind, for all runtimes; each function takes some time. */
const SPIN = "let s = 0; for (let i = 0; i < n; i++) s = (Math.imul(s, 31) + i) | 0; return s;";
const FORMS = `
import { Worker as Thread } from "node:worker_threads";
class Shape {
  #n = 2e5;
  area(n) { ${SPIN} }
  get half() { const n = this.#n; ${SPIN} }
  static make(n) { ${SPIN} }
  #secret(n) { ${SPIN} }
  open() { return this.#secret(this.#n); }
}
const made = new Function("n", "return inner(n); function inner(n) { ${SPIN} }");
const evaluated = (0, eval)("(function evaluated(n) { ${SPIN} })");
const within = new Function("o", "with (o) { return (function insideWith(n) { ${SPIN} })(n); }");
const arrow = (n) => { ${SPIN} };
const object = { method(n) { ${SPIN} }, ["computed" + 1]: (n) => { ${SPIN} } };
const BUSY = "function NAME(n) { ${SPIN} } ${FOR(600, "NAME(2e5);").replaceAll('"', '\\"')}";
const busy = (name) => BUSY.replaceAll("NAME", name);
new Thread(busy("evalThread"), { eval: true });
new Thread(new URL("./thread.mjs", import.meta.url));
if (globalThis.Deno) {
  const text = (name) => "data:text/javascript," + encodeURIComponent(busy(name));
  for (const url of [text("dataWorker"), URL.createObjectURL(new Blob([busy("blobWorker")]))]) {
    const worker = new Worker(url, { type: "module" });
    setTimeout(() => worker.terminate(), 1500);
  }
  const worker = new Worker(new URL("./thread.mjs", import.meta.url), { type: "module" });
  setTimeout(() => worker.terminate(), 1500);
}
const shape = new Shape();
${
  FOR(
    1000,
    "shape.area(2e5); shape.half; shape.open(); Shape.make(2e5); made(2e5); evaluated(2e5); " +
      "within({ n: 2e5 }); arrow(2e5); object.method(2e5); object.computed1(2e5); " +
      "/(?:a|b)*c/.test('ab'.repeat(200)); Array.from({ length: 3e3 }, (_, i) => i * 7919 % 3001).sort((a, b) => a - b);",
  )
}
`;

const NAMES = [
  "Shape.area",
  "Shape.get half",
  "Shape.make",
  "Shape.#secret",
  "inner",
  "evaluated",
  "insideWith",
  "arrow",
  "object.method",
  "evalThread",
  "fileThread",
];

for (const runtime of ["deno", "node20", "node22", "node24", "node26"] as const) {
  const needs = runtime === "deno" ? undefined : obstacleOfRuntime(runtime);
  testNeeding(obstacle ?? needs, `profile() names code of every kind in ${runtime}`, async () => {
    await using place = new Workplace();
    place.write("app.mjs", FORMS);
    place.write("thread.mjs", `function fileThread(n) { ${SPIN} } ${FOR(600, "fileThread(2e5);")}`);
    const { stacks } = runtime === "deno"
      ? await profile(place, ["app.mjs"])
      : await profile(place, ["--", "node", "app.mjs"], { PATH: pathWith(runtime) });
    const seen = new Set(stacks.flatMap(({ frames }) => frames.map(({ name }) => name)));
    const expected = runtime === "deno" ? [...NAMES, "dataWorker", "blobWorker"] : NAMES;
    deepEqual(
      expected.filter((name) => ![...seen].some((other) => other.endsWith(name))),
      [],
      [...seen].slice(0, 300).join(" "),
    );
    ok([...seen].some((name) => name.startsWith("RegExp: (?:a|b)*c")), "no regular expression");
    ok(seen.has("ArrayPrototypeSort"), "no builtin");
  });
}

testNeeding(
  obstacle,
  "profile() of a command names all programs that it starts, and keeps them apart",
  async () => {
    await using place = new Workplace();
    const work = (name: string) => `function ${name}(n) { ${SPIN} } ${FOR(500, `${name}(2e5);`)}`;
    place.write("package.json", '{ "scripts": { "build": "node build.mjs" } }');
    place.write(
      "build.mjs",
      `import { execFileSync, fork, spawnSync } from "node:child_process";
    import { Worker } from "node:worker_threads";
    ${work("parent")}
    new Worker(new URL("./worker.mjs", import.meta.url), { execArgv: process.execArgv });
    fork("./forked.mjs", { execArgv: [] });
    spawnSync(process.execPath, ["./by_path.mjs"]);
    execFileSync("./tool.mjs", { stdio: "inherit" });`,
    );
    place.write("worker.mjs", work("inWorker"));
    place.write("forked.mjs", work("forked"));
    place.write("by_path.mjs", work("byPath"));
    place.write("tool.mjs", `#!/usr/bin/env node\n${work("tool")}\nconsole.log("built");`, 0o755);
    const { result, stacks } = await profile(place, ["--", "npm", "run", "build"]);
    match(result.stdout, /^built$/m);
    const labels = new Map<string, string>();
    for (const { thread, frames } of stacks) {
      for (const { name } of frames) labels.set(name, thread);
    }
    for (const name of ["parent", "inWorker", "forked", "byPath", "tool"]) {
      ok(labels.has(name), name);
    }
    match(labels.get("parent")!, /\d+ "build\.mjs"$/);
    match(labels.get("forked")!, /\d+ "forked\.mjs"$/);
    match(labels.get("tool")!, /\d+ "tool\.mjs"$/);
  },
);

testNeeding(obstacle, "profile() of deno test and deno serve names their modules", async () => {
  await using place = new Workplace();
  place.write(
    "a_test.ts",
    `function tested(n: number): number { ${SPIN} }
    Deno.test("a", () => { ${FOR(700, "tested(2e5);")} });`,
  );
  const test = await profile(place, ["--", "deno", "test", "-A", "a_test.ts"]);
  ok(test.stacks.some((stack) => functionsIn(stack, /a_test\.ts$/).includes("tested")));
  match(test.result.stdout, /1 passed/);

  place.write(
    "server.ts",
    `function handled(n: number): number { ${SPIN} }
    setTimeout(async () => {
      const text = await (await fetch("http://127.0.0.1:" + Deno.env.get("TEST_PORT"))).text();
      console.log(text);
      Deno.exit();
    }, 500);
    export default { fetch() { ${FOR(700, "handled(2e5);")} return new Response("served"); } };`,
  );
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const args = [
    "--",
    "deno",
    "serve",
    "-A",
    "--host",
    "127.0.0.1",
    "--port",
    `${port}`,
    "server.ts",
  ];
  const served = await profile(place, args, { TEST_PORT: `${port}` });
  match(served.result.stdout, /served/);
  ok(served.stacks.some((stack) => functionsIn(stack, /server\.ts$/).includes("handled")));
});

testNeeding(
  obstacle,
  "profile() shows withPerf() frames beside V8's names, each function once",
  async () => {
    await using place = new Workplace();
    place.write(
      "app.ts",
      `import { trampoline, withPerf } from "${import.meta.resolve("../../../mod.ts")}";
    const wrapped = withPerf(function wrapped(n: number): number { ${SPIN} });
    const label = trampoline("GET /users", "/routes.ts", 12);
    ${FOR(1000, "label.run(() => wrapped(2e5));")}`,
    );
    const result = await runCommand(["profile", "-F", "1999", "--format", "folded", "app.ts"], {
      cwd: place.path,
    });
    equal(result.code, 0, result.stderr);
    const folded = Deno.readTextFileSync(`${place.path}/perf.folded`);
    const lines = folded.split("\n").filter((line) => line.includes("js::wrapped:"));
    const sum = (some: readonly string[]) =>
      some.reduce((total, line) => total + Number(/ (\d+)$/.exec(line)![1]), 0);
    const once = lines.filter((line) =>
      /js::<module>:\S+app\.ts;js::GET \/users:\/routes\.ts:12;[^;]*<anonymous>[^;]*;js::wrapped:[^;]+(;|$)/
        .test(line) && line.split("js::wrapped:").length === 2
    );
    ok(sum(once) >= 0.95 * sum(lines), lines[0]);
    equal(folded.includes("/lib/api/with_perf.ts"), false, "frames of our own have names");
  },
);

testNeeding(obstacle, "profile() -X perf=0 names nothing", async () => {
  await using place = new Workplace();
  place.write("app.ts", INLINED);
  const { result, stacks } = await profile(place, ["-X", "perf=0", "app.ts"]);
  equal(stacks.some(({ frames }) => frames.some(({ file }) => file !== undefined)), false);
  match(result.stderr, /^names: none \(-X perf=0\)$/m);
  equal(place.has("perf.data.v8"), false);
});

testNeeding(obstacle, "report() by hand: perf by its map, the command by V8's log", async () => {
  await using place = new Workplace();
  place.write(
    "app.ts",
    `let sum = 0;
function foo(rounds: number): number {
  for (let i = 0; i < rounds; i++) sum = (sum * 31 + i) | 0;
  return sum;
}
function bar(rounds: number): number { return foo(rounds); }
function baz(rounds: number): number { return bar(rounds); }
const end = performance.now() + 2000;
while (performance.now() < end) baz(500);
`,
  );
  const cli = import.meta.resolve("../../../lib/command/cli.ts");
  // Without -k mono: the marker aligns perf's own clock.
  const record = await new Deno.Command("perf", {
    args: ["record", "-q", "-F", "999", "-g", "-o", "hand.data", Deno.execPath(), "run", "-A"]
      .concat("--no-lock", cli, "run", "-X", "perf", "app.ts"),
    cwd: place.path,
    stdin: "null",
  }).output();
  equal(record.code, 0, new TextDecoder().decode(record.stderr));
  const script = await new Deno.Command("perf", {
    args: ["script", "-F", "comm,ip,sym", "-i", "hand.data"],
    cwd: place.path,
    stdin: "null",
  }).output();
  const byPerf = new TextDecoder().decode(script.stdout).split("\n\n").map((sample) =>
    [...sample.matchAll(/ js::(\w+):\S*app\.ts:\d+/g)].map(([, name]) => name!)
  ).filter(([innermost]) => innermost === "foo");
  const nested = byPerf.filter((names) => names.slice(0, 3).join() === "foo,bar,baz");
  ok(byPerf.length > 300, `${byPerf.length} samples in foo`);
  ok(nested.length >= 0.95 * byPerf.length, `${nested.length} of ${byPerf.length}`);

  const recording = await readRecorded(`${place.path}/hand.data`);
  equal(recording.clock, "perf");
  const stacks = stacksOf(recording).filter((stack) => innermostIn(stack, /app\.ts$/) === "foo");
  const whole = weightOf(
    stacks,
    (stack) => functionsIn(stack, /app\.ts$/).join() === "<module>,baz,bar,foo",
  );
  ok(whole >= 0.95 * weightOf(stacks, () => true));
});

testNeeding(obstacle, "profile() by V8's log reports a program that was killed", async () => {
  await using place = new Workplace();
  place.write(
    "app.ts",
    `function victim(n: number): number { ${SPIN} } ${FOR(700, "victim(2e5);")}
    Deno.kill(Deno.pid, "SIGKILL");`,
  );
  const { signal, stdout } = await runCommand(["profile", "app.ts"], { cwd: place.path });
  equal(signal, "SIGKILL");
  match(stdout, /js::victim:/);
});

testNeeding(obstacle, "profile() shows as much garbage collection as V8 reports", async () => {
  await using place = new Workplace();
  place.write(
    "app.mjs",
    `let kept = [];
    function allocate(n) {
      for (let i = 0; i < n; i++) {
        kept.push({ a: i, b: [i, i], c: () => i });
        if (kept.length > 3e5) kept = [];
      }
    }
    ${FOR(2500, "allocate(1000);")}`,
  );
  const { result, stacks } = await profile(place, [
    "--runtime-args",
    "-A --v8-flags=--trace-gc,--single-threaded-gc",
    "app.mjs",
  ]);
  // `…  37 ms: Incremental Mark-Compact 3.1 (4.2) -> 2.9 (5.2) MB, pooled: 0 MB, 6.72 / 0.00 ms
  // (+ 3.3 ms in 14 steps since start of marking …`
  const times = [
    ...result.stdout.matchAll(/MB, ([\d.]+) \/ [\d.]+ ms/g),
    ...result.stdout.matchAll(/ \(\+ ([\d.]+) ms in \d+ steps/g),
  ];
  const collected = times.reduce((sum, [, time]) => sum + Number(time), 0);
  const seen = weightOf(
    stacks,
    ({ thread, frames }) =>
      thread === "deno" && frames.some(({ name }) => name === "(garbage collection)"),
  ) / 1e6;
  ok(collected > 200, `V8 says ${collected} ms`);
  // V8 counts time on the clock, and samples count processor time. The program wants the processor for
  // 2.5 s, so its processor time says how much of the time it had.
  const had = Math.min(1, weightOf(stacks, ({ thread }) => thread === "deno") / 1e6 / 2500);
  // V8 leaves out the time that it takes to get memory from the system.
  const ratio = seen / (had * collected);
  ok(ratio > 0.7 && ratio < 1.7, `${seen} ms seen, V8 says ${collected} ms, ${had}`);
  match(result.stdout, /^# The runtime itself, of all time: garbage collection [\d.]+ %/m);
});

testNeeding(obstacle, "profile() shows compiling under the function that caused it", async () => {
  await using place = new Workplace();
  place.write("app.mjs", `${COLD.join("\n")}\n${COLD_CALLS}`);
  const { stacks } = await profile(place, ["-F", "9999", "app.mjs"]);
  const compiling = stacks.filter(({ frames }) => frames.some(({ name }) => name === "(compile)"));
  const underModule = weightOf(
    compiling,
    ({ frames }) => frames.findLast(({ file }) => file?.endsWith("app.mjs"))?.name === "<module>",
  );
  ok(underModule > 1e7, `${underModule} ns`);
});
