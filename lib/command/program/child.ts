/*
 * Runs a child in the place of this process: signals to this process go to the child, and this
 * process ends as the child does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";

/** A signal's name. */
export type Signal = keyof typeof constants.signals;

/** The ending of a program. */
export interface Ending {
  /** Exit status; 128 and the signal's number where a signal ended it. */
  code: number;
  /** The name of the signal that ended it. */
  signal: string | null;
  /** Whether it was killed, because it did not end at its limit. @default {false} */
  isKilled?: boolean;
}

/** Signals that are passed on to a program. */
const SIGNALS: readonly Signal[] = [
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
];

/** Signals that a terminal sends to all processes in its foreground, and so to the child. */
const TERMINAL_SIGNALS: readonly Signal[] = ["SIGINT", "SIGQUIT", "SIGHUP"];

/** Signals that are meant to end a program. */
const ENDING_SIGNALS: readonly Signal[] = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

/** Options of {@linkcode runChild}. */
export interface RunOptions {
  /** All its environment variables. */
  env: Record<string, string>;
  /** The signals that are passed on. @default {all of SIGNALS} */
  signals?: readonly Signal[];
  /** Its input and output. @default {ours} */
  stdio?: ["ignore", number, number];
  /** Called with the child's number. */
  started?: (pid: number) => void;
  /**
   * Whether a second signal of those that end a program kills the child: one that hears signals only
   * between its tasks would go on for ever. @default {false}
   */
  killsAtSecond?: boolean;
  /** The limit at which the child gets a signal; it then counts as successful. @default {none} */
  limit?: RunLimit;
}

/** The limit of a program. */
export interface RunLimit {
  /** The signal that ends it. */
  signal: Signal;
  /** After how many seconds. @default {never} */
  seconds?: number;
  /** Asked now and again whether it is to end. @default {it is not} */
  isReached?: () => boolean;
  /** Milliseconds after the signal for which it may go on before it is killed. @default {for ever} */
  grace?: number;
}

/** The time between two calls of {@linkcode RunLimit.isReached}, in milliseconds. */
const LIMIT_INTERVAL = 250;

/**
 * Runs a program with this process's streams, and passes on the signals that arrive here.
 *
 * @param command The program and its arguments.
 * @param options Its environment, its signals and its time limit.
 */
export async function runChild(
  [program, ...args]: readonly string[],
  { env, signals = SIGNALS, stdio, started, limit, killsAtSecond = false }: RunOptions,
): Promise<Ending> {
  const heardByAll = isInForeground() ? TERMINAL_SIGNALS : [];
  let child: ChildProcess | undefined;
  let endings = 0;
  const listeners = signals.map((signal) => {
    // A listener alone keeps this process alive until the child has ended.
    const listener = () => {
      if (killsAtSecond && ENDING_SIGNALS.includes(signal) && ++endings > 1) {
        send(child, "SIGKILL");
      }
      if (!heardByAll.includes(signal)) send(child, signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  try {
    child = spawn(program!, args, { env, stdio: stdio ?? "inherit" });
    if (child.pid !== undefined) started?.(child.pid);
    if (limit === undefined) return await endOf(child);
    const { seconds, isReached, signal, grace } = limit;
    let [isOver, isKilled] = [false, false];
    let kill: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      if (!isOver) {
        send(child, signal);
        if (grace !== undefined) {
          kill = setTimeout(() => {
            isKilled = true;
            send(child, "SIGKILL");
          }, grace);
        }
      }
      isOver = true;
    };
    const timer = seconds === undefined ? undefined : setTimeout(end, 1000 * seconds);
    const watch = isReached && setInterval(() => isReached() && end(), LIMIT_INTERVAL);
    const ending = await endOf(child).finally(() => {
      clearTimeout(timer);
      clearTimeout(kill);
      clearInterval(watch);
    });
    if (!isOver) return ending;
    return { code: 0, signal: null, ...isKilled ? { isKilled } : {} };
  } finally {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  }
}

function endOf(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      resolve({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), signal });
    });
  });
}

/**
 * Ends this process as a child ended, with its status or by its signal, so that a shell sees no
 * difference.
 */
export async function endAs({ code, signal }: Ending): Promise<never> {
  if (signal !== null) {
    process.kill(process.pid, signal);
    // A signal takes a moment to arrive. One that the runtime catches never ends the process.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.exit(code);
}

/**
 * Sends a signal. After `child.kill()` Deno would report the signal as the reason of the ending.
 */
function send(child: ChildProcess | undefined, signal: Signal): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(child.pid, signal);
  } catch (error) {
    // The child may have ended a moment ago.
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}

/** Whether this process is in the foreground of a terminal, which then sends it signals. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    // proc(5): behind the name in parentheses come state, ppid, pgrp, session, tty_nr, tpgid.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return process.stdin.isTTY;
  }
}
