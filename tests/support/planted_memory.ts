/*
 * A program that allocates known amounts of memory in known lines.
 */

/** Bytes of a word of V8's, without pointer compression: Deno and Node have none. */
const WORD = 8;

/** Bytes of the objects that `many()` makes: map, properties and elements, then two fields. */
export const MANY_BYTES: number = 2e6 * (3 + 2) * WORD;

/** Bytes of the arrays that `remember()` keeps: a header of two words, 1000 elements, and the array. */
export const LEAK_BYTES: number = 1e4 * (2 + 1000 + 4) * WORD;

/** The lines where the two functions begin. */
export const PLANTED_LINES = { many: 2, remember: 8 } as const;

/**
 * The program. Its first argument says how it ends; where there is none it ends by itself. Each call of
 * `step()` plants {@linkcode LEAK_BYTES}.
 */
export const PLANTED = `import process from "node:process";
function many(count) {
  let last;
  for (let i = 0; i < count; i++) last = { a: i, b: i };
  return last;
}
const cache = new Map();
function remember(key) {
  const kept = new Array(1000).fill(key);
  cache.set(key, () => kept);
}
function step(from) {
  for (let i = from; i < from + 10000; i++) remember(i);
}
many(2e6);
performance.mark("part");
step(0);
performance.measure("part", "part");
const how = process.argv[2];
if (how === "exit") process.exit(3);
if (how === "Deno.exit") Deno.exit(3);
if (how === "throw") throw new Error("on purpose");
if (how === "reject") Promise.reject(new Error("on purpose"));
if (how === "kill") process.kill(process.pid, "SIGTERM");
if (how === "wait") {
  console.log("ready");
  process.stdin.once("data", () => {
    step(1e5);
    console.log("ready");
    process.stdin.once("data", () => process.exit());
  });
}
if (how === "listens") {
  process.on("SIGTERM", () => {
    console.log("heard");
    process.exit(5);
  });
  console.log(process.listenerCount("SIGTERM"));
  process.kill(process.pid, "SIGTERM");
  setInterval(() => {}, 1000);
}
if (how === "busy") for (;;);
if (how !== undefined) setInterval(() => {}, 1000);
`;
