import { deepEqual, equal, match } from "node:assert/strict";

import { obstacleOfCommand, testNeeding } from "../../support/needing.ts";
import { refusing } from "../../support/refuse.ts";
import { runCommand, Workplace } from "../../support/command_process.ts";

const NAMES = [
  "HAVE_PERF_TRAMPOLINE",
  "frame pointers",
  "engines",
  "perf",
  "recording",
  "built-in sampler",
  "perf's abilities",
  "perf_event_paranoid",
  "perf_event_max_stack",
  "kptr_restrict",
  "/tmp writable",
  "/tmp executable",
  "permissions",
];

Deno.test("doctor() prints the same findings as text and as JSON", async () => {
  const people = await runCommand(["doctor"]);
  const programs = await runCommand(["doctor", "--json"]);
  const { ok, checks, support } = JSON.parse(programs.stdout);
  deepEqual(checks.map(({ name }: { name: string }) => name), NAMES);
  equal(support.arch, Deno.build.arch);
  for (const { code } of [people, programs]) equal(code, ok ? 0 : 1);
  for (const name of NAMES) match(people.stdout, new RegExp(`^[✓!✗] ${name} `, "m"));
  equal(people.stdout.includes("\x1b"), false);
  equal(people.stderr + programs.stderr, "");
});

Deno.test("doctor() without perf names the install command, and the built-in sampler", async () => {
  await using place = new Workplace();
  const { code, stdout } = await runCommand(["doctor"], { env: { PATH: place.path } });
  equal(code, 0);
  match(stdout, /^! perf +Cannot run perf: it is not on PATH.*\n +→ .*perf/m);
  match(stdout, /^✓ built-in sampler +works, profile uses it/m);
  match(stdout, /A profile can be recorded\.\n$/);
});

testNeeding(
  obstacleOfCommand("gcc", "--version"),
  "doctor() fails if nothing can sample",
  async () => {
    await using place = new Workplace();
    const { code, stdout } = await runCommand(["doctor"], {
      cwd: place.path,
      under: await refusing(["perf_event_open", "timer_create"], place.path),
    });
    equal(code, 1);
    match(stdout, /^✗ recording +Cannot record with perf/m);
    match(stdout, /^✗ built-in sampler +Cannot sample this process: /m);
    match(stdout, /No profile can be recorded\.\n$/);
  },
);
