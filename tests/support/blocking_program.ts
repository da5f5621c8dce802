/**
 * A program, for all runtimes, that blocks its event loop in three ways and awaits in between. It
 * uses timers, files, sockets, child processes and a Worker's lock, and prints as JSON their results
 * and the milliseconds that each function took. The argument is a directory to write in.
 */
export const BLOCKING = `import { execFile, execFileSync } from "node:child_process";
import { createReadStream, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";

const directory = process.argv[2];
const cell = new Int32Array(new SharedArrayBuffer(4));
const took = {};
function timed(name, body) {
  const start = performance.now();
  const result = body();
  took[name] = (took[name] ?? 0) + performance.now() - start;
  return result;
}
function sleeps() {
  return Atomics.wait(cell, 0, 0, 50);
}
function reads() {
  return readFileSync(directory + "/fifo", "utf8");
}
function asks() {
  return execFileSync("sh", ["-c", "sleep 0.05; echo asked"], { encoding: "utf8" });
}
function spins() {
  const end = performance.now() + 30;
  let sum = 0;
  while (performance.now() < end) sum += Math.sqrt(sum + 1);
  return sum > 0;
}
const results = [];
writeFileSync(directory + "/text", "x".repeat(300000));
const server = createServer((request, response) => response.end(request.url));
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = "http://127.0.0.1:" + server.address().port;
for (let i = 0; i < 8; i++) {
  const feeding = new Promise((resolve) =>
    execFile("sh", ["-c", "sleep 0.08; echo fed > " + directory + "/fifo"], resolve)
  );
  const read = timed("reads", reads);
  await feeding;
  results.push([
    read.trim(),
    timed("sleeps", sleeps),
    timed("asks", asks).trim(),
    timed("spins", spins),
    await (await fetch(url + "/" + i)).text(),
    await new Promise((resolve) => setTimeout(resolve, 20, "timer")),
    await new Promise((resolve, reject) => {
      let length = 0;
      createReadStream(directory + "/text").on("data", (piece) => length += piece.length)
        .on("end", () => resolve(length)).on("error", reject);
    }),
  ].join(" "));
}
server.close();
server.closeAllConnections?.();
console.log(JSON.stringify({ results, took }));
`;

/** The results that the program prints wherever it runs. */
export const RESULTS: readonly string[] = Array.from(
  { length: 8 },
  (_, i) => `fed timed-out asked true /${i} timer 300000`,
);

/** The functions that block, each with the line that waits and one of its system calls. */
export const BLOCKERS: readonly [name: string, line: number, call: RegExp][] = [
  ["sleeps", 16, /^futex$/],
  ["reads", 19, /^(?:openat|open|read)$/],
  ["asks", 22, /^(?:wait4|waitid|epoll_pwait|epoll_wait|ppoll|poll|read)$/],
];
