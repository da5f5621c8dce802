import type { Frame } from "./frame.ts";

/**
 * The state of a thread in a recording of real time: it runs, it could run and waits for a
 * processor, or it waits for something else.
 */
export type RunState = "running" | "runnable" | "blocked";

/** The event of recordings of real time. */
export const WALL_CLOCK = "wall-clock";

/** Whether a recording is of real time, and not of processor time or of events. */
export function isOfRealTime({ event }: { event: string }): boolean {
  return event === WALL_CLOCK;
}

/** The module of frames that stand for a state. */
const STATE_MODULE = "[state]";

const stateFrame = (name: string): Frame => ({ name, kind: "kernel", module: STATE_MODULE });

/** Stands innermost on the stack of a thread that waits for a processor. */
export const WAITING_FOR_CORE: Frame = stateFrame("(waiting for a core)");

/** Stands for the whole stack of a thread whose event loop waits for events. */
export const EVENT_LOOP_IDLE: Frame = stateFrame("(event loop idle)");

/** Stands for the whole stack of a thread without JavaScript that waits. */
export const IDLE: Frame = stateFrame("(idle)");

/** Makes frames for waits, one for each system call. */
function waitFrames(name: (call: string) => string): (call: string) => Frame {
  const byCall = new Map<string, Frame>();
  return (call) => {
    let frame = byCall.get(call);
    if (frame === undefined) byCall.set(call, frame = stateFrame(name(call)));
    return frame;
  };
}

/**
 * The frame that stands around the kernel's frames of a thread that waits.
 *
 * @param call The system call, or another reason, such as `page fault`; empty where unknown.
 */
export const blockedFrame: (call: string) => Frame = waitFrames((call) =>
  call === "" ? "(blocked)" : `(blocked in ${call})`
);

/** The frame of a thread that waits while a function of JavaScript is on its stack. */
export const loopBlockedFrame: (call: string) => Frame = waitFrames((call) =>
  `(blocks the event loop${call === "" ? "" : `: ${call}`})`
);

/** The state that a stack's frames tell. */
export type StackState =
  | { kind: "running" | "runnable" | "event loop idle" | "idle" }
  | {
    kind: "blocked";
    /** The system call; empty where unknown. */
    call: string;
    /** Whether JavaScript waits, and with it the thread's event loop. */
    blocksLoop: boolean;
  };

const RUNNING: StackState = { kind: "running" };

const BLOCKED = /^\((?:blocked(?: in (.*))?|(blocks the event loop)(?:: (.*))?)\)$/s;

/** Whether a frame stands for a state. */
export function isStateFrame({ module }: Frame): boolean {
  return module === STATE_MODULE;
}

/** Reads the state off a stack of a recording of real time. */
export function stateOfStack(frames: readonly Frame[]): StackState {
  for (let i = frames.length - 1; i >= 0 && frames[i]!.kind === "kernel"; i--) {
    if (!isStateFrame(frames[i]!)) continue;
    const { name } = frames[i]!;
    if (name === WAITING_FOR_CORE.name) return { kind: "runnable" };
    if (name === EVENT_LOOP_IDLE.name) return { kind: "event loop idle" };
    if (name === IDLE.name) return { kind: "idle" };
    const [, call, blocks, blockingCall] = BLOCKED.exec(name) ?? [];
    return { kind: "blocked", call: call ?? blockingCall ?? "", blocksLoop: blocks !== undefined };
  }
  return RUNNING;
}
