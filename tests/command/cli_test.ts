import { equal, match } from "node:assert/strict";

import { runCommand } from "../support/command_process.ts";

Deno.test("main() prints the help on --help", async () => {
  const overview = await runCommand(["--help"]);
  equal(overview.code, 0);
  match(
    overview.stdout,
    /run .*\n.*profile .*\n.*top .*\n.*report .*\n.*annotate .*\n.*\n.*diff .*\n.*doctor/,
  );
  for (const command of ["run", "profile", "top", "annotate", "doctor"]) {
    const { code, stdout, stderr } = await runCommand([command, "--help"]);
    equal(code, 0);
    match(stdout, new RegExp(`^Usage: ${command} `));
    equal(stderr, "");
  }
});

Deno.test("main() answers a wrong command line with one error, one hint and status 2", async () => {
  const cases: [string[], string][] = [
    [
      [],
      "Cannot start: no command is named, must be one of run, profile, top, report, annotate, diff, doctor",
    ],
    [
      ["fly"],
      'Cannot start command "fly": it is unknown, must be one of run, profile, top, report, annotate, diff, doctor',
    ],
    [["toString"], 'Cannot start command "toString": it is unknown'],
    [["run", "--fly", "x.ts"], 'Cannot use option "--fly": it is unknown'],
    [["profile", "-F"], 'Cannot use option "-F": its value is missing'],
    [["run"], "Cannot run: no script is named"],
    [["run", "/no/such.ts"], 'Cannot run script "/no/such.ts": there is no such file'],
    [["profile", "/no/such.ts"], 'Cannot run script "/no/such.ts": there is no such file'],
    [["run", "/tmp"], 'Cannot run script "/tmp": it is a directory, must be a file'],
    [["doctor", "x"], 'Cannot use "x": doctor takes options only'],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await runCommand(args);
    equal(code, 2, args.join(" "));
    equal(stdout, "");
    const [error, hint, ...rest] = stderr.trimEnd().split("\n");
    equal(error!.startsWith(`error: ${message}`), true, stderr);
    equal(hint, "hint: --help lists commands and options");
    equal(rest.length, 0, stderr);
  }
});

Deno.test("main() names the command or the option that was probably meant", async () => {
  for (
    const [args, meant] of [
      [["profil", "x.ts"], "profile"],
      [["profile", "--frequency", "99"], "--freq"],
      [["report", "--fromat=html"], "--format"],
    ] as const
  ) {
    const { code, stderr } = await runCommand(args);
    equal(code, 2, args.join(" "));
    match(
      stderr,
      new RegExp(`\\nhint: did you mean ${meant}\\? --help lists commands and options\\n$`),
    );
  }
});

Deno.test("main() lists the same engines in its help and in its error", async () => {
  const { stderr } = await runCommand(["run", "--engine", "steam", "x.ts"]);
  const [, names] = /must be one of (.*)$/m.exec(stderr)!;
  for (const command of ["run", "profile"]) {
    const { stdout } = await runCommand([command, "--help"]);
    match(stdout, new RegExp(`--engine ${names!.replaceAll(", ", "\\|")}\\n`.replace("\\n", "\n")));
  }
});

Deno.test("main() answers a bad value with one error and status 2", async () => {
  const cases: [string[], RegExp][] = [
    [["run", "-X", "foo", "x.ts"], /^error: Cannot use option "-X foo": unknown name/],
    [["run", "-X", "perf=2", "x.ts"], /^error: Cannot use option "-X perf=2"/],
    [["run", "--engine", "steam", "x.ts"], /^error: Cannot use engine "steam" of --engine/],
    [["profile", "--call-graph", "lbr"], /^error: Cannot use call graph "lbr"/],
    [["profile", "--call-graph", "dwarf,65529"], /^error: Cannot use call graph size "65529"/],
    [["profile", "-F", "0"], /^error: Cannot record with frequency "0"/],
    [["profile", "-F", "1e3"], /^error: Cannot record with frequency "1e3"/],
    [["profile", "-k", "sundial"], /^error: Cannot record with clock "sundial"/],
    [["profile", "-m", "x"], /^error: Cannot record with mmap pages "x"/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await runCommand(args);
    equal(code, 2, args.join(" "));
    match(stderr, message);
    equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

Deno.test("main() names the variable that has a bad value", async () => {
  const { code, stderr } = await runCommand(["profile"], { env: { JS_PERF_ENGINE: "steam" } });
  equal(code, 2);
  match(stderr, /^error: Cannot use engine "steam" of JS_PERF_ENGINE/);
});
