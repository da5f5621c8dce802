import { deepEqual, equal, match, ok } from "node:assert/strict";

import { decodeHeapFile } from "../../../lib/recording/heap/heap_file.ts";
import type { HeapWish } from "../../../lib/sampler/heap/heap_wish.ts";
import { Workplace } from "../../support/command_process.ts";

const PRELOAD = import.meta.resolve("../../../lib/heap_preload.ts");

/** Runs a program that is asked to record its memory; the wish's directory is that of the program. */
async function run(place: Workplace, text: string, wish: Partial<HeapWish> | string) {
  const script = place.write("app.mjs", text);
  const whole = { kind: "alloc", interval: 4096, directory: place.path, scope: { kind: "all" } };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-lock", "-A", `--preload=${PRELOAD}`, script],
    env: {
      JS_PERF_HEAP: typeof wish === "string" ? wish : JSON.stringify({ ...whole, ...wish }),
      NO_COLOR: "1",
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

const MANY = "const all = Array.from({ length: 1e5 }, (_, a) => ({ a }));\n";

Deno.test("recordThisHeap() writes at the end of the program", async () => {
  await using place = new Workplace();
  const { code, stderr } = await run(place, MANY, {});
  equal(code, 0, stderr);
  const { nodes, thread } = decodeHeapFile(
    Deno.readTextFileSync(`${place.path}/main.heap.json`),
  );
  equal(thread, "main");
  ok(nodes.reduce((sum, { bytes }) => sum + bytes, 0) > 1e5 * 16);
});

Deno.test("recordThisHeap() writes while the program runs, so that little is lost", async () => {
  await using place = new Workplace();
  // It ends as soon as there is a file, and by a signal that no program hears.
  const wait = `import * as fs from "node:fs";
    setInterval(() => {
      if (fs.existsSync("${place.path}/main.heap.json")) process.kill(process.pid, "SIGKILL");
    }, 50);`;
  const { code } = await run(place, `import process from "node:process";\n${MANY}${wait}`, {});
  equal(code, 137);
  ok(decodeHeapFile(Deno.readTextFileSync(`${place.path}/main.heap.json`)).nodes.length > 0);
});

Deno.test("recordThisHeap() leaves processes alone that the program starts", async () => {
  await using place = new Workplace();
  const tell = `console.log(Deno.env.get("JS_PERF_HEAP"));`;
  const { stdout } = await run(place, tell, {});
  const { pid } = JSON.parse(stdout);
  equal(typeof pid, "number");
  await run(place, MANY, { pid });
  deepEqual(
    decodeHeapFile(Deno.readTextFileSync(`${place.path}/main.heap.json`)).pid,
    pid,
  );
});

Deno.test("recordThisHeap() turns an obstacle into a warning", async () => {
  await using place = new Workplace();
  for (const wish of ["no JSON", { directory: `${place.path}/none` }]) {
    const { code, stdout, stderr } = await run(place, `${MANY}console.log("went on");`, wish);
    equal(code, 0);
    match(stdout, /went on/);
    match(stderr, /^@x\/perf: .*(?:memory is not recorded|Cannot write the memory)/m);
  }
});
