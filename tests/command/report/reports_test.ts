import { deepEqual, equal, throws } from "node:assert/strict";

import { reportPath, writeReportFile } from "../../../lib/command/report/reports.ts";
import { Workplace } from "../../support/command_process.ts";

Deno.test("reportPath() is beside the recording, or the path of -o", () => {
  const one = { format: "html", formats: ["html"] } as const;
  const two = { format: "html", formats: ["html", "pprof"] } as const;
  equal(reportPath("perf.data", one), "perf.html");
  equal(reportPath("/a.b/own", one), "/a.b/own.html");
  equal(reportPath("recording.json", one), "recording.html");
  equal(reportPath("perf.jit.data", { ...one, format: "pprof" }), "perf.jit.pb.gz");
  equal(reportPath("perf.data", { ...one, output: "x.htm" }), "x.htm");
  equal(reportPath("perf.data", { ...two, output: "x.html" }), "x.html");
  equal(reportPath("perf.data", { ...two, format: "pprof", output: "out/x" }), "out/x.pb.gz");
  equal(reportPath("perf.data", { ...two, event: ".cycles" }), "perf.cycles.html");
  equal(reportPath("dir/.data", one), "dir/.data.html");
});

Deno.test("writeReportFile() keeps the earlier report if it cannot write, and leaves no other file", async () => {
  await using place = new Workplace();
  const path = place.write("perf.html", "old");
  writeReportFile(path, "new");
  equal(Deno.readTextFileSync(path), "new");
  throws(() => writeReportFile(`${place.path}/no/perf.html`, "x"), {
    name: "PerfError",
    code: "file",
    message: /^Cannot write ".*no\/perf\.html": /,
  });
  deepEqual([...Deno.readDirSync(place.path)].map(({ name }) => name), ["perf.html"]);
});
