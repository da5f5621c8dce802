/*
 * Children that stand in for this process: what is sent to us is sent to them,
 * and as they end, so do we.
 */

/** How a program ended. */
export interface Ending {
  /** Exit status; 128 and the signal's number where a signal ended it. */
  code: number;
  /** The signal that ended it. */
  signal: Deno.Signal | null;
}

/** What a program may be told from outside. */
const SIGNALS: readonly Deno.Signal[] = [
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
];

/** What a terminal sends to all processes in its foreground, the child among them. */
const TERMINAL_SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGQUIT", "SIGHUP"];

/**
 * Runs a program on our own streams, and hands on the signals that arrive here.
 *
 * @param command The program and its arguments.
 * @param options All its environment variables, and which signals it gets.
 */
export async function runChild(
  [program, ...args]: readonly string[],
  { env, signals = SIGNALS }: { env: Record<string, string>; signals?: readonly Deno.Signal[] },
): Promise<Ending> {
  const heardByAll = isInForeground() ? TERMINAL_SIGNALS : [];
  let child: Deno.ChildProcess | undefined;
  const listeners = signals.map((signal) => {
    // Listening alone already keeps us alive until the child has ended.
    const listener = () => {
      if (!heardByAll.includes(signal)) kill(child, signal);
    };
    Deno.addSignalListener(signal, listener);
    return { signal, listener };
  });
  try {
    child = new Deno.Command(program!, { args, env, clearEnv: true }).spawn();
    const { code, signal } = await child.status;
    return { code, signal };
  } finally {
    for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
  }
}

/**
 * Ends this process as a child ended: with its status, or of its signal, so
 * that a shell sees no difference.
 */
export async function endAs({ code, signal }: Ending): Promise<never> {
  if (signal !== null) {
    Deno.kill(Deno.pid, signal);
    // A signal takes a moment to arrive; those that the runtime itself catches never end it.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  Deno.exit(code);
}

function kill(child: Deno.ChildProcess | undefined, signal: Deno.Signal): void {
  try {
    child?.kill(signal);
  } catch (error) {
    // It has ended a moment ago.
    if (!(error instanceof TypeError || error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether a terminal counts this process among those that it sends its signals to. */
function isInForeground(): boolean {
  try {
    const stat = Deno.readTextFileSync("/proc/self/stat");
    // proc(5): behind the name in parentheses come state, ppid, pgrp, session, tty_nr, tpgid.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return Deno.stdin.isTerminal();
  }
}
