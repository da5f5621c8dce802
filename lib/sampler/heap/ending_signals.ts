import process from "node:process";

import { host } from "../../runtime/runtime.ts";

/** Signals that end a program, unless it listens to them. */
const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Emit = (...args: unknown[]) => boolean;

type EndingSignal = typeof ENDING_SIGNALS[number];

/**
 * Calls a function when a signal is about to end this process. A signal that the program listens to
 * does not end it, and is left to the program.
 *
 * The program sees no listener of ours: libraries that tidy up at a signal (signal-exit of npm) end
 * the process themselves only if all listeners are their own.
 *
 * @param listener Called in front of the end.
 */
export function onEndingSignal(listener: () => void): void {
  if (host.name === "deno") listenInDeno(listener);
  else for (const signal of ENDING_SIGNALS) listenInNode(signal, listener);
}

/**
 * Node opens a handle for a signal when its first listener is added, and the handle calls the `emit`
 * that the process has at that moment (node/lib/internal/process/signal.js). Node closes it when it
 * hears of the removal of the last listener, so the removal is kept from it.
 */
function listenInNode(signal: EndingSignal, listener: () => void): void {
  const nothing = () => {};
  const emit = process.emit as Emit;
  const isOwn = Object.hasOwn(process, "emit");
  const emitOurs = (...args: unknown[]) => {
    if (args[0] !== signal) return emit.apply(process, args);
    if (process.listenerCount(signal) > 0) {
      return (process.emit as Emit).apply(process, args);
    }
    listener();
    // Closes the handle, so that the signal has its usual effect.
    process.on(signal, nothing).off(signal, nothing);
    process.kill(process.pid, signal);
    return true;
  };
  Object.assign(process, { emit: emitOurs });
  try {
    process.on(signal, nothing);
  } finally {
    if (isOwn) Object.assign(process, { emit });
    else Reflect.deleteProperty(process, "emit");
  }
  const heard = process.rawListeners("removeListener") as (() => void)[];
  process.removeAllListeners("removeListener");
  process.off(signal, nothing);
  for (const other of heard) process.on("removeListener", other);
}

/** Deno tells of no listeners, so those that the program adds are counted. */
function listenInDeno(listener: () => void): void {
  const { addSignalListener, removeSignalListener } = Deno;
  const counts = new Map<string, Set<() => void>>();
  const own = new Map<string, () => void>();
  for (const signal of ENDING_SIGNALS) {
    const handle = () => {
      if ((counts.get(signal)?.size ?? 0) > 0 || process.listenerCount(signal) > 0) return;
      listener();
      removeSignalListener(signal, handle);
      process.kill(process.pid, signal);
    };
    own.set(signal, handle);
    addSignalListener(signal, handle);
  }
  Object.assign(Deno, {
    addSignalListener(signal: Deno.Signal, handler: () => void) {
      addSignalListener(signal, handler);
      if (!own.has(signal)) return;
      counts.set(signal, (counts.get(signal) ?? new Set()).add(handler));
    },
    removeSignalListener(signal: Deno.Signal, handler: () => void) {
      removeSignalListener(signal, handler);
      counts.get(signal)?.delete(handler);
    },
  });
}
