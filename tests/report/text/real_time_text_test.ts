import { equal, match } from "node:assert/strict";

import { formatReport } from "../../../lib/report/format.ts";
import { textOf } from "../../support/recordings.ts";
import { wallRecording } from "../../support/wall_recording.ts";

const RECORDING = wallRecording([
  ["- epoll_wait", 100],
  ["work futex", 30],
  ["work runnable", 5],
  ["other running", 15],
  ["- epoll_wait", 50],
  ["- futex", 200, 2],
], { command: ["deno", "run", "app.ts"] });

Deno.test("the text on real time begins with states, then says what blocks the event loop", () => {
  const text = textOf(formatReport(RECORDING, "text", { text: { directory: "/src" } }));
  match(
    text,
    /^thread deno, 200 ms of real time: running 15 ms \(7\.5 %\), waiting for a core 5\.0 ms/m,
  );
  match(text, /blocked\s+in\s+JavaScript 30 ms \(15\.0 %\), event loop idle 150 ms \(75\.0 %\)/);
  match(text, /^1 other thread without JavaScript: running 0 ms/m);
  match(text, /^event loop of deno: busy 25\.0 %; an event waits 6\.3 ms for it on average/m);
  match(
    text,
    /^Blocks the event loop, share of 200 ms\n {4}30 ms {2}15\.0 % {2}work {2}app\.ts:4 {2}futex, once, 30 ms at most$/m,
  );
  match(
    text,
    /^ {4}50 ms {2}at 0\.10 s: 30 ms work app\.ts:4 blocked in futex, 15 ms other app\.ts:8, /m,
  );
  // The functions' time is real time.
  match(text, /^Self time of functions, share of the program's 50 ms\n {4}35 ms {2}70\.0 %/m);
});

Deno.test("Markdown on real time has tables of what blocks, and says that it is real time", () => {
  const text = textOf(formatReport(RECORDING, "markdown"));
  match(text, /^# Profile of real time: /m);
  match(text, /^\| Part \| Share \| Real time \|$/m);
  match(text, /^\| 30\.0 \| 1 \| 30\.0 \| `work` \| `\/src\/app\.ts:4` \| futex \|$/m);
  match(text, /^\| 50\.0 \| 0\.10 \| 30 ms work \/src\/app\.ts:4 blocked in futex, /m);
});

Deno.test("other formats have states as frames, and leave threads out that only wait", () => {
  const folded = (idle?: "all" | "loop" | "none") =>
    textOf(formatReport(RECORDING, "folded", { idle }));
  match(folded(), /^deno;.*;\(blocks the event loop: futex\) 30000000$/m);
  match(folded(), /^deno;\(event loop idle\) 150000000$/m);
  equal(folded().includes("(idle)"), false);
  match(folded("all"), /^pool-2;\(idle\) 200000000$/m);
  equal(folded("none").includes("idle"), false);
  match(textOf(formatReport(RECORDING, "html")), /blocks the event loop: work/);
});

Deno.test("reports of processor time say nothing of states", () => {
  const text = textOf(formatReport({ ...RECORDING, event: "cpu-clock" }, "text"));
  equal(/event loop of|real time/.test(text), false);
});
