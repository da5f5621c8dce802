import { deepEqual, equal, throws } from "node:assert/strict";

import { span } from "../../lib/api/span.ts";
import { publishSpanRunner, SPAN_RUNNER } from "../../lib/base/span_runner.ts";

Deno.test("span() only calls its body where nothing records", () => {
  const promise = Promise.resolve(1);
  equal(span("name", () => promise), promise);
  const error = new Error("mine");
  throws(() =>
    span("name", () => {
      throw error;
    }), (thrown) => thrown === error);
});

Deno.test("span() calls the recorder of another copy of this package", () => {
  const seen: string[] = [];
  publishSpanRunner((name, body) => {
    seen.push(name);
    return body();
  });
  try {
    equal(span("one", () => 42), 42);
    deepEqual(seen, ["one"]);
  } finally {
    delete (globalThis as { [SPAN_RUNNER]?: unknown })[SPAN_RUNNER];
  }
});

Deno.test("span() refuses a name that is no text, and a body that is no function", () => {
  throws(() => span(7 as unknown as string, () => 1), {
    name: "TypeError",
    message: 'Cannot make a span "7": its name must be a string',
  });
  throws(() => span("name", 7 as unknown as () => void), {
    name: "TypeError",
    message: 'Cannot make span "name": its body is number, must be a function',
  });
});
