import { equal, match } from "node:assert/strict";

import {
  CONTAINER_COMMAND,
  explainPerfFailure,
  installCommand,
  newerPerfCommand,
  PARANOID_COMMAND,
} from "../../lib/perf/perf_failure.ts";

const FORBIDDEN = `Error:
Access to performance monitoring and observability operations is limited.
Consider adjusting /proc/sys/kernel/perf_event_paranoid setting to open
access to performance monitoring and observability operations for processes
without CAP_PERFMON, CAP_SYS_PTRACE or CAP_SYS_ADMIN Linux capability.
`;

Deno.test("explainPerfFailure() names the mend for a strict perf_event_paranoid", () => {
  const { code, message, hint } = explainPerfFailure(FORBIDDEN, { paranoid: 4, filtered: true });
  equal(code, "perf");
  match(message, /perf_event_paranoid is 4, must be 1 or less/);
  equal(hint, PARANOID_COMMAND);
});

Deno.test("explainPerfFailure() prefers the level that perf names", () => {
  const stderr = `${FORBIDDEN}perf_event_paranoid setting is 3:\n`;
  match(
    explainPerfFailure(stderr, { paranoid: 1, filtered: false }).message,
    /perf_event_paranoid is 3/,
  );
});

Deno.test("explainPerfFailure() blames the container if paranoid allows recording", () => {
  const { message, hint } = explainPerfFailure(FORBIDDEN, { paranoid: 2, filtered: true });
  match(message, /seccomp/);
  equal(hint, CONTAINER_COMMAND);
});

Deno.test("explainPerfFailure() copes with an unreadable perf_event_paranoid", () => {
  const { message, hint } = explainPerfFailure("Permission denied", {
    paranoid: undefined,
    filtered: false,
  });
  match(message, /perf_event_paranoid is unknown/);
  equal(hint, PARANOID_COMMAND);
});

Deno.test("explainPerfFailure() repeats perf's first sentence in all other cases", () => {
  const limits = { paranoid: 1, filtered: false };
  const event = explainPerfFailure(
    "event syntax error: 'nosuch'\n    \\___ Bad event name\nRun 'perf list' for a list\n",
    limits,
  );
  equal(event.message, "Cannot record with perf: event syntax error: 'nosuch'");
  equal(event.hint, "perf list");
  const other = explainPerfFailure("Error:\n\nfailed to mmap.\n", limits);
  equal(other.message, "Cannot record with perf: failed to mmap");
  equal(other.hint, undefined);
  equal(explainPerfFailure("", limits).message, "Cannot record with perf: perf says nothing");
});

Deno.test("installCommand() knows the distribution, or one that it derives from", () => {
  equal(installCommand("ID=debian\n"), "sudo apt-get install linux-perf");
  match(installCommand('NAME="x"\nID=ubuntu\nID_LIKE=debian\n'), /linux-tools-/);
  equal(installCommand('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), "sudo dnf install perf");
  equal(installCommand("ID=opensuse-leap\n"), "sudo zypper install perf");
  match(installCommand(""), /^install your distribution's/);
});

Deno.test("newerPerfCommand() takes Debian's backports, and the usual package elsewhere", () => {
  equal(
    newerPerfCommand("ID=debian\nVERSION_CODENAME=bookworm\n"),
    "sudo apt-get install -t bookworm-backports linux-perf",
  );
  equal(newerPerfCommand("ID=debian\n"), "sudo apt-get install linux-perf");
  equal(newerPerfCommand("ID=fedora\nVERSION_CODENAME=x\n"), "sudo dnf install perf");
});
