import { deepEqual, throws } from "node:assert/strict";

import { pushHeaders } from "../../lib/push/push_headers.ts";
import { Workplace } from "../support/command_process.ts";

const headersOf = (
  protocol: "otlp" | "pyroscope",
  env: Record<string, string>,
  file?: string,
) => pushHeaders(protocol, { read: (name) => env[name], file });

Deno.test("pushHeaders() reads OpenTelemetry's variables for its protocol only", () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Bearer%20abc, x-scope = 7",
    JS_PERF_PUSH_HEADERS: "X-Scope-OrgID=tenant",
  };
  deepEqual(headersOf("otlp", env), {
    authorization: "Bearer abc",
    "x-scope": "7",
    "x-scope-orgid": "tenant",
  });
  deepEqual(headersOf("pyroscope", env), { "x-scope-orgid": "tenant" });
});

Deno.test("pushHeaders() reads a file, which wins over the environment", async () => {
  await using place = new Workplace();
  const file = place.write("headers", "# tokens\nAuthorization: Bearer a:b=c\r\n\nX-One:  1 \n");
  deepEqual(headersOf("pyroscope", { JS_PERF_PUSH_HEADERS: "authorization=old" }, file), {
    authorization: "Bearer a:b=c",
    "x-one": "1",
  });
});

Deno.test("pushHeaders() refuses what is no header, and repeats no value", async () => {
  await using place = new Workplace();
  const isSilent = (error: Error) => !/hunter2/.test(error.message);
  const file = (text: string) => place.write("headers", text);
  throws(() => headersOf("otlp", { OTEL_EXPORTER_OTLP_HEADERS: "hunter2" }), isSilent);
  throws(() => headersOf("otlp", { OTEL_EXPORTER_OTLP_HEADERS: "a=hunter2%0d%0aX: 1" }), isSilent);
  throws(() => headersOf("otlp", { OTEL_EXPORTER_OTLP_HEADERS: "a=hunter2%zz" }), isSilent);
  throws(() => headersOf("otlp", {}, file("hunter2")), isSilent);
  throws(() => headersOf("otlp", {}, file("a b: hunter2")), isSilent);
  throws(
    () => headersOf("otlp", {}, `${place.path}/none`),
    /Cannot read headers from ".*none": no such file/,
  );
});
