import { deepEqual, equal, ok, throws } from "node:assert/strict";

import { frameSymbol } from "../../../lib/recording/frame.ts";
import { decodeRecording, encodeRecording } from "../../../lib/recording/recording_file.ts";
import { readWaitLog, type WaitFileEntry } from "../../../lib/recording/waits/wait_log.ts";
import { waitingFacts, waitingRecording } from "../../../lib/recording/waits/waiting_recording.ts";
import { formatText } from "../../../lib/report/text/text.ts";

const LEAF = 0, CALLEE = 1, OTHERS = 2;

/** A wait: its chain as `main:1 a:2`, its time in milliseconds, and its kind. */
type MadeWait = [
  chain: string,
  time: number,
  kind: number,
  options?: { count?: number; ready?: number },
];

/** The log of some waits, each from the time 0 on. */
function logOf(waits: readonly MadeWait[]) {
  const ids = new Map<string, number>();
  const entries: WaitFileEntry[] = [];
  for (const [chain, time, kind, { count = 1, ready = 0 } = {}] of waits) {
    if (!ids.has(chain)) {
      const frames = chain.split(" ").map((frame): [string, string, number, number] => {
        const [name, line] = frame.split(":");
        return [name!, "/app.ts", Number(line), 3];
      });
      entries.push(["stack", ids.size, ...frames]);
      ids.set(chain, ids.size);
    }
    const settled = 1e6 * (time - ready);
    entries.push(["waits", ids.get(chain)!, 0, settled, settled, 1e6 * time, count, kind, 0]);
  }
  const lines = [["waits", 2, 7, 8, 5e9], ...entries];
  return readWaitLog(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
}

/** The recording's stacks as text with their milliseconds. */
function stacksOf(waits: readonly MadeWait[]): Record<string, number> {
  const { stacks } = waitingRecording(logOf(waits), { command: [], sourceOf: () => undefined });
  return Object.fromEntries(stacks.map(({ frames, weight }) => [
    frames.map((frame) => frame.file ? `${frame.name}:${frame.line}` : frameSymbol(frame)).join(
      " ",
    ),
    Math.round(weight / 1e4) / 100,
  ]));
}

Deno.test("waitingRecording() counts a wait once, with the innermost function", () => {
  deepEqual(
    stacksOf([
      ["main:1 a:2 b:3", 40, LEAF],
      ["main:1 a:2", 40, CALLEE],
      ["main:1", 45, CALLEE],
      ["main:1 a:4", 5, LEAF],
    ]),
    { "main:1 a:2 b:3": 40, "main:1 a:4": 5 },
  );
});

Deno.test("waitingRecording() gives concurrent waits the time of their Promise.all", () => {
  deepEqual(
    stacksOf([
      ["main:2 a:5", 40, LEAF],
      ["main:3 b:6", 40, LEAF],
      ["main:4", 40, OTHERS],
    ]),
    { "main:2 (concurrent) a:5": 20, "main:3 (concurrent) b:6": 20 },
  );
  // Time that no recorded branch explains stays with the function.
  deepEqual(
    stacksOf([["main:2 a:5", 10, LEAF], ["main:4", 40, OTHERS]]),
    { "main:2 a:5": 10, "main:4": 30 },
  );
  // In one another.
  deepEqual(
    stacksOf([
      ["main:2 a:5 c:9", 20, LEAF],
      ["main:2 a:6 c:9", 20, LEAF],
      ["main:2 a:7", 20, OTHERS],
      ["main:3 b:6", 20, LEAF],
      ["main:4", 20, OTHERS],
    ]),
    {
      "main:2 (concurrent) a:5 (concurrent) c:9": 5,
      "main:2 (concurrent) a:6 (concurrent) c:9": 5,
      "main:3 (concurrent) b:6": 10,
    },
  );
});

Deno.test("waitingRecording() knows a call that is awaited later, and one that never is", () => {
  deepEqual(
    stacksOf([
      ["main:2 a:5", 100, LEAF],
      ["main:3", 5, LEAF],
      ["main:4", 95, CALLEE],
    ]),
    { "main:2 (concurrent) a:5": 95, "main:3": 5 },
  );
  deepEqual(
    stacksOf([["main:2 log:5", 900, LEAF], ["main:3", 5, LEAF]]),
    { "main:2 log:5": 900, "main:3": 5 },
  );
});

Deno.test("waitingRecording() tells the time in which a function was ready", () => {
  const waits: MadeWait[] = [["main:1", 40, LEAF, { ready: 10, count: 3 }]];
  deepEqual(stacksOf(waits), { "main:1": 90, "main:1 (ready, the thread is busy)": 30 });
  const sourceOf = () => "first();\nsecond();\n";
  const recording = waitingRecording(logOf(waits), { command: ["deno", "app.ts"], sourceOf });
  deepEqual([recording.event, recording.unit, recording.samples.length], [
    "await",
    "nanoseconds",
    2,
  ]);
  const text = [...formatText(recording)].join("");
  ok(text.includes("all awaits together 120 ms, of it 30 ms (25.0 %) ready, while the"), text);
  ok(/\nFunctions that waited.*\n +120 ms .* main +\/app\.ts:1\n/.test(text), text);
  ok(/\nLines that waited longest\n +120 ms .*\/app\.ts:1 +first\(\);\n/.test(text), text);
  // All formats and `report` read it as any other recording.
  const { stacks } = decodeRecording(encodeRecording(recording));
  deepEqual(stacks.map(({ weight }) => weight / 1e6), [90, 30]);
});

Deno.test("waitingRecording() counts waits without an end until the end", () => {
  const text = '["waits",2,7,8,0]\n["stack",0,["main","/a.ts",1,1]]\n' +
    '["waits",0,0,2e6,2e6,10e6,1,0,0]\n["waits",0,4e6,-1,-1,-1,1,0,0]\n["waits",0,1';
  const recording = waitingRecording(readWaitLog(text), { command: [], sourceOf: () => undefined });
  deepEqual(recording.stacks.map(({ weight }) => weight / 1e6), [8, 8]);
});

Deno.test("waitingFacts() tells the error of sampled waits", () => {
  const all = Array.from({ length: 100 }, (): MadeWait => ["main:1", 40, LEAF]);
  deepEqual(waitingFacts(logOf(all)), { recorded: 100, all: 100, error: 0 });
  const some = all.map(([chain, time, kind]): MadeWait => [chain, time, kind, { count: 2 }]);
  const { recorded, all: stood, error } = waitingFacts(logOf(some));
  deepEqual([recorded, stood], [100, 200]);
  // The square root of (1 - 1/2) / 100.
  equal(error.toFixed(4), "0.0707");
});

Deno.test("readWaitLog() refuses other files", () => {
  throws(() => readWaitLog('["spans",1,1,1,0]\n'), { name: "SyntaxError" });
});
