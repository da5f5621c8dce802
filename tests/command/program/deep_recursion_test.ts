/*
 * A program that recurses must not notice that it is profiled: thousands of levels, cold code
 * and callbacks included, work with trampolines on as they do plainly.
 */
import { equal } from "node:assert/strict";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../../../lib/command/cli.ts", import.meta.url));

const PROGRAM = `
function descend(n: number): number { return n === 0 ? 0 : 1 + descend(n - 1); }
function viaMap(n: number): number { return n === 0 ? 0 : [n].map((m) => 1 + viaMap(m - 1))[0]!; }
class Parser {
  at = 0;
  constructor(readonly text: string) {}
  expression(): number { return this.term(); }
  term(): number { return this.atom(); }
  atom(): number {
    if (this.text[this.at] !== "(") return 0;
    this.at++;
    const depth = this.expression();
    this.at++;
    return depth + 1;
  }
}
let error = "none";
try { descend(Infinity); } catch (caught) { error = (caught as Error).name; }
console.log(descend(6_000), viaMap(2_500), new Parser("(".repeat(2_500)).expression(), error);
`;

for (const [how, args] of [["on", ["-X", "perf"]], ["off", []]] as const) {
  Deno.test(`run goes thousands of levels deep, with trampolines ${how}`, async () => {
    const directory = await Deno.makeTempDir({ prefix: "xperf-deep-" });
    try {
      await Deno.writeTextFile(`${directory}/deep.ts`, PROGRAM);
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-lock", cli, "run", ...args, `${directory}/deep.ts`],
        env: { JS_PERF_SUPPORT: "", JS_PERF_JIT_SUPPORT: "" },
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const { stdout, stderr } = await child.output();
      const text = new TextDecoder();
      equal(text.decode(stderr), "");
      equal(text.decode(stdout), "6000 2500 2500 RangeError\n");
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
