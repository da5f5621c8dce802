/*
 * Makes a span of each HTTP request that the program answers: by `Deno.serve`, `node:http` or
 * `node:https`.
 */
import process from "node:process";

import { routeName } from "./route_name.ts";
import type { RunningSpan, SpanRecorder } from "./span_recorder.ts";

/** Has a recorder make spans of requests from now on. */
export function recordRequests(recorder: SpanRecorder): void {
  if (typeof Deno !== "undefined") recordDenoServe(recorder);
  recordNodeHttp(recorder);
}

type Handler = (this: unknown, request: Request, ...rest: unknown[]) => unknown;

/** The span of a request to `Deno.serve` ends when the handler has returned its response. */
function recordDenoServe(recorder: SpanRecorder): void {
  const { serve } = Deno;
  const recorded = (handler: Handler): Handler =>
    function (request, ...rest) {
      const name = routeName(request.method, pathOf(request.url));
      return recorder.run(name, () => Reflect.apply(handler, this, [request, ...rest]));
    };
  const recordedServe = (...args: unknown[]) => {
    const given = args.map((arg) => {
      if (typeof arg === "function") return recorded(arg as Handler);
      const handler = (arg as { handler?: unknown } | null | undefined)?.handler;
      return typeof handler === "function"
        ? { ...arg as object, handler: recorded(handler as Handler) }
        : arg;
    });
    return Reflect.apply(serve, Deno, given);
  };
  Deno.serve = Object.defineProperty(recordedServe, "name", { value: "serve" }) as typeof serve;
}

/** The path of a request's URL; to parse all of it would take longer than the rest of a span. */
function pathOf(url: string): string {
  const start = url.indexOf("/", url.indexOf("://") + "://".length);
  return start < 0 ? "/" : withoutQuery(url.slice(start));
}

/** The part of a request that frameworks tell their route by, as express does. */
interface RoutedRequest {
  method?: string;
  url?: string;
  originalUrl?: string;
  baseUrl?: string;
  route?: { path?: unknown };
}

/** The span of a request to a server of Node's ends when its response has been sent. */
function recordNodeHttp(recorder: SpanRecorder): void {
  // An import would load these modules, which takes Deno 100 ms, where no spans are recorded too.
  const load = process.getBuiltinModule;
  const spans = new WeakMap<object, RunningSpan>();
  for (const { prototype } of [load("node:http").Server, load("node:https").Server]) {
    const { emit } = prototype;
    const recordedEmit = function (this: object, event: string, ...args: unknown[]) {
      const request = args[0] as RoutedRequest;
      if (event !== "request") return Reflect.apply(emit, this, [event, ...args]);
      const span = recorder.begin(nameOf(request));
      spans.set(request, span);
      return recorder.within(span, () => Reflect.apply(emit, this, [event, ...args]));
    };
    Object.defineProperty(prototype, "emit", {
      value: recordedEmit,
      writable: true,
      configurable: true,
    });
  }
  load("node:diagnostics_channel").subscribe("http.server.response.finish", (message) => {
    const { request } = message as { request: RoutedRequest };
    const span = spans.get(request);
    if (span === undefined) return;
    span.name = nameOf(request);
    recorder.end(span);
  });
}

function nameOf(
  { method = "", url = "", originalUrl, baseUrl = "", route }: RoutedRequest,
): string {
  const pattern = route?.path;
  if (typeof pattern === "string") return `${method} ${baseUrl}${pattern}`;
  return routeName(method, withoutQuery(originalUrl ?? url));
}

function withoutQuery(address: string): string {
  const end = address.search(/[?#]/);
  return end < 0 ? address : address.slice(0, end);
}
