import { randomBytes } from "node:crypto";

import type { Recording } from "../../recording/recording.ts";
import { foldFrames } from "../../report/figures/fold_frames.ts";
import { periodOf, type ProfileWindow } from "../profile_window.ts";
import { type PushResource, SERVICE_NAME } from "../push_resource.ts";
import { Dictionary } from "./dictionary.ts";
import type {
  ExportRequest,
  Halves,
  KeyValue,
  Profile,
  ProfileSample,
  ResourceProfiles,
  ValueType,
} from "./otlp_messages.js";

/** The name of the scope, which Parca takes for the profile's. */
const SCOPE = { name: "@x/perf", version: "0.1.0" };

/**
 * Makes a request of OpenTelemetry's profiles: one resource for each process that has samples. Samples
 * of a stack and a thread are one, with their number as the only value, since Pyroscope refuses several
 * values and times (pyroscope, pkg/ingester/otlp/convert.go).
 *
 * @param window The samples.
 * @param resource The program that they are of.
 */
export function profilesRequest(
  { recording, start, duration }: ProfileWindow,
  resource: PushResource,
): ExportRequest {
  const folded = foldFrames(recording);
  const dictionary = new Dictionary();
  const type = (name: string, unit: string): ValueType => ({
    typeStrindex: dictionary.text(name),
    unitStrindex: dictionary.text(unit),
  });
  const isTime = folded.unit === "nanoseconds";
  const unit = folded.unit === "bytes" ? "bytes" : "count";
  const period = periodOf(folded);
  const profileOf = (samples: ProfileSample[]): Profile => ({
    // Pyroscope knows processor time by these words only.
    sampleType: isTime ? type("samples", "count") : type(folded.event, unit),
    samples,
    timeUnixNano: halves(BigInt(Math.round(start * 1e3)) * 1_000n),
    durationNano: halves(BigInt(Math.round(duration * 1e6))),
    periodType: isTime ? type("cpu", "nanoseconds") : type(folded.event, unit),
    period,
    profileId: new Uint8Array(randomBytes(16)),
  });
  // Stacks that differ only in facts that the format lacks, such as a compiler, are one.
  const samplesOf = (counts: readonly Count[]): ProfileSample[] => {
    const weights = new Map<string, { sample: ProfileSample; weight: number }>();
    for (const { stack, thread, tid, weight } of counts) {
      const stackIndex = dictionary.stack(folded.stacks[stack]!.frames);
      const attributeIndices = [
        dictionary.attribute("thread.name", thread),
        ...(tid === undefined ? [] : [dictionary.attribute("thread.id", tid)]),
      ];
      const key = `${stackIndex} ${attributeIndices}`;
      const sum = weights.get(key) ??
        { sample: { stackIndex, attributeIndices, values: [0] }, weight: 0 };
      sum.weight += weight;
      weights.set(key, sum);
    }
    return [...weights.values()].map(({ sample, weight }) => ({
      ...sample,
      values: [Math.max(1, Math.round(weight / period))],
    }));
  };
  const resourceProfiles = [...countByProcess(folded)].map(([pid, counts]): ResourceProfiles => ({
    resource: { attributes: attributesOf(resource, pid) },
    scopeProfiles: [{ scope: SCOPE, profiles: [profileOf(samplesOf(counts))] }],
  }));
  return { resourceProfiles, dictionary: dictionary.tables };
}

/** Samples of one stack in one thread. */
interface Count {
  /** Index of the stack. */
  stack: number;
  /** The thread's name. */
  thread: string;
  /** Its number; `undefined` where the recording does not have it. */
  tid: number | undefined;
  /** The sum of the weights. */
  weight: number;
}

/** Counts samples by process, stack and thread; -1 is the process where it is unknown. */
function countByProcess(
  { stacks, samples, threads }: Recording,
): Map<number, Count[]> {
  const processes = new Map<number, Count[]>();
  const listOf = (pid: number) => {
    const known = processes.get(pid);
    if (known !== undefined) return known;
    const list: Count[] = [];
    processes.set(pid, list);
    return list;
  };
  if (samples.length === 0) {
    for (const [stack, { thread, weight }] of stacks.entries()) {
      listOf(-1).push({ stack, thread, tid: undefined, weight });
    }
    return processes;
  }
  const counts = new Map<number, Count>();
  for (let i = 0; i < samples.length; i++) {
    const [stack, thread] = [samples.stack[i]!, samples.thread[i]!];
    const key = stack * threads.length + thread;
    let count = counts.get(key);
    if (count === undefined) {
      const { pid, tid, name } = threads[thread]!;
      counts.set(key, count = { stack, thread: name, tid, weight: 0 });
      listOf(pid).push(count);
    }
    count.weight += samples.weight[i]!;
  }
  return processes;
}

/** OpenTelemetry's keys are plain texts here: Pyroscope and Parca do not read indices in resources. */
function attributesOf({ service, attributes }: PushResource, pid: number): KeyValue[] {
  const text = (key: string, value: string): KeyValue => ({
    key: key.toWellFormed(),
    value: { stringValue: value.toWellFormed() },
  });
  return [
    text(SERVICE_NAME, service),
    ...[...attributes].map(([key, value]) => text(key, value)),
    ...(pid < 0 || attributes.has("process.pid")
      ? []
      : [{ key: "process.pid", value: { intValue: pid } }]),
  ];
}

/** protobufjs takes numbers above 2^53 in halves. */
function halves(value: bigint): Halves {
  return { low: Number(value & 0xffff_ffffn), high: Number(value >> 32n), unsigned: true };
}
