import { deepEqual, equal } from "node:assert/strict";

import { endOf, startCommand, Workplace } from "../../support/command_process.ts";
import { PushReceiver } from "../../support/push_receiver.ts";

/** A function that reads the priorities of a process's threads (proc(5): the 17th word behind the name). */
const PRIORITIES = `
function priorities(pid) {
  const threads = [...Deno.readDirSync(\`/proc/\${pid}/task\`)].map(({ name }) => {
    const stat = Deno.readTextFileSync(\`/proc/\${pid}/task/\${name}/stat\`);
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16];
  });
  return [...new Set(threads)].join();
}
`;

Deno.test("lower() and raise() change all threads, and children inherit it", async () => {
  await using place = new Workplace();
  const module = import.meta.resolve("../../../lib/command/push/own_priority.ts");
  const script = place.write(
    "own.js",
    `import { OwnPriority } from ${JSON.stringify(module)};
    ${PRIORITIES}
    const priority = new OwnPriority();
    priority.raise();
    const seen = [priorities("self")];
    priority.lower();
    const child = new Deno.Command("sh", { args: ["-c", "cut -d' ' -f19 /proc/self/stat"] });
    seen.push(priorities("self"), new TextDecoder().decode(child.outputSync().stdout).trim());
    priority.raise();
    // CAP_SYS_NICE is the 23rd (linux/capability.h); without it the priority stays low.
    const own = /^CapEff:\\s*(\\w+)/m.exec(Deno.readTextFileSync("/proc/self/status"))[1];
    const isPrivileged = (BigInt("0x" + own) >> 23n & 1n) === 1n;
    seen.push(isPrivileged ? priorities("self") : seen[0]);
    console.log(JSON.stringify(seen));`,
  );
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", script],
  }).output();
  const [before, low, child, raised] = JSON.parse(new TextDecoder().decode(stdout));
  deepEqual([low, child, raised], ["10", "10", before]);
});

Deno.test("run --push gives way to the program, which keeps its priority", async () => {
  await using place = new Workplace();
  await using receiver = await PushReceiver.start();
  const script = place.write(
    "program.js",
    `${PRIORITIES}
    const own = priorities("self");
    while (priorities(Deno.ppid) !== "10") await new Promise((resolve) => setTimeout(resolve, 50));
    console.log(own === priorities("self") && own !== "10");`,
  );
  const { code, stdout, stderr } = await endOf(startCommand(
    ["run", "--push", receiver.target("otlp"), script],
    { cwd: place.path },
  ));
  equal(code, 0, stderr);
  equal(stdout, "true\n");
  deepEqual(receiver.problems, []);
});
