/** The menu of processes and threads. */
import { make } from "./elements.ts";
import type { Model } from "./model.ts";
import { percent, ratio } from "./words.ts";

/** Fills the menu, the busiest thread of each process first; it stays hidden where there is one thread. */
export function fillThreads(menu: HTMLSelectElement, model: Model): void {
  const { cells, cellsBefore, threads } = model;
  const weights = new Float64Array(threads.length);
  for (const { length, thread, weight } of [cells, cellsBefore ?? cells]) {
    for (let cell = 0; cell < length; cell++) weights[thread[cell]!]! += weight[cell]!;
  }
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const share = (weight: number) => percent(ratio(weight, all));
  const busy = [...threads.keys()].filter((thread) => weights[thread]! > 0)
    .sort((a, b) => weights[b]! - weights[a]!);
  const processes = Map.groupBy(busy, (thread) => threads[thread]!.pid);
  menu.replaceChildren(new Option(`All ${busy.length} threads`, ""));
  for (const [pid, members] of processes) {
    const options = members.map((thread) => {
      const { name, tid } = threads[thread]!;
      const number = tid === undefined ? "" : ` ${tid}`;
      return new Option(`${name}${number} · ${share(weights[thread]!)}`, String(thread));
    });
    if (pid === undefined) {
      menu.append(...options);
      continue;
    }
    const sum = members.reduce((sum, thread) => sum + weights[thread]!, 0);
    const group = make("optgroup", { label: `Process ${pid} · ${share(sum)}` });
    if (processes.size > 1 && members.length > 1) {
      group.append(new Option(`all of process ${pid}`, `p${pid}`));
    }
    group.append(...options);
    menu.append(group);
  }
  menu.hidden = busy.length < 2;
}
