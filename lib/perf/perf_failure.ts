import { PerfError } from "../base/perf_error.ts";

/** Settings of the system that can forbid `perf` to record. */
export interface PerfLimits {
  /** The kernel's `perf_event_paranoid`; `undefined` where it cannot be read. */
  paranoid: number | undefined;
  /** Whether a seccomp filter holds for this process, as in a container. */
  filtered: boolean;
}

/** Lets every user profile their own processes, with the kernel. */
export const PARANOID_COMMAND = "sudo sysctl kernel.perf_event_paranoid=1";

/** Docker's default seccomp profile allows perf_event_open only with this capability. */
export const CONTAINER_COMMAND = "docker run --cap-add PERFMON --security-opt seccomp=unconfined …";

/** perf's messages for EACCES and EPERM (tools/perf/util/evsel.c). */
const FORBIDDEN =
  /perf_event_paranoid|no permission|permission denied|operation not permitted|not permitted|limited/i;

/**
 * Explains in one sentence why `perf record` failed, with the command that mends it.
 *
 * @param stderr The messages that perf printed.
 * @param limits The system's settings.
 */
export function explainPerfFailure(stderr: string, limits: PerfLimits): PerfError {
  const options = { code: "perf", cause: stderr.trim() } as const;
  const said = firstSentence(stderr);
  if (!FORBIDDEN.test(stderr)) {
    const hint = /\bperf list\b/.test(stderr) ? "perf list" : undefined;
    return new PerfError(`Cannot record with perf: ${said}`, { ...options, hint });
  }
  const level = /perf_event_paranoid setting is (-?\d+)/.exec(stderr)?.[1];
  const paranoid = level === undefined ? limits.paranoid : Number(level);
  // Up to 2 the kernel lets all users profile their own processes, so something else forbade it.
  const isFilter = limits.filtered && paranoid !== undefined && paranoid <= 2;
  return new PerfError(
    isFilter
      ? `Cannot record with perf: the container's seccomp filter or capabilities forbid it (${said})`
      : `Cannot record with perf: not permitted, perf_event_paranoid is ${
        paranoid ?? "unknown"
      }, must be 1 or less (${said})`,
    { ...options, hint: isFilter ? CONTAINER_COMMAND : PARANOID_COMMAND },
  );
}

/** Finds perf's first line that is not a mere heading. */
function firstSentence(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.trim());
  const first = lines.find((line) => line !== "" && !/^(error|warning):?$/i.test(line));
  return first?.replace(/^(error|warning): /i, "").replace(/[.:]+$/, "") ?? "perf says nothing";
}

/** Each distribution's command that installs perf, by the IDs of os-release(5). */
const INSTALL_COMMANDS: readonly [RegExp, string][] = [
  [/^(ubuntu|linuxmint|pop)$/, "sudo apt-get install linux-tools-common linux-tools-$(uname -r)"],
  [/^debian$/, "sudo apt-get install linux-perf"],
  [/^(fedora|rhel|centos|amzn)$/, "sudo dnf install perf"],
  [/^(suse|opensuse.*)$/, "sudo zypper install perf"],
  [/^arch$/, "sudo pacman -S perf"],
  [/^alpine$/, "sudo apk add perf"],
];

/**
 * Returns the command that installs a `perf` newer than a distribution's usual one.
 *
 * @param osRelease Content of /etc/os-release, or empty.
 */
export function newerPerfCommand(osRelease: string): string {
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(osRelease)?.[1];
  return /^ID=debian$/m.test(osRelease) && codename !== undefined
    ? `sudo apt-get install -t ${codename}-backports linux-perf`
    : installCommand(osRelease);
}

/**
 * Returns the command that installs `perf`.
 *
 * @param osRelease Content of /etc/os-release, or empty.
 */
export function installCommand(osRelease: string): string {
  const values = ["ID", "ID_LIKE"].map((key) =>
    new RegExp(`^${key}="?([^"\n]*)`, "m").exec(osRelease)?.[1] ?? ""
  );
  for (const id of values.join(" ").split(" ")) {
    const known = INSTALL_COMMANDS.find(([pattern]) => pattern.test(id));
    if (known !== undefined) return known[1];
  }
  return "install your distribution's linux-perf or perf package";
}
