/*
 * Logs of program.ts, recorded by record_logs.ts: all versions of V8 must say the same of it.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { parseDenoEmit } from "../../lib/v8_log/deno_emit.ts";
import type { V8Log } from "../../lib/v8_log/v8_log.ts";
import { framesText, frameText, readLog, recordedLog } from "../support/v8_logs.ts";

/** The tiers of each runtime, and whether Sparkplug's code has positions in the log. */
const RUNTIMES = [
  { name: "deno-2.9", version: /^15\./, file: "program.ts", maglev: true, baseline: true },
  { name: "node-20", version: /^11\.3\./, file: "program.mjs", maglev: false, baseline: false },
  { name: "node-22", version: /^12\.4\./, file: "program.mjs", maglev: false, baseline: false },
  { name: "node-24", version: /^13\.6\./, file: "program.mjs", maglev: true, baseline: false },
  { name: "node-26", version: /^14\.6\./, file: "program.mjs", maglev: true, baseline: true },
];

/** Functions of the program, with the lines of its TypeScript. */
const FUNCTIONS = [
  "<module> /tmp/app/FILE",
  "leaf /tmp/app/FILE:9",
  "mid /tmp/app/FILE:14",
  "top /tmp/app/FILE:18",
  "Shape.<instance_members_initializer> /tmp/app/FILE:25",
  "Shape.constructor /tmp/app/FILE:26",
  "Shape.get area /tmp/app/FILE:29",
  "Shape.grow /tmp/app/FILE:32",
  "Shape.make /tmp/app/FILE:36",
  "hot.match /tmp/app/FILE:59",
  "runWorker /tmp/app/FILE:77",
  "anonymous <eval>:1",
  "anonymous.withinWith <eval>:3",
  "evaluated <eval>:1",
  "builtin CompileLazy",
  "handler Add",
  "regexp RegExp: (a+)+b|[x-z]{3}",
  "wasm wasm-function[0]",
];

function read(name: string): Promise<V8Log> {
  const emitted = (url: string) =>
    url === "file:///tmp/app/program.ts" ? parseDenoEmit(recordedLog("deno-2.9.emit")) : undefined;
  return readLog(recordedLog(`${name}.log`), { emitted });
}

/** The tiers and positions of some functions' code. */
function everyStack(log: V8Log, matches: (name: string) => boolean): Set<string> {
  const stacks = new Set<string>();
  for (const { address, size, frame } of log.liveCode()) {
    if (!matches(frameText(frame))) continue;
    for (let at = 0; at < size; at++) stacks.add(framesText(log, address + at).join(" < "));
  }
  return stacks;
}

for (const { name, version, file, maglev, baseline } of RUNTIMES) {
  Deno.test(`${name}: all functions have names and lines`, async () => {
    const log = await read(name);
    ok(version.test(log.version), log.version);
    equal(log.problem, undefined);
    const names = new Set(Array.from(log.liveCode(), ({ frame }) => frameText(frame)));
    const bare = new Set(
      Array.from(
        names,
        (text) => text.replace(/( (?:interpreted|sparkplug|maglev|turbofan))?( osr)?$/, ""),
      ),
    );
    for (const wanted of FUNCTIONS) ok(bare.has(wanted.replace("FILE", file)), wanted);
    equal([...names].some((text) => /maglev/.test(text)), maglev);
    ok(names.has(`top /tmp/app/${file}:18 interpreted`));
    ok(names.has(`top /tmp/app/${file}:18 sparkplug`));
  });

  Deno.test(`${name}: inlined functions are in the chain, each with the line that it executes`, async () => {
    const stacks = everyStack(await read(name), (text) => /^top .*turbofan/.test(text));
    const lines = new Set(
      Array.from(
        stacks,
        (stack) =>
          stack.split(" < ").map((text) => `${text.split(" ")[0]} ${/@(\d+)/.exec(text)?.[1]}`)
            .join(" < "),
      ),
    );
    for (const wanted of ["leaf 10 < mid 15 < top 20", "leaf 11 < mid 15 < top 20", "top 20"]) {
      ok(lines.has(wanted), [...lines].join("\n"));
    }
    // Both calls of leaf() stand in one line, at columns of their own.
    const calls = Array.from(stacks, (stack) => /^leaf .* < mid .*@(15:\d+) /.exec(stack)?.[1]);
    deepEqual([...new Set(calls.filter((call) => call !== undefined))].sort(), ["15:10", "15:20"]);
    for (const stack of stacks) ok(!stack.includes("interpreted"), stack);
  });

  Deno.test(`${name}: code of Sparkplug has ${baseline ? "positions" : "no positions"}`, async () => {
    const stacks = everyStack(await read(name), (text) => /^top .*sparkplug/.test(text));
    equal([...stacks].some((stack) => stack.includes("@20:")), baseline, [...stacks].join("\n"));
  });

  Deno.test(`${name}: a Worker has a log of its own`, async () => {
    const log = await read(`${name}-worker`);
    equal(log.problem, undefined);
    const names = Array.from(log.liveCode(), ({ frame }) => frameText(frame));
    const worker = names.find((text) =>
      /^inWorker (?:blob:null\/[-0-9a-f]+|\[worker eval\]):1 /.test(text)
    );
    ok(worker !== undefined, names.join("\n"));
    ok(!names.some((text) => text.startsWith("top ")));
  });
}

Deno.test("without Deno's emitted texts, lines are those of the JavaScript", async () => {
  const log = await readLog(recordedLog("deno-2.9.log"));
  const names = Array.from(log.liveCode(), ({ frame }) => frameText(frame));
  ok(names.includes("leaf /tmp/app/program.ts:1 interpreted"), names.join("\n"));
});
