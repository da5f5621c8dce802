/*
 * The program that `deno task profile` records if no script is named: three functions that call
 * each other, hot for 1.5 s.
 */

let sum = 0;

function foo(rounds: number): number {
  for (let i = 0; i < rounds; i++) {
    sum = (sum * 31 + i) | 0;
  }
  return sum;
}

function bar(rounds: number): number {
  return foo(rounds);
}

function baz(rounds: number): number {
  return bar(rounds);
}

const end = performance.now() + 1500;
while (performance.now() < end) {
  baz(100_000);
}
console.log(`baz, bar and foo are done: ${sum}`);
