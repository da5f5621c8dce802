import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Serves this repository's files, as a registry serves the package.
 *
 * @param answer Answers a request by its path first; `undefined` leaves it to the file.
 */
export function servePackage(
  answer: (pathname: string) => Promise<Response> | Response | undefined = () => undefined,
): Deno.HttpServer<Deno.NetAddr> {
  const serve = async (request: Request) => {
    const { pathname } = new URL(request.url);
    const answered = answer(pathname);
    if (answered !== undefined) return await answered;
    try {
      const body = await Deno.readFile(root + pathname.slice(1));
      return new Response(body, { headers: { "content-type": contentType(pathname) } });
    } catch {
      return new Response("", { status: 404 });
    }
  };
  return Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, serve);
}

function contentType(pathname: string): string {
  if (pathname.endsWith(".ts")) return "application/typescript";
  return pathname.endsWith(".js") ? "text/javascript" : "application/json";
}
