/*
 * Whatever text they are given, parsers return something sensible or throw the error that their
 * documentation names.
 */
import { deepEqual, equal, ok } from "node:assert/strict";

import { formatCallGraph, MAX_STACK_DUMP_SIZE, parseCallGraph } from "../../lib/perf/call_graph.ts";
import { parseCommandLine } from "../../lib/command/command_line.ts";
import { parseOptionsOf } from "../../lib/command/options.ts";
import { explainPerfFailure, newerPerfCommand } from "../../lib/perf/perf_failure.ts";
import { roomyStackSize } from "../../lib/command/program/stack_size.ts";
import { dumpRegion, frameRecordRegions } from "../../lib/backends/jitdump/frame_record_region.ts";
import { makeSelection } from "../../lib/instrument/selection.ts";
import { parseMemoryMaps } from "../../lib/runtime/memory_maps.ts";
import { PerfError } from "../../lib/base/perf_error.ts";
import { parseProcessStart } from "../../lib/runtime/process_start.ts";
import { parsePerfVersion } from "../../lib/perf/perf_version.ts";
import { frameAt, frameSymbol, parseFunctionSymbol } from "../../lib/recording/frame.ts";
import { readPerfScript } from "../../lib/recording/perf_script/perf_script.ts";
import { recordingTotal } from "../../lib/recording/recording.ts";
import { decodeRecording, encodeRecording } from "../../lib/recording/recording_file.ts";
import { decideSwitches } from "../../lib/activation/switches.ts";
import { functionSymbol, sourceName } from "../../lib/base/symbol_name.ts";
import { attempt, fc, fuzz, mutated, textOf } from "../support/fuzz.ts";

fuzz(
  "parseCallGraph() takes any text",
  fc.oneof(
    textOf(["fp", "dwarf", ",", "-", "+", "0", "8", "65528", "65529", " ", "e", "x", "."], 6),
    fc.double().map((size) => `dwarf,${size}`),
    fc.bigInt().map((size) => `dwarf,${size}`),
  ),
  (text) => {
    const callGraph = attempt(() => parseCallGraph(text), RangeError);
    if (callGraph === undefined) return;
    deepEqual(parseCallGraph(formatCallGraph(callGraph)), callGraph);
    if (callGraph.method === "fp") return;
    ok(callGraph.size >= 8 && callGraph.size <= MAX_STACK_DUMP_SIZE && callGraph.size % 8 === 0);
  },
);

fuzz(
  "parsePerfVersion() takes any text",
  textOf(["perf version ", "v", "6", "7", ".", "-", "~rc1", "+deb", " ", "\n", "6.7.2", "99999"]),
  (text) => {
    const version = attempt(() => parsePerfVersion(text), SyntaxError);
    if (version === undefined) return;
    for (const number of [version.major, version.minor, version.patch]) ok(number >= 0);
    equal(typeof version.unwindsJitdump, "boolean");
  },
);

const MAPS = `\
55f1a1067000-55f1a2bf5000 r--p 00000000 fe:00 339380                     /usr/bin/deno
55f1a2bf5000-55f1a7000000 r-xp 01b8d000 fe:00 339380                     /usr/bin/deno
1fdc00000000-1fdc00040000 rwxp 00000000 00:00 0
7ffd12345000-7ffd12366000 rw-p 00000000 00:00 0                          [stack]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`;

fuzz(
  "parseMemoryMaps() takes any text, and what it finds is described",
  fc.oneof(
    mutated(fc.constant(MAPS), ["-", " ", "\n", "x", "f".repeat(20), "0", "(deleted)", "[anon:x]"]),
    textOf(["0", "f", "-", " ", "r-xp", "fe:00", "/a b", "[heap]", "\n", "\t", "\0"]),
  ),
  (text) => {
    const mappings = parseMemoryMaps(text);
    for (const { start, end, path } of mappings) {
      ok(start >= 0n && end >= 0n && !path.includes("\n"));
    }
    for (const region of frameRecordRegions(mappings, "/usr/bin/deno")) {
      const { codeSize, mappedSize } = dumpRegion(region) ?? { codeSize: 8, mappedSize: 256 };
      ok(codeSize >= 8 && codeSize % 8 === 0 && mappedSize >= 256);
    }
  },
);

const STAT =
  "17 (deno) S 1 17 17 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 1234 5678 90 18446744073709551615\n";

fuzz(
  "parseProcessStart() takes any text",
  fc.tuple(
    mutated(fc.constant(STAT), [")", "(", " ", "-", "9".repeat(40), "\n", "x", "1e9", "0x1"]),
    textOf(["20", ".", "5", " ", "-", "e", "\n", "9".repeat(400)], 6),
  ),
  ([stat, uptime]) => {
    const start = parseProcessStart(stat, uptime, 1e12);
    ok(start === undefined || typeof start === "number");
  },
);

const LIMITS = `\
Limit                     Soft Limit           Hard Limit           Units
Max stack size            8388608              unlimited            bytes
Max open files            1024                 1048576              files
`;

fuzz(
  "roomyStackSize() takes any text",
  mutated(fc.constant(LIMITS), ["unlimited", " ", "\n", "-1", "9".repeat(30), "Max stack size"]),
  (text) => {
    const size = roomyStackSize(text);
    ok(size === undefined || Number.isFinite(size) && size > 0, String(size));
  },
);

fuzz(
  "explainPerfFailure() and newerPerfCommand() take any text",
  textOf([
    ...["Error:\n", "perf_event_paranoid setting is ", "-1", "2", "No permission", "perf list"],
    ...["ID=", "debian", "ubuntu", '"', "ID_LIKE=", "\n", "warning: ", "."],
  ]),
  (text) => {
    const { message, code } = explainPerfFailure(text, {
      paranoid: 2,
      filtered: text.length % 2 > 0,
    });
    ok(message.startsWith("Cannot record with perf: ") && code === "perf");
    equal(typeof newerPerfCommand(text), "string");
  },
);

const SCRIPT = `\
# captured on    : Tue Nov 24 10:00:00 2026
# perf version : 6.12.95
# cmdline : /usr/bin/perf record -F 999 -g -o perf.data -- deno run -A a.ts
# event : name = cpu-clock:ppp, , id = { 1, 2 }, type = 1 (software), { sample_period, sample_freq } = 999
#
deno    6190/6190 12.345678901:    1001001 cpu-clock:ppp:
\t    7fbd3a94db70 js::foo:/src/app.ts:12 (/tmp/perf-6190.map)
\t    55f1a2bf5000 [unknown] (/usr/bin/deno)
\tffffffff81000000 do_syscall_64 ([kernel.kallsyms])
\t    7fbd3a94db70 __libc_start_call_main (/usr/lib/x86_64-linux-gnu/libc.so.6)

deno    6190/6190 12.345678902: PERF_RECORD_LOST lost 71
V8 Worker (1)    6190/6191 12.345678: 500 cycles:
\t               0 [unknown] ([unknown])

`;

const SCRIPT_PIECES = [
  ...[
    "deno",
    " ",
    "\t",
    "\n",
    "\n\n",
    "6190",
    "cycles:",
    "1.000000:",
    "-1",
    "/",
    "(",
    ")",
    "[unknown]",
    "js::",
    ":12",
  ],
  ...["PERF_RECORD_LOST lost ", "# ", "99999999999999999999", "\0", "{", "}", "freq = "],
];

fuzz(
  "readPerfScript() takes any text, in pieces of any size",
  fc.tuple(
    fc.oneof(mutated(fc.constant(SCRIPT), SCRIPT_PIECES), textOf(SCRIPT_PIECES)),
    fc.array(fc.nat(400), { maxLength: 4 }),
  ),
  async ([text, places]) => {
    const whole = await attempt(() => readPerfScript([text]), PerfError, SyntaxError);
    const cuts = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b)];
    const pieces = cuts.map((start, i) => text.slice(start, cuts[i + 1]));
    deepEqual(await readPerfScript(pieces), whole);
    for (const recording of whole ?? []) {
      const { samples, weight } = recordingTotal(recording);
      ok(samples >= 0 && weight >= 0 && recording.lostSamples >= 0);
      deepEqual(recordingTotal(decodeRecording(encodeRecording(recording))), { samples, weight });
      for (const { frames } of recording.stacks) {
        for (const frame of frames) equal(typeof frameSymbol(frame), "string");
      }
    }
  },
);

fuzz(
  "decodeRecording() reads what encodeRecording() writes, and refuses what is none",
  fc.oneof(
    textOf([
      '{"format":"@x/perf recording","version":2,',
      '"stacks":',
      '"frames":',
      '"threads":',
      '"samples":',
      '{"time":"AAAAAAAA8D8=","thread":"AAAAAA==","stack":"AAAAAA==","weight":"AAAAAAAA8D8="}',
      "[",
      "]",
      "{}",
      "}",
      "1",
      ",",
    ]),
    fc.json().map((json) =>
      `{"format":"@x/perf recording","version":2,"stacks":${json},"frames":[]}`
    ),
  ),
  (text) => {
    const recording = attempt(() => decodeRecording(text), SyntaxError);
    if (recording !== undefined) ok(Array.isArray(recording.stacks));
  },
);

const label = fc.record({
  name: fc.string({ unit: "grapheme" }),
  // An address that ends like a line cannot be told from one.
  file: fc.webUrl().map(sourceName).filter((file) => !/:\d+$/.test(file)),
  line: fc.option(fc.integer({ min: 1, max: 2 ** 31 }), { nil: undefined }),
});

fuzz("a function's symbol is taken apart as it was put together", label, (given) => {
  const symbol = functionSymbol(given);
  const parsed = parseFunctionSymbol(symbol);
  ok(parsed !== undefined);
  equal(`${parsed.name}:${parsed.file}`, symbol.replace(/^js::/, "").replace(/:\d+$/, ""));
  equal(parsed.line, given.line);
});

fuzz(
  "parseFunctionSymbol() and frameAt() take any text",
  textOf(["js::", ":", "/", "file:///", "12", "foo", "<anonymous>", "node_modules/", "npm:", " "]),
  (symbol) => {
    parseFunctionSymbol(symbol);
    equal(typeof frameSymbol(frameAt({ symbol, module: symbol.slice(1) })), "string");
  },
);

fuzz(
  "decideSwitches() takes any switches",
  fc.tuple(
    fc.array(textOf(["perf", "perf_jit", "=", "0", "1", " "], 4), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom("JS_PERF_SUPPORT", "JS_PERF_JIT_SUPPORT", "JS_PERF_ENGINE"),
      fc.oneof(fc.constantFrom("", "0", "1", "auto", "native", "wasm"), fc.string()),
    ),
  ),
  ([x, variables]) => {
    const wish = attempt(() => decideSwitches((name) => variables[name], { x }), RangeError);
    if (wish === undefined) return;
    ok([undefined, "perf", "perf_jit"].includes(wish.backend));
    ok(["auto", "native", "wasm"].includes(wish.engine));
  },
);

fuzz(
  "parseCommandLine() takes any words",
  fc.array(
    textOf(
      ["-", "--", "X", "perf", "=", "freq", "-F", "call-graph", "help", "a.ts", "g", "no-"],
      4,
    ),
    { maxLength: 6 },
  ),
  (words) => {
    const line = attempt(() => parseCommandLine(words, parseOptionsOf("profile")), PerfError);
    if (line?.script === undefined) return;
    deepEqual(line.scriptArgs, words.slice(words.length - line.scriptArgs.length));
  },
);

fuzz(
  "makeSelection() takes any patterns",
  fc.tuple(
    textOf(
      ["npm:", "jsr:", "*", "**", "/", ",", "{", "}", "!", "[", "]", "(", ")", "a", ".ts"],
      12,
    ),
    textOf(["file:///", "node_modules/", "a", "/", ".ts", "?", "#", "@b/"], 8),
  ),
  ([text, url]) => {
    const list = { text, source: "--include" };
    const none = { text: "", source: "--exclude" };
    const selects = attempt(
      () => makeSelection({ include: list, exclude: none, directory: "/" }),
      RangeError,
    );
    if (selects !== undefined) equal(typeof selects(url), "boolean");
  },
);
