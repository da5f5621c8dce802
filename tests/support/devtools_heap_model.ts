/*
 * Reads a `.heapprofile` with the model of Chrome DevTools, in a process of its own. The model stands
 * in a file of DevTools' user interface, so its two classes are taken out of that file.
 *
 *     deno run -A --no-check --unstable-sloppy-imports devtools_heap_model.ts FRONT_END FILE
 */
import type { MemoryReading } from "./report_readers.ts";

interface ModelNode {
  functionName: string;
  self: number;
  children: ModelNode[];
}

const [frontEnd, file] = Deno.args;
const view = Deno.readTextFileSync(`${frontEnd}/panels/profiler/HeapProfileView.ts`);
const start = view.indexOf("export class SamplingHeapProfileNode");
const end = view.indexOf("export class NodeFormatter");
if (start < 0 || end < start) throw new Error("DevTools has its model elsewhere");
Deno.writeTextFileSync(
  `${frontEnd}/model.ts`,
  `import * as ProfileTreeModel from "./models/cpu_profile/ProfileTreeModel.ts";\n` +
    `const CPUProfile = { ProfileTreeModel };\n${view.slice(start, end)}`,
);
const { SamplingHeapProfileModel } = await import(`file://${frontEnd}/model.ts`);
const model: { root: ModelNode; total: number } = new SamplingHeapProfileModel(
  JSON.parse(Deno.readTextFileSync(file!)),
);
const reading: MemoryReading = { total: model.total, self: {} };
const visit = ({ functionName, self, children }: ModelNode) => {
  reading.self[functionName] = (reading.self[functionName] ?? 0) + self;
  children.forEach(visit);
};
visit(model.root);
console.log(JSON.stringify(reading));
