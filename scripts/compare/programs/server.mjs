/*
 * The server of scripts/compare/bench_server.ts: a few routes, one of which renders a page.
 */
// The package is beside the copy of this file that runs, as in work.mjs.
const { Hono } = await import("hono");

const app = new Hono();
app.get("/", (context) => context.text("hello"));
app.get("/users/:id", (context) => {
  const id = context.req.param("id");
  const items = Array.from({ length: 20 }, (_, i) => ({ id: `${id}-${i}`, name: `item ${i}` }));
  return context.json({ id, items });
});
Deno.serve({ hostname: "127.0.0.1", port: Number(Deno.args[0]), onListen() {} }, app.fetch);
