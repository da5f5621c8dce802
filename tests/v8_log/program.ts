type Work = (n: number) => number;

// TypeScript removes these lines, so that the lines of the two texts differ.
interface Point {
  x: number;
  y: number;
}

function leaf(n: number): number {
  return Math.sqrt(n) * 3 +
    n % 7;
}

function mid(n: number): number {
  return leaf(n) + leaf(n + 1);
}

function top(n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += mid(i);
  return sum;
}

class Shape {
  #size: number;
  constructor(size: number) {
    this.#size = size;
  }
  get area(): number {
    return this.#size % 11 * this.#size;
  }
  grow(by: number): number {
    this.#size = (this.#size + by) % 1000;
    return this.area;
  }
  static make(size: number): Shape {
    return new Shape(size);
  }
}

const LOOP = "let s = 0; for (let i = 0; i < n; i++) s = (s + i % 3) & 255; return s;";
const made = new Function("n", LOOP) as Work;
const evaluated = (0, eval)(`(function evaluated(n) {\n  ${LOOP}\n})`) as Work;
const within = new Function("o", `with (o) { return function withinWith(n) { ${LOOP} } }`)(
  {},
) as Work;
const expression = /(a+)+b|[x-z]{3}/;

/** (func (export "spin") (param i32) (result i32)): counts down to zero. */
// deno-fmt-ignore
const SPIN = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 127, 1, 127, 3, 2, 1, 0, 7, 8, 1, 4, 115, 112, 105, 110, 0, 0,
  10, 21, 1, 19, 0, 3, 64, 32, 0, 65, 1, 107, 34, 0, 65, 0, 74, 13, 0, 11, 32, 0, 11,
];
const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(SPIN)));
const spin = instance.exports["spin"] as Work;

const shape = Shape.make(3);
const hot = { match: (text: string) => expression.test(text) };
const end = Date.now() + 150;
let rounds = 0;
while (Date.now() < end) {
  top(2000);
  for (let i = 0; i < 500; i++) shape.grow(i);
  made(500);
  evaluated(500);
  within(500);
  for (let i = 0; i < 50; i++) hot.match("aaaaaaac".repeat(2));
  spin(500);
  rounds++;
}
if (rounds < 0) console.log(({ x: 1, y: 2 } as Point).x);
const code = `function inWorker(n) { ${LOOP} }
const end = Date.now() + 60; while (Date.now() < end) inWorker(1000);`;
await runWorker(code);

async function runWorker(code: string): Promise<void> {
  if ("Deno" in globalThis) {
    const url = URL.createObjectURL(
      new Blob([code + "self.close();"], { type: "text/javascript" }),
    );
    const worker = new Worker(url, { type: "module" });
    await new Promise((resolve) => setTimeout(resolve, 300));
    worker.terminate();
  } else {
    const { Worker } = await import("node:worker_threads");
    const worker = new Worker(code, { eval: true });
    await new Promise((resolve) => worker.on("exit", resolve));
  }
}
