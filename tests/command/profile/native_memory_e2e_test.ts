import { deepEqual, equal, match, ok } from "node:assert/strict";

import { foldFrames } from "../../../lib/report/figures/fold_frames.ts";
import { sharesOf } from "../../../lib/report/figures/shares.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";
import { testNeeding } from "../../support/needing.ts";
import { obstacleOfPerf } from "../../support/perf.ts";
import { readRecorded } from "../../support/recorded.ts";

/** Bytes of the planted ArrayBuffer. */
const BUFFER_BYTES = 64 << 20;

/** The buffer is touched in line 4; the one of line 7 never is, and so takes no memory. */
const PROGRAM = `const kept = [];
function touched() {
  const bytes = new Uint8Array(new ArrayBuffer(${BUFFER_BYTES}));
  bytes.fill(1);
  kept.push(bytes);
}
function untouched() { kept.push(new ArrayBuffer(${BUFFER_BYTES})); }
touched();
untouched();
`;

testNeeding(
  obstacleOfPerf(),
  "profile --native-memory finds an ArrayBuffer at the line that touches it, within 10 %",
  async () => {
    await using place = new Workplace();
    const script = place.write("buffer.mjs", PROGRAM);
    const { code, stdout, stderr } = await runCommand(
      ["profile", "--native-memory", "--format", "text", script],
      { cwd: place.path },
    );
    equal(code, 0, stderr);
    match(stdout, /native-memory each 64 KiB/);
    match(stdout, /^ *67\.\d+ MB .* {2}buffer\.mjs:4 {2,}bytes\.fill\(1\);$/m);
    const recording = await readRecorded(`${place.path}/perf.data`);
    deepEqual(
      { unit: recording.unit, event: recording.event },
      { unit: "bytes", event: "native-memory" },
    );
    const { lines } = sharesOf(foldFrames(recording));
    const bytesOf = (line: number) =>
      lines.find((share) => share.file === script && share.line === line)?.self ?? 0;
    ok(Math.abs(bytesOf(4) - BUFFER_BYTES) < 0.1 * BUFFER_BYTES, `${bytesOf(4)}`);
    ok(bytesOf(7) < 0.1 * BUFFER_BYTES, `${bytesOf(7)}`);
  },
);

testNeeding(
  obstacleOfPerf(),
  "a recording of page faults by hand stays one of events",
  async () => {
    await using place = new Workplace();
    const script = place.write("buffer.mjs", PROGRAM);
    const { code, stderr } = await runCommand(["profile", "-e", "page-faults", script], {
      cwd: place.path,
    });
    equal(code, 0, stderr);
    const { unit, event } = await readRecorded(`${place.path}/perf.data`);
    deepEqual({ unit, event: event.split(":")[0] }, { unit: "events", event: "page-faults" });
  },
);

Deno.test("profile --native-memory refuses what is for recordings of time, and needs perf", async () => {
  await using place = new Workplace();
  const script = place.write("buffer.mjs", PROGRAM);
  const refused = async (...args: string[]) => {
    const { code, stderr } = await runCommand(["profile", ...args, script], { cwd: place.path });
    ok(code > 0, args.join(" "));
    return stderr;
  };
  for (const args of [["-e", "cycles"], ["-F", "99"], ["--top"]]) {
    match(await refused("--native-memory", ...args), /with --native-memory: it is for recordings/);
  }
  match(await refused("--native-memory", "--format", "cpuprofile"), /it has times only/);
  match(await refused("--native-memory", "--sampler", "builtin"), /only perf has it/);
  match(await refused("--native-memory", "--alloc"), /Cannot use --native-memory with --alloc/);
  match(await refused("--interval", "64K"), /without --alloc, --live or --native-memory/);
});
