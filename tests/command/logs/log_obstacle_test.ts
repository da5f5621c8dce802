import { equal } from "node:assert/strict";

import { logObstacle } from "../../../lib/command/logs/log_obstacle.ts";

const limits = (size: string) =>
  `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             ${size.padEnd(20)} unlimited            bytes
Max data size             1024                 unlimited            bytes
`;

Deno.test("logObstacle() is the limit for file sizes, if there is one", () => {
  equal(logObstacle(""), undefined);
  equal(logObstacle(limits("unlimited")), undefined);
  equal(
    logObstacle(limits("102400")),
    "V8's log would end the program where it reaches the limit for files, 102400 bytes (ulimit -f)",
  );
});
