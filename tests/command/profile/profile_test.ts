import { equal, match } from "node:assert/strict";

import { runCommand, Workplace } from "../../support/command_process.ts";

/** A script that leaves a file where it has run. */
const MARKER = "Deno.writeTextFileSync('ran', '');";

/** A `perf` that answers as told, first on PATH. */
async function profileWithPerf(
  place: Workplace,
  { version = "echo perf version 6.12.95", record = "exit 0", script = "exit 0" },
  ...args: string[]
) {
  place.write(
    "bin/perf",
    `#!/bin/sh
case "$1" in
  --version) ${version};;
  record) ${record};;
  evlist) echo cycles:P;;
  script) ${script};;
esac
`,
    0o755,
  );
  place.write("app.ts", MARKER);
  return await runCommand(["profile", ...args, "app.ts"], {
    cwd: place.path,
    env: { PATH: `${place.path}/bin:${Deno.env.get("PATH")}` },
  });
}

Deno.test("profile() without perf says how to install it, and runs nothing", async () => {
  await using place = new Workplace();
  place.write("app.ts", MARKER);
  Deno.mkdirSync(`${place.path}/empty`);
  const { code, stdout, stderr } = await runCommand(["profile", "--sampler=perf", "app.ts"], {
    cwd: place.path,
    env: { PATH: `${place.path}/empty` },
  });
  equal(code, 1);
  equal(stdout, "");
  match(
    stderr,
    /^error: Cannot run perf: it is not on PATH, must be installed\nhint: .*(install|perf).*\n$/,
  );
  equal(place.has("ran"), false);
  equal(place.has("perf.data"), false);
});

Deno.test("profile() repeats the error of a perf that does not start", async () => {
  await using place = new Workplace();
  const version = "echo 'WARNING: perf not found for kernel 6.18' >&2; exit 2";
  const { code, stderr } = await profileWithPerf(place, { version }, "--sampler=perf");
  equal(code, 1);
  match(stderr, /^error: Cannot run perf: WARNING: perf not found for kernel 6\.18\nhint: /);
  equal(place.has("ran"), false);
});

Deno.test("profile() names the mend if perf may not record, and runs nothing", async () => {
  await using place = new Workplace();
  const record = `cat >&2 <<'END'
Error:
Access to performance monitoring and observability operations is limited.
Consider adjusting /proc/sys/kernel/perf_event_paranoid setting to open
access to performance monitoring and observability operations for processes
without CAP_PERFMON, CAP_SYS_PTRACE or CAP_SYS_ADMIN Linux capability.
perf_event_paranoid setting is 4:
END
exit 255`;
  const { code, stderr } = await profileWithPerf(place, { record }, "--sampler=perf");
  equal(code, 1);
  match(
    stderr,
    /^error: .*perf_event_paranoid is 4.*\nhint: sudo sysctl kernel.perf_event_paranoid=1\n$/,
  );
  equal(place.has("ran"), false);
});

Deno.test("profile() falls back to cpu-clock where perf's own event fails, and says so", async () => {
  await using place = new Workplace();
  const record = `
    echo "$@" >> calls
    case "$*" in *cpu-clock*) ;; *) echo 'No such file or directory for event (cycles:P)' >&2; exit 255;; esac
    while [ "$1" != -o ]; do shift; done
    printf 'PERFILE2 new' > "$2"`;
  const script =
    "printf 'deno 1/1 1.000000000: 100 cpu-clock: \\n\\t1f js::foo:/a.ts:1 (/tmp/perf-1.map)\\n\\t2f main (/bin/a)\\n\\n'";
  const { code, stdout, stderr } = await profileWithPerf(place, { record, script });
  equal(code, 0, stderr);
  match(stderr, /no hardware events for perf, recording with -e cpu-clock/);
  match(stdout, /js::foo:\/a\.ts:1/);
  match(
    Deno.readTextFileSync(`${place.path}/calls`),
    /-e cpu-clock -o perf\.data -k mono -- .*app\.ts\n$/,
  );
});

Deno.test("profile() keeps the event that the user chose", async () => {
  await using place = new Workplace();
  const record = "echo \"event syntax error: '$5'\" >&2; exit 129";
  const { code, stderr } = await profileWithPerf(place, { record }, "-e", "nosuch");
  equal(code, 1);
  match(stderr, /^error: Cannot record with perf: event syntax error/);
});

Deno.test("profile() does not report an earlier recording as its own", async () => {
  await using place = new Workplace();
  place.write("perf.data", "PERFILE2 of yesterday");
  const { code, stderr } = await profileWithPerf(place, {
    record: 'case "$*" in *app.ts*) exit 255;; esac',
  });
  equal(code, 1);
  match(
    stderr,
    /error: Cannot report "perf\.data": nothing was measured, perf record ended with status 255/,
  );
  equal(Deno.readTextFileSync(`${place.path}/perf.data`), "PERFILE2 of yesterday");
});

Deno.test("profile() fails where perf recorded no sample", async () => {
  await using place = new Workplace();
  const { code, stderr } = await profileWithPerf(place, {
    record: "case \"$*\" in *app.ts*) printf 'PERFILE2 new' > perf.data;; esac",
    script: "echo '# perf version : 6.12.95'",
  });
  equal(code, 1);
  match(stderr, /nothing was measured/);
});

Deno.test("profile() refuses an output that it cannot write, or that is no recording", async () => {
  await using place = new Workplace();
  place.write("app.ts", MARKER);
  const options = { cwd: place.path };
  const nowhere = await runCommand(["profile", "-o", "no/where", "app.ts"], options);
  equal(nowhere.code, 1);
  match(
    nowhere.stderr,
    /^error: Cannot write "no\/where": .*\nhint: -o FILE names another place\n$/,
  );
  const source = await runCommand(["profile", "-o", "app.ts", "app.ts"], options);
  equal(source.code, 1);
  match(source.stderr, /^error: Cannot write "app\.ts": it is no recording of perf/);
  equal(Deno.readTextFileSync(`${place.path}/app.ts`), MARKER);
  equal(place.has("ran"), false);
});

Deno.test("profile() refuses a perf too old for -X perf_jit before it records", async () => {
  await using place = new Workplace();
  for (const name of ["6.1.0", "6.6.99", "6.7-3"]) {
    const { code, stderr } = await profileWithPerf(
      place,
      { version: `echo perf version ${name}` },
      "-X",
      "perf_jit",
    );
    equal(code, 1);
    match(
      stderr,
      new RegExp(
        `^error: Cannot profile with "-X perf_jit": perf is ${name}, must be 6.7.2 or newer.*\nhint: .*install.*\n$`,
      ),
    );
    equal(place.has("ran"), false);
  }
});

Deno.test("profile() refuses a clock that a jitdump does not have", async () => {
  await using place = new Workplace();
  const { code, stderr } = await profileWithPerf(place, {}, "-X", "perf_jit", "-k", "real");
  equal(code, 2);
  match(stderr, /^error: Cannot record a jitdump with clock "real": must be mono\n/);
  equal(place.has("ran"), false);
});

Deno.test("profile() -X perf_jit copies more stack than perf does of its own accord", async () => {
  await using place = new Workplace();
  const record = 'echo "$@" >> calls';
  const sizeOf = async (...args: string[]) => {
    place.write("calls", "");
    await profileWithPerf(place, { record }, "-X", "perf_jit", ...args);
    return [...Deno.readTextFileSync(`${place.path}/calls`).matchAll(/--call-graph (\S+)/g)]
      .at(-1)![1];
  };
  equal(await sizeOf(), "dwarf,16384");
  equal(await sizeOf("--call-graph", "dwarf"), "dwarf,16384");
  equal(await sizeOf("--call-graph", "dwarf,8192"), "dwarf,8192");
  equal(await sizeOf("-g"), "fp");
});
