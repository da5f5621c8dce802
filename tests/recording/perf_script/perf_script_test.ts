import { deepEqual, equal } from "node:assert/strict";

import { frameSymbol } from "../../../lib/recording/frame.ts";
import type { Recording } from "../../../lib/recording/recording.ts";
import { readPerfScript } from "../../../lib/recording/perf_script/perf_script.ts";

const HEADER = `\
# ========
# captured on    : Tue Nov 24 10:47:37 2026
# perf version : 6.12.95
# cmdline : /usr/bin/perf record -F 999 --call-graph fp -o perf.data -- /opt/deno run -A app.ts 
# event : name = cpu-clock, , id = { 1 }, { sample_period, sample_freq } = 999, sample_type = IP|TID|CALLCHAIN|PERIOD, inherit = 1
# event : name = page-faults, , id = { 2 }, { sample_period, sample_freq } = 7, inherit = 1
# sample duration :   2881.294 ms
# ========
#
`;

/** As perf 6.12 prints it. */
const SCRIPT = `${HEADER}\
deno    6190/6190   1287.000000500:     100010   cpu-clock: 
	ffffffff815b8435 do_fault ([kernel.kallsyms])
	    7fdb6c6f2ad7 js::foo:/src/app.ts:8 (/tmp/perf-6190.map)
	    7fdb6c6f2a00 [unknown] (/tmp/perf-6190.map)
	    55d0c8a3f0e0 [unknown] (/opt/deno)
	    55d0c8a3f0f0 [unknown] (/opt/deno)
	    7f067400aaaa std::foo(int) (/tmp/a (b)/lib.so (deleted))
	    7f06740076a9 __libc_start_call_main (/usr/lib/libc.so.6)

V8 DefaultWorke    6190/6191   1287.000000400:         12 page-faults: 
	               0 [unknown] ([unknown])

deno    6190/6190   1287.000000600: PERF_RECORD_LOST lost 71
deno    6190/6190   1288.500000000:     100010   cpu-clock: 
	ffffffff815b8435 do_fault ([kernel.kallsyms])
	    7fdb6c6f2ad9 js::foo:/src/app.ts:8 (/tmp/perf-6190.map)
	    7fdb6c6f2a11 [unknown] (/tmp/perf-6190.map)
	    55d0c8a3f0e1 [unknown] (/opt/deno)
	    7f067400aaab std::foo(int) (/tmp/a (b)/lib.so (deleted))
	    7f06740076a9 __libc_start_call_main (/usr/lib/libc.so.6)

deno    6190/6190   1287.000000600: PERF_RECORD_LOST lost 2
`;

Deno.test("readPerfScript() returns a recording for each event", async () => {
  const [clock, faults, ...others] = await readPerfScript([SCRIPT]);
  equal(others.length, 0);
  const { stacks, samples, ...facts } = clock!;
  deepEqual(facts, {
    sampler: "perf",
    samplerVersion: "perf 6.12.95",
    command: ["/opt/deno", "run", "-A", "app.ts"],
    event: "cpu-clock",
    unit: "nanoseconds",
    frequency: 999,
    callGraph: { method: "fp" },
    maxFrames: 127,
    start: Date.parse("Tue Nov 24 10:47:37 2026"),
    duration: 2881.294,
    lostSamples: 73,
    unreadLines: 0,
    clock: "perf",
    threads: [
      { pid: 6190, tid: 6190, name: "deno" },
      { pid: 6190, tid: 6191, name: "V8 DefaultWorke" },
    ],
  });
  deepEqual([...samples.time], [1287_000000500, 1288_500000000]);
  deepEqual([...samples.thread], [0, 0]);
  deepEqual([...samples.stack], [0, 0]);
  deepEqual([...samples.weight], [100010, 100010]);
  equal(stacks.length, 1);
  const { frames, ...count } = stacks[0]!;
  deepEqual({ ...count }, { thread: "deno", samples: 2, weight: 200020, isCut: false });
  deepEqual(frames.map((frame) => `${frame.kind} ${frameSymbol(frame)} ${frame.module}`), [
    "native __libc_start_call_main /usr/lib/libc.so.6",
    "native std::foo(int) /tmp/a (b)/lib.so",
    "runtime [deno] /opt/deno",
    "runtime [generated code] [generated code]",
    "typescript js::foo:/src/app.ts:8 ",
    "kernel do_fault [kernel.kallsyms]",
  ]);
  equal(faults!.event, "page-faults");
  equal(faults!.unit, "events");
  deepEqual(faults!.stacks.map(({ thread, weight }) => ({ thread, weight })), [
    { thread: "V8 DefaultWorke", weight: 12 },
  ]);
});

Deno.test("readPerfScript() reads a text in pieces of any size", async () => {
  deepEqual(await readPerfScript(SCRIPT.match(/.{1,7}/gs)!), await readPerfScript([SCRIPT]));
});

Deno.test("readPerfScript() marks a full stack without a thread's start as cut", async () => {
  const sample = (frames: number, ...outer: string[]) =>
    `deno 1/1 1.000000: 1 cpu-clock: \n${"\t 55d0 f (/lib/a.so)\n".repeat(frames)}` +
    outer.map((name) => `\t 55d1 ${name} (/lib/c.so)\n`).join("") + "\n";
  const isCut = async (header: string, text: string, maxFrames?: number) =>
    (await readPerfScript([header + text], { maxFrames }))[0]!.stacks[0]!.isCut;
  equal(await isCut(HEADER, sample(126)), false);
  equal(await isCut(HEADER, sample(127)), true);
  equal(await isCut(HEADER, sample(127), 1024), false);
  equal(await isCut(HEADER, sample(127, "start_thread")), false);
  // The copied bytes limit the depth of unwound stacks.
  const dwarf = HEADER.replace("inherit = 1", "inherit = 1, sample_stack_user = 8192");
  equal(await isCut(dwarf, sample(3)), true);
  equal(await isCut(dwarf, sample(3, "__libc_start_main@@GLIBC_2.34", "_start")), false);
});

Deno.test("readPerfScript() returns no recording without samples", async () => {
  deepEqual(await readPerfScript([HEADER]), []);
  deepEqual(await readPerfScript([]), []);
});

Deno.test("readPerfScript() reads samples without times and periods", async () => {
  const [{ samples, stacks }] = await readPerfScript([
    `${HEADER} io 1 2  -1/-1  my event: x:\n\t 55d0 f (/lib/a.so)\n\n`,
  ]) as [Recording];
  equal(samples.length, 0);
  deepEqual(stacks.map(({ thread, samples, weight }) => ({ thread, samples, weight })), [
    { thread: " io 1 2", samples: 1, weight: 1 },
  ]);
});

Deno.test("readPerfScript() keeps threads of several processes with JavaScript apart", async () => {
  const sample = (pid: number, symbol: string) =>
    `node ${pid}/${pid} 1.5: 1 cycles:\n\t 55d0 ${symbol} (/tmp/perf-${pid}.map)\n\n`;
  const labels = async (text: string) => {
    const commands = new Map([[2, ["/bin/node", "--inspect", "/x/vite", "build"]]]);
    const [recording] = await readPerfScript([HEADER + text], { commands });
    return recording!.stacks.map(({ thread }) => thread);
  };
  const [a, b, other] = [sample(1, "js::a:/a.ts:1"), sample(2, "js::b:/b.ts:1"), sample(3, "x")];
  deepEqual(await labels(a + other), ["node", "node"]);
  deepEqual(await labels(a + b + other), ["node 1", 'node 2 "vite build"', "node"]);
});

Deno.test("readPerfScript() takes the last numbers that fit, whatever a thread is called", async () => {
  const names = ["worker 1", "w 1/2", "pool 3 12", "-1 5", " io", "", "a 1/2 3.000000: 4 b:"];
  const text = names.map((name) =>
    `${name} 10/11 1.000000: 1000 cpu-clock: \n\t 55d0 f (/lib/a.so)\n\n`
  ).join("");
  const [{ stacks }] = await readPerfScript([HEADER + text]) as [Recording];
  deepEqual(
    stacks.map(({ thread, weight }) => [thread, weight]),
    names.map((name) => [name, 1000]),
  );
});

Deno.test("readPerfScript() ends a sample at a line that it does not know, and counts that", async () => {
  const [{ stacks, unreadLines }] = await readPerfScript([
    `${HEADER}deno 1/1 1.000000: 5 cpu-clock: \n\t 55d0 f (/lib/a.so)\nsomething else\n` +
    "\t 55d0 g (/lib/a.so)\n\n",
  ]) as [Recording];
  deepEqual(stacks.map(({ frames, weight }) => [frames.length, weight]), [[1, 5]]);
  // The line, and the frame of no sample.
  equal(unreadLines, 2);
});

Deno.test("readPerfScript() yields recordings in the header's order of events", async () => {
  const header = HEADER.replace(
    /^# event : .*$/m,
    "# event : name = a, , id = { 1 }\n# event : name = b, , id = { 2 }",
  );
  const sample = (event: string) => `deno 1/1 1.000000: 5 ${event}: \n\t 55d0 f (/lib/a.so)\n\n`;
  const recordings = await readPerfScript([header + sample("b") + sample("a")]);
  deepEqual(recordings.map(({ event }) => event), ["a", "b"]);
});
