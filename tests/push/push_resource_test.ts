import { deepEqual, equal, match, throws } from "node:assert/strict";

import { pushResource } from "../../lib/push/push_resource.ts";

const runtime = { name: "deno", version: "2.9.6" };
const resourceOf = (labels: string[], env: Record<string, string> = {}) =>
  pushResource(labels, { read: (name) => env[name], runtime });

Deno.test("pushResource() takes OpenTelemetry's variables, and labels above them", () => {
  const { service, attributes } = resourceOf(["region=eu", "zone=a=b"], {
    OTEL_SERVICE_NAME: "shop",
    OTEL_RESOURCE_ATTRIBUTES: "service.name=other,service.version=1%2C2,region=us",
  });
  equal(service, "shop");
  const { "service.instance.id": id, ...rest } = Object.fromEntries(attributes);
  match(id!, /^[0-9a-f-]{36}$/);
  deepEqual(rest, {
    "process.runtime.name": "deno",
    "process.runtime.version": "2.9.6",
    "service.version": "1,2",
    region: "eu",
    zone: "a=b",
  });
});

Deno.test("pushResource() finds the service's name by the nearest wish", () => {
  const attributes = { OTEL_RESOURCE_ATTRIBUTES: "service.name=other" };
  equal(resourceOf([]).service, "unknown_service:deno");
  equal(resourceOf([], attributes).service, "other");
  equal(resourceOf([], { ...attributes, OTEL_SERVICE_NAME: "shop" }).service, "shop");
  equal(resourceOf(["service.name=own"], { OTEL_SERVICE_NAME: "shop" }).service, "own");
});

Deno.test("pushResource() refuses labels and attributes of another form", () => {
  for (const label of ["region", "=eu", "a b=c", "1=2"]) {
    throws(() => resourceOf([label]), /Cannot use label/);
  }
  throws(() => resourceOf([], { OTEL_RESOURCE_ATTRIBUTES: "=1" }), /OTEL_RESOURCE_ATTRIBUTES/);
});
