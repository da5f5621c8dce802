/*
 * Children that stand in for this process: what is sent to us is sent to them,
 * and as they end, so do we.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import process from "node:process";

/** A signal's name. */
export type Signal = keyof typeof constants.signals;

/** How a program ended. */
export interface Ending {
  /** Exit status; 128 and the signal's number where a signal ended it. */
  code: number;
  /** The name of the signal that ended it. */
  signal: string | null;
}

/** What a program may be told from outside. */
const SIGNALS: readonly Signal[] = [
  "SIGINT",
  "SIGQUIT",
  "SIGHUP",
  "SIGTERM",
  "SIGUSR1",
  "SIGUSR2",
];

/** What a terminal sends to all processes in its foreground, the child among them. */
const TERMINAL_SIGNALS: readonly Signal[] = ["SIGINT", "SIGQUIT", "SIGHUP"];

/** Options of {@linkcode runChild}. */
export interface RunOptions {
  /** All its environment variables. */
  env: Record<string, string>;
  /** Which signals it gets. @default {all that a program may be told} */
  signals?: readonly Signal[];
  /** Its input and output. @default {ours} */
  stdio?: ["ignore", number, number];
  /** Told its number. */
  started?: (pid: number) => void;
  /** After how many seconds it is sent a signal, and has then ended well; `undefined` for never. */
  limit?: { seconds: number; signal: Signal };
}

/**
 * Runs a program on our own streams, and hands on the signals that arrive here.
 *
 * @param command The program and its arguments.
 * @param options Its environment, which signals it gets, who is told its number, and how long it runs.
 */
export async function runChild(
  [program, ...args]: readonly string[],
  { env, signals = SIGNALS, stdio, started, limit }: RunOptions,
): Promise<Ending> {
  const heardByAll = isInForeground() ? TERMINAL_SIGNALS : [];
  let child: ChildProcess | undefined;
  const listeners = signals.map((signal) => {
    // Listening alone already keeps us alive until the child has ended.
    const listener = () => {
      if (!heardByAll.includes(signal)) send(child, signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  try {
    child = spawn(program!, args, { env, stdio: stdio ?? "inherit" });
    if (child.pid !== undefined) started?.(child.pid);
    if (limit === undefined) return await endOf(child);
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      send(child, limit.signal);
    }, 1000 * limit.seconds);
    const ending = await endOf(child).finally(() => clearTimeout(timer));
    return isOver ? { code: 0, signal: null } : ending;
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
 * Ends this process as a child ended: with its status, or of its signal, so
 * that a shell sees no difference.
 */
export async function endAs({ code, signal }: Ending): Promise<never> {
  if (signal !== null) {
    process.kill(process.pid, signal);
    // A signal takes a moment to arrive; those that the runtime itself catches never end it.
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.exit(code);
}

/** Not by the child's own method, after which Deno takes the signal for the reason of its end. */
function send(child: ChildProcess | undefined, signal: Signal): void {
  if (child?.pid === undefined) return;
  try {
    process.kill(child.pid, signal);
  } catch (error) {
    // It has ended a moment ago.
    if ((error as { code?: string }).code !== "ESRCH") throw error;
  }
}

/** Whether a terminal counts this process among those that it sends its signals to. */
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
