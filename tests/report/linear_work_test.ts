import { ok } from "node:assert/strict";

import { formatCpuProfiles } from "../../lib/report/formats/cpuprofile.ts";
import { formatFirefox } from "../../lib/report/formats/firefox.ts";
import { formatFolded } from "../../lib/report/formats/folded.ts";
import { formatMarkdown } from "../../lib/report/formats/markdown.ts";
import { formatPprof } from "../../lib/report/formats/pprof.ts";
import type { Frame } from "../../lib/recording/frame.ts";
import type { Recording, Stack } from "../../lib/recording/recording.ts";
import { type MadeSample, timedRecording } from "../support/timed_recording.ts";

const THREADS = 20;

/** A recording that counts how many frames are read, with as many distinct stacks as samples. */
function countingRecording(count: number): { recording: Recording; read: () => number } {
  const samples = Array.from({ length: count }, (_, i): MadeSample => ({
    stack: `main@/a.ts:1:2 f${i % 50}@/a.ts:${i % 50}:${i} g${i}@/b.ts:${i}:${i} memmove`,
    time: i,
    tid: 1 + i % THREADS,
    name: `t${i % THREADS}`,
  }));
  const recording = timedRecording(samples);
  let read = 0;
  const counted = (frames: readonly Frame[]) =>
    new Proxy(frames, {
      get(target, key, receiver) {
        if (typeof key === "string" && /^\d/.test(key)) read++;
        return Reflect.get(target, key, receiver);
      },
    });
  const stacks = recording.stacks.map(({ thread, frames, samples, weight, isCut }): Stack => ({
    thread,
    frames: counted(frames),
    samples,
    weight,
    isCut,
  }));
  return { recording: { ...recording, stacks }, read: () => read };
}

const FORMATS: Readonly<Record<string, (recording: Recording) => void>> = {
  cpuprofile(recording) {
    for (const { content } of formatCpuProfiles(recording)) [...content];
  },
  firefox: (recording) => [...formatFirefox(recording, "a")],
  folded: (recording) => [...formatFolded(recording)],
  markdown: (recording) => formatMarkdown(recording, { title: "a", facts: [] }),
  pprof: (recording) => formatPprof(recording),
};

for (const [format, write] of Object.entries(FORMATS)) {
  Deno.test(`${format} reads the frames of a stack some times, however many stacks and threads there are`, () => {
    const readsOf = (count: number) => {
      const { recording, read } = countingRecording(count);
      write(recording);
      return read();
    };
    const [few, many] = [readsOf(500), readsOf(5000)];
    ok(few >= 4 * 500, `${few}`);
    ok(many <= 10.5 * few, `${few}, ${many}`);
    // Ten passes of four frames.
    ok(many <= 10 * 4 * 5000, `${many}`);
  });
}
