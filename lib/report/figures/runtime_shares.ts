import { activityOfFrame, type Frame } from "../../recording/frame.ts";
import { type Recording, recordingTotal } from "../../recording/recording.ts";
import { RUNTIME_ACTIVITIES } from "../../v8_log/runtime_activity.ts";
import { percentText } from "./amounts.ts";

/** The runtime's own shares of all time. */
export interface RuntimeShares {
  /** Shares of all weight by the runtime's activity, from 0 to 1, without those that are 0. */
  activities: ReadonlyMap<string, number>;
  /** The share of time in the runtime's code whose activity is unknown. */
  unknown: number;
}

/** Adds up the runtime's own time in all threads. */
export function runtimeShares(recording: Pick<Recording, "stacks">): RuntimeShares {
  const weights = new Map<string, number>(RUNTIME_ACTIVITIES.map((activity) => [activity, 0]));
  let unknown = 0;
  for (const { frames, weight } of recording.stacks) {
    const activity = innermostActivity(frames);
    if (activity !== undefined) weights.set(activity, (weights.get(activity) ?? 0) + weight);
    else if (isNameless(frames.at(-1))) unknown += weight;
  }
  const total = recordingTotal(recording).weight || 1;
  const activities = new Map(
    [...weights].filter(([, weight]) => weight > 0).map(([name, weight]) => [name, weight / total]),
  );
  return { activities, unknown: unknown / total };
}

/** The least share of garbage collection that the first lines of a report tell. */
const LEAST_COLLECTION = 0.01;

/**
 * The share of garbage collection in all threads, from 0 to 1; `undefined` where it is too small to be
 * told.
 */
export function collectionShare({ activities }: RuntimeShares): number | undefined {
  const share = activities.get("garbage collection") ?? 0;
  return share >= LEAST_COLLECTION ? share : undefined;
}

/**
 * Describes shares as `garbage collection 9.1 %, compile 4.0 %, unknown 2.5 %`; empty where no
 * activity is known.
 */
export function describeRuntimeShares({ activities, unknown }: RuntimeShares): string {
  if (activities.size === 0) return "";
  const parts = [...activities].map(([activity, share]) => `${activity} ${percentText(share)}`);
  return [...parts, `unknown ${percentText(unknown)}`].join(", ");
}

function innermostActivity(frames: readonly Frame[]): string | undefined {
  for (let i = frames.length - 1; i >= 0; i--) {
    const activity = activityOfFrame(frames[i]!);
    if (activity !== undefined) return activity;
    // A function further in was called after the activity, so the activity is not innermost.
    if (frames[i]!.file !== undefined) return undefined;
  }
  return undefined;
}

function isNameless(frame: Frame | undefined): boolean {
  return frame !== undefined && frame.kind === "runtime" && frame.name === "";
}
