import type { SourceKind } from "../../lib/instrument/syntax_tree.ts";
import { transform, type Transformed } from "../../lib/instrument/transform.ts";

/** The object that the code under test calls, and which bodies it was handed. */
export interface Runtime {
  touch(id: number): void;
  run<Result>(id: number, body: () => Result): Result;
  ids: number[];
}

const runtimes: Record<string, Runtime> = {};
Object.assign(globalThis, { transformTestRuntimes: runtimes });
let count = 0;

/** Instruments a text for a runtime of its own. */
export function instrument(text: string, kind: SourceKind = "module"): [Transformed, Runtime] {
  const key = `r${count++}`;
  const runtime: Runtime = runtimes[key] = {
    ids: [],
    touch(id) {
      this.ids.push(id);
    },
    run(id, body) {
      this.ids.push(id);
      return body();
    },
  };
  const url = "file:///app.ts";
  const options = { url, kind, firstId: 0, runtime: `transformTestRuntimes.${key}` };
  return [transform(text, options), runtime];
}
