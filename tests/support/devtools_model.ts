/*
 * Reads a `.cpuprofile` with the model of Chrome DevTools, in a process of its own: the model's
 * imports end in `.js` where the files end in `.ts`.
 *
 *     deno run -A --no-check --unstable-sloppy-imports devtools_model.ts FRONT_END FILE
 */
import type { ThreadReading } from "./report_readers.ts";

interface ModelNode {
  functionName: string;
  url: string;
  self: number;
  positionTicks?: { line: number; ticks: number }[];
  children: ModelNode[];
}

type OnFrame = (depth: number, node: ModelNode, ...rest: number[]) => void;

interface Model {
  profileHead: ModelNode;
  forEachFrame(open: OnFrame, close: OnFrame): void;
}

const [frontEnd, file] = Deno.args;
const { CPUProfileDataModel } = await import(
  `file://${frontEnd}/models/cpu_profile/CPUProfileDataModel.ts`
);
const profile = JSON.parse(Deno.readTextFileSync(file!));
const milliseconds = (profile.endTime - profile.startTime) / 1000;
const hits = profile.nodes.reduce(
  (sum: number, { hitCount }: { hitCount: number }) => sum + hitCount,
  0,
);
const model: Model = new CPUProfileDataModel(profile);
const reading: ThreadReading = { total: 0, self: {}, inclusive: {}, lines: {} };
const add = (sums: Record<string, number>, key: string, value: number) =>
  sums[key] = (sums[key] ?? 0) + value;
model.forEachFrame(() => {}, (_depth, node, _sample, _time, duration, self) => {
  if (node.functionName === "(idle)") return;
  reading.total += self!;
  add(reading.self, node.functionName, self!);
  add(reading.inclusive, node.functionName, duration!);
});
const visit = ({ url, positionTicks = [], children }: ModelNode) => {
  for (const { line, ticks } of positionTicks) {
    add(reading.lines, `${url}:${line}`, ticks * milliseconds / hits);
  }
  children.forEach(visit);
};
visit(model.profileHead);
console.log(JSON.stringify(reading));
