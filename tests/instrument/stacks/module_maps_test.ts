import { deepEqual, equal } from "node:assert/strict";

import { EditedLines } from "../../../lib/instrument/positions/edited_lines.ts";
import { TextPositions } from "../../../lib/instrument/positions/text_positions.ts";
import { ModuleMaps } from "../../../lib/instrument/stacks/module_maps.ts";
import { host } from "../../../lib/runtime/runtime.ts";
import { TraceMap } from "../../../lib/source/libraries.js";
import { LineStarts } from "../../../lib/source/line_starts.ts";
import { callSite } from "../../support/call_sites.ts";

/** Of a text in which ten units are inserted in front of column 4 of line 1. */
function positions(before?: TraceMap): TextPositions {
  const places = {
    starts: Uint32Array.of(3),
    removed: Uint32Array.of(0),
    added: Uint32Array.of(10),
  };
  return new TextPositions(new EditedLines(new LineStarts("abcdefghijk\n"), places), before);
}

const url = "file:///d%20e/a.ts";

function maps({ isApplied = false, before }: { isApplied?: boolean; before?: TraceMap } = {}) {
  const made = new ModuleMaps();
  made.add({ url, name: url, positions: positions(before) }, isApplied);
  return made;
}

Deno.test("find() knows a module by its address and by its path", () => {
  const made = maps();
  equal(made.find(url)?.url, url);
  equal(made.find("/d e/a.ts"), made.find(url));
  equal(made.find("/d%20e/a.ts"), undefined);
  made.add({ url: "file:///b.ts", name: "b", positions: positions() }, false);
  deepEqual([...made].map((module) => module.url), [url, "file:///b.ts"]);
});

Deno.test("place() gives frames the positions that they have without instrumentation", () => {
  const edited = callSite({ name: "f", file: url, line: 1, column: 15 });
  const other = callSite({ name: "g", file: "file:///b.ts" });
  const [placed, same] = maps().place([edited, other]);
  equal(String(placed), `f (${url}:1:5)`);
  equal(same, other);
  const both = maps().place([edited, other, edited]);
  deepEqual(both.map((site) => site.getColumnNumber()), [5, 1, 5]);
  const path = callSite({ name: "f", file: "/d e/a.ts", line: 1, column: 15 });
  equal(maps().place([path])[0]!.getColumnNumber(), 5);
});

Deno.test("place() gives back the stack itself where nothing changes", () => {
  const sites = [
    callSite({ file: "file:///b.ts" }),
    callSite({ file: url, line: null }),
    callSite({ file: url, column: null }),
    callSite({ file: null, script: null }),
  ];
  equal(maps().place(sites), sites);
  const mapped = [callSite({ file: url, line: 1, column: 15 })];
  equal(maps({ isApplied: true }).place(mapped), mapped);
});

Deno.test("place() maps the last position in the origin of evaluated code", () => {
  const origin = (evalOrigin: string) =>
    maps({ isApplied: true }).place([callSite({ file: null, script: null, evalOrigin })])[0]!
      .getEvalOrigin();
  equal(origin(`eval at f (${url}:1:15)`), `eval at f (${url}:1:5)`);
  equal(origin(`eval at g (eval at f (${url}:1:15))`), `eval at g (eval at f (${url}:1:5))`);
  equal(origin("eval at f (b.js:1:15)"), "eval at f (b.js:1:15)");
  equal(origin("eval at f"), "eval at f");
});

/** Has the runtime read source maps, or not, until the body ends. */
function reading(isRead: boolean, body: (turn: (isRead: boolean) => void) => void): void {
  const { readsSourceMaps } = host;
  const turn = (isRead: boolean) => void (host.readsSourceMaps = () => isRead);
  try {
    turn(isRead);
    body(turn);
  } finally {
    host.readsSourceMaps = readsSourceMaps;
  }
}

Deno.test("place() leads to the author's text while the runtime reads source maps", () => {
  // Line 1 from its start on is line 19, column 5 of another text.
  const before = new TraceMap({ version: 3, sources: ["a"], names: [], mappings: "AAkBI" });
  const made = maps({ before });
  const place = () => {
    const [placed] = made.place([callSite({ file: url, line: 1, column: 15 })]);
    return [placed!.getLineNumber(), placed!.getColumnNumber()];
  };
  reading(true, (turn) => {
    deepEqual(place(), [19, 5]);
    // A program can turn source maps off and on.
    turn(false);
    deepEqual(place(), [1, 5]);
  });
});

Deno.test("keepReading() fixes whether source maps are read", () => {
  const made = maps();
  reading(false, (turn) => {
    equal(made.areRead, false);
    made.keepReading();
    turn(true);
    equal(made.areRead, false);
    equal(maps().areRead, true);
  });
});
