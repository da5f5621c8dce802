import { deepEqual, equal, match, ok } from "node:assert/strict";
import * as http from "node:http";

import { post, type PostAnswer } from "../../lib/push/http_post.ts";

/** Posts to a server that answers so. */
async function answerOf(
  listener: http.RequestListener,
  timeout = 5000,
): Promise<PostAnswer> {
  const server = http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    const url = new URL(`http://127.0.0.1:${port}/a`);
    return await post({ url, headers: { "x-one": "1" }, body: Uint8Array.of(1, 2) }, timeout);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

Deno.test("post() sends the body and the headers, and returns the answer", async () => {
  let seen: unknown[] = [];
  const answer = await answerOf((request, response) => {
    request.on("data", (data) => seen = [...data]);
    request.on("end", () => {
      seen.push(request.headers["x-one"], request.headers["content-length"], request.method);
      response.writeHead(503, { "retry-after": "7" }).end("later");
    });
  });
  deepEqual(seen, [1, 2, "1", "2", "POST"]);
  equal(answer.status, 503);
  equal(answer.retryAfter, "7");
  equal(new TextDecoder().decode(answer.body), "later");
});

Deno.test("post() gives up in time where no answer comes, or only its head", async () => {
  const start = performance.now();
  const never = await answerOf(() => {}, 200);
  deepEqual([never.status, never.reason], [0, "no answer within 0.2 s"]);
  const half = await answerOf((_, response) => {
    response.writeHead(200, { "content-length": "10" }).write("x");
  }, 200);
  equal(half.status, 0);
  ok(performance.now() - start < 5000);
});

Deno.test("post() names what hinders a connection", async () => {
  const reasonOf = async (address: string) =>
    (await post({ url: new URL(address), headers: {}, body: new Uint8Array() }, 2000))
      .reason;
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  equal(await reasonOf(`http://127.0.0.1:${port}/`), "connection refused");
  match(await reasonOf("http://name.invalid/"), /unknown host|no answer|EAI_AGAIN|failed/);
  const cut = await answerOf((request) => request.socket.destroy());
  equal(cut.status, 0);
  ok(cut.reason.length > 0);
});
