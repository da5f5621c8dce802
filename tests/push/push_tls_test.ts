import { deepEqual, equal, match, ok } from "node:assert/strict";

import { makeCertificate } from "../support/certificates.ts";
import { endOf, startCommand, Workplace } from "../support/command_process.ts";
import { obstacleOfCommand, testNeeding } from "../support/needing.ts";
import { HOT_PUSHED, NESTING, samplesOf } from "../support/pushed.ts";
import { PushReceiver } from "../support/push_receiver.ts";

const obstacle = obstacleOfCommand("openssl", "version");

testNeeding(obstacle, "run --push trusts an authority of DENO_CERT, and no other", async () => {
  await using place = new Workplace();
  const certificate = makeCertificate(place.path);
  await using receiver = await PushReceiver.start(0, certificate);
  const script = place.write("hot.ts", HOT_PUSHED);
  const start = (env: Record<string, string>, milliseconds: number) =>
    startCommand(
      [
        ...["run", "--push", receiver.target("otlp"), "--window", "1", "--sampler", "builtin"],
        ...[script, String(milliseconds)],
      ],
      { cwd: place.path, env },
    );
  const refused = await endOf(start({}, 1_500));
  equal(refused.code, 7);
  match(refused.stderr, /^warning: Cannot push profiles to otlp\+https:.*certificate/m);
  deepEqual(receiver.requests, 0);

  const child = start({ DENO_CERT: certificate.authority }, 600_000);
  await receiver.until(() => samplesOf(receiver.taken, NESTING) > 10);
  place.write("stop", "");
  const { code, stderr } = await endOf(child);
  equal(code, 7);
  ok(!stderr.includes("warning"), stderr);
  deepEqual(receiver.problems, []);
});
