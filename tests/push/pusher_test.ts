import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { ServerResponse } from "node:http";

import { windowOf } from "../../lib/push/profile_window.ts";
import { openPusher, type Pusher } from "../../lib/push/pusher.ts";
import { parsePushTarget } from "../../lib/push/push_target.ts";
import { recordingOf, TRAMPOLINES } from "../support/recordings.ts";
import { PushReceiver } from "../support/push_receiver.ts";

const WINDOW = windowOf(recordingOf(TRAMPOLINES, { frequency: 1_000_000 }));

async function pusherTo(target: string, headers = {}): Promise<{ pusher: Pusher; said: string[] }> {
  const said: string[] = [];
  const pusher = await openPusher({
    target: parsePushTarget(target, () => undefined),
    headers,
    resource: { service: "shop", attributes: new Map([["region", "eu"], ["k8s.pod", "a"]]) },
    onProblem: (message) => said.push(message),
  });
  return { pusher, said };
}

Deno.test("push() sends OpenTelemetry's profiles with the headers", async () => {
  await using receiver = await PushReceiver.start();
  const { pusher, said } = await pusherTo(receiver.target("otlp"), { authorization: "Bearer t" });
  pusher.push(WINDOW);
  await pusher.flush(5000);
  deepEqual([receiver.problems, said, pusher.lost], [[], [], 0]);
  const [{ headers, otlp }] = receiver.taken as [typeof receiver.taken[0]];
  equal(headers.authorization, "Bearer t");
  equal(otlp[0]!.samples.reduce((sum, { value }) => sum + value, 0), 100);
});

for (const protocol of ["pyroscope", "parca"] as const) {
  Deno.test(`push() sends pprof profiles to ${protocol}`, async () => {
    await using receiver = await PushReceiver.start();
    const { pusher, said } = await pusherTo(receiver.target(protocol));
    pusher.push(WINDOW);
    await pusher.flush(5000);
    deepEqual([receiver.problems, said], [[], []]);
    const [{ labels, profile }] = receiver.taken[0]!.series as [
      typeof receiver.taken[0]["series"][0],
    ];
    deepEqual(labels, {
      __name__: "process_cpu",
      service_name: "shop",
      region: "eu",
      k8s_pod: "a",
    });
    deepEqual(profile.sampleTypes, ["samples/count", "cpu/nanoseconds"]);
    equal(profile.periodType, "cpu/nanoseconds");
    equal(profile.samples.reduce((sum, { values }) => sum + values[0]!, 0), 100);
    equal(profile.time, BigInt(WINDOW.start) * 1_000_000n);
    equal(profile.duration, WINDOW.duration * 1e6);
  });
}

/** Ways in which a target can fail, and the words for it. */
const FAILURES: Readonly<Record<string, [answer: (response: ServerResponse) => void, RegExp]>> = {
  "redirects to elsewhere": [
    (response) => response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
    /status 307, a redirect, which is not followed/,
  ],
  "refuses": [
    (response) => response.writeHead(401).end("no\x1b[31m token\n"),
    /status 401, no \[31m token$/,
  ],
  "sends rubbish": [
    (response) => response.socket!.end("rubbish\r\n\r\n"),
    /they wait and are sent later/,
  ],
  "closes": [(response) => response.socket!.destroy(), /they wait and are sent later/],
  "hangs": [() => {}, /they wait and are sent later|were not sent|was not sent/],
  "never ends its answer": [
    (response) => {
      response.writeHead(400);
      const more = setInterval(() => response.write("x".repeat(10_000)), 1);
      response.on("close", () => clearInterval(more));
    },
    /status 400, x+$/,
  ],
};

for (const [name, [answer, words]] of Object.entries(FAILURES)) {
  Deno.test(`push() costs nothing but a warning where a target ${name}`, async () => {
    await using receiver = await PushReceiver.start();
    receiver.misbehaviour = (_, response) => {
      answer(response);
      return true;
    };
    const { pusher, said } = await pusherTo(receiver.target("otlp"), { authorization: "hunter2" });
    pusher.push(WINDOW);
    await pusher.flush(700);
    equal(pusher.lost, 1);
    match(said.join("\n"), words);
    ok(!said.join().includes("hunter2"));
  });
}

for (const status of [429, 502, 503, 504]) {
  Deno.test(`push() sends again after status ${status}`, async () => {
    await using receiver = await PushReceiver.start();
    receiver.misbehaviour = (_, response) => {
      if (receiver.requests > 2) return false;
      response.writeHead(status, { "retry-after": "0" }).end();
      return true;
    };
    const { pusher } = await pusherTo(receiver.target("otlp"));
    pusher.push(WINDOW);
    await pusher.flush(5000);
    deepEqual([receiver.requests, receiver.taken.length, pusher.lost], [3, 1, 0]);
  });
}

Deno.test("push() tells what a target has taken in part only", async () => {
  await using receiver = await PushReceiver.start();
  receiver.misbehaviour = (_, response) => {
    // partial_success { rejected_profiles: 3, error_message: "too old" }
    const message = new TextEncoder().encode("too old");
    const partial = [8, 3, 0x12, message.length, ...message];
    response.writeHead(200).end(Uint8Array.of(0x0a, partial.length, ...partial));
    return true;
  };
  const { pusher, said } = await pusherTo(receiver.target("otlp"));
  pusher.push(WINDOW);
  await pusher.flush(5000);
  match(said.join(), /: 3 profiles were rejected: too old$/);
});
