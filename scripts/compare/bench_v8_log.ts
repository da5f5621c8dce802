/*
 * Measures time and memory of reading V8's log and of resolving stacks, with a made-up log like
 * that of a large program, and made-up stacks.
 *
 *     deno run -A scripts/compare/bench_v8_log.ts [megabytes] [stacks]
 */
import { V8Log } from "../../lib/v8_log/v8_log.ts";

const FUNCTIONS_A_SCRIPT = 200;
const FRAMES = 30;

/** Returns a random number below a limit; each run has the same numbers. */
function randomNumbers(): (limit: number) => number {
  let state = 12345;
  return (limit) => {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

/** Writes a log of at least a size; returns the addresses of some of its code, with their times. */
function writeLog(path: string, size: number): { addresses: Float64Array; times: Float64Array } {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const random = randomNumbers();
  const encoder = new TextEncoder();
  let [written, time, code, sfi, bytecode] = [0, 0, 0x7f0000000000, 0x100000000000, 0x200000000000];
  let parts = ["v8-version,15,0,245,2,-made-up,0\n"];
  const [addresses, times]: [number[], number[]] = [[], []];
  for (let i = 0; i < 2000; i++) {
    parts.push(
      `code-creation,Builtin,3,${i},0x${(0x550000000000 + i * 1024).toString(16)},900,B${i}\n`,
    );
  }
  for (let script = 1; written < size; script++) {
    const url = `file:///made/up/${script}.js`;
    const lines = Array.from(
      { length: FUNCTIONS_A_SCRIPT },
      (_, i) => `function f${script}_${i}(a) { return a > 0 ? f${script}_${i >> 1}(a - 1) : 0; }`,
    );
    const offsets = lines.map(((at) => (line) => (at += line.length + 1) - line.length - 1)(0));
    parts.push(`script-source,${script},${url},${lines.join("\\n")}\n`);
    const sfis: string[] = [];
    for (let i = 0; i < FUNCTIONS_A_SCRIPT; i++) {
      const name = `f${script}_${i}`;
      const start = offsets[i]! + 9 + name.length;
      const end = offsets[i]! + lines[i]!.length;
      const label = `${name} ${url}:${i + 1}:${10 + name.length},0x${(sfi += 64).toString(16)}`;
      sfis.push(`S0x${sfi.toString(16)}`);
      const create = (tier: number, address: number, length: number, mark: string, table: string) =>
        parts.push(
          `code-creation,JS,${tier},${time += 3},0x${
            address.toString(16)
          },${length},${label},${mark}\n` +
            `code-source-info,0x${address.toString(16)},${script},${start},${end},${table}\n`,
        );
      // When the code space is full, it is reused.
      const allocate = (length: number) => {
        if (code > 0x7f0008000000) code = 0x7f0000000000;
        return (code += 640 + (length & ~63)) - 640 - (length & ~63);
      };
      create(3, allocate(576), 576, "~", ",,");
      create(
        10,
        bytecode += 128,
        40,
        "~",
        `C0O${start}C5O${start + 4}C12O${start + 9}C20O${end},,`,
      );
      if (random(3) > 0) continue;
      const at = allocate(1200);
      const table = Array.from(
        { length: 60 },
        (_, k) => `C${k * 20}O${start + k % 40}${k % 3 ? `I${k % 3 - 1}` : ""}`,
      ).join("");
      create(
        13,
        at,
        1200,
        "*",
        `${table},F0O${start + 5}F1O${start + 9}I0,${sfis.slice(-2).join("")}`,
      );
      if (random(8) === 0 && sfis.length > 1) {
        addresses.push(at + 16 * random(70));
        times.push(time + 1);
      }
    }
    const chunk = encoder.encode(parts.join(""));
    file.writeSync(chunk);
    written += chunk.length;
    parts = [];
  }
  return { addresses: Float64Array.from(addresses), times: Float64Array.from(times) };
}

const [megabytes, stacks] = [Number(Deno.args[0] ?? 500), Number(Deno.args[1] ?? 2_000_000)];
const path = Deno.makeTempFileSync({ prefix: "isolate-0x1-1-", suffix: ".log" });
try {
  const { addresses, times } = writeLog(path, megabytes * 1e6);
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  const bytes = new Uint8Array(1 << 20);
  const read = (offset: number, length: number) => {
    const buffer = length <= bytes.length ? bytes.subarray(0, length) : new Uint8Array(length);
    file.seekSync(offset, Deno.SeekMode.Start);
    let got = 0;
    for (let n; got < length && (n = file.readSync(buffer.subarray(got))) !== null;) got += n;
    return length <= bytes.length ? buffer.slice(0, got) : buffer.subarray(0, got);
  };
  const memory = () => `${Math.round(Deno.memoryUsage().rss / 1e6)} MB resident`;
  console.log(`before reading: ${memory()}`);
  let start = performance.now();
  const log = await V8Log.read({ path, size: () => size, read }, {
    polls: [[0, 0, 0], [1e18, 1e18, size]],
  });
  let took = (performance.now() - start) / 1e3;
  console.log(
    `${Math.round(size / 1e6)} MB read in ${took.toFixed(1)} s: ${
      Math.round(size / 1e6 / took)
    } MB/s, ${memory()}, problem: ${log.problem}`,
  );
  // As in a profile, some of 50,000 places are seen often, and stacks repeat.
  const random = randomNumbers();
  const { offset } = log.clock!;
  const count = Math.min(addresses.length, 50_000);
  const places = Uint32Array.from(
    { length: 20_000 * FRAMES },
    () => addresses.length - 1 - Math.floor(random(count) * random(1000) / 1000),
  );
  for (const [what, wanted] of [["first", 20_000], ["all", stacks]] as const) {
    start = performance.now();
    let named = 0;
    for (let i = 0, next = 0; i < wanted * FRAMES; i++) {
      const place = places[next]!;
      next = next + 1 === places.length ? 0 : next + 1;
      const frames = log.framesAt(addresses[place]!, times[place]! + offset, i % FRAMES > 0);
      if (frames !== undefined) named++;
    }
    took = (performance.now() - start) / 1e3;
    console.log(
      `${what} ${wanted} stacks of ${FRAMES} in ${took.toFixed(1)} s: ${
        Math.round(wanted / took)
      } a second, ${Math.round(named / wanted / FRAMES * 100)} % named, ${memory()}`,
    );
  }
} finally {
  Deno.removeSync(path);
}
