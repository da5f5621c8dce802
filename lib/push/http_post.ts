import { Buffer } from "node:buffer";

/** A request that carries profiles. */
export interface PostRequest {
  /** Where it goes. */
  url: URL;
  /** All its headers. */
  headers: Readonly<Record<string, string>>;
  /** Its body. */
  body: Uint8Array;
}

/** An answer; the status is 0 where there was none. */
export interface PostAnswer {
  /** The status. */
  status: number;
  /** Why there is no answer, in a few words; empty where there is one. */
  reason: string;
  /** The value of `Retry-After`. */
  retryAfter: string | undefined;
  /** The start of the answer's body. */
  body: Uint8Array;
}

/** The most bytes of an answer that are read. */
const MOST_ANSWER = 64 << 10;

/**
 * Posts a request. It never follows a redirect, never throws, and takes no longer than it is given: no
 * target may cost the program anything. By `fetch`, since Deno's `node:http` holds a program for as long
 * as the target does, though the request was destroyed.
 *
 * @param request The request.
 * @param timeout After how many milliseconds it is given up.
 */
export async function post(
  { url, headers, body }: PostRequest,
  timeout: number,
): Promise<PostAnswer> {
  const nothing = { status: 0, retryAfter: undefined, body: new Uint8Array() };
  const end = new AbortController();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end.abort();
  }, timeout);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { ...headers },
      body: body as Uint8Array<ArrayBuffer>,
      redirect: "manual",
      signal: end.signal,
    });
    const { status, headers: answered } = response;
    const retryAfter = answered.get("retry-after") ?? undefined;
    return { status, reason: "", retryAfter, body: await startOf(response) };
  } catch (error) {
    const seconds = Math.round(timeout / 100) / 10;
    return { ...nothing, reason: isLate ? `no answer within ${seconds} s` : reasonOf(error) };
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

/** Reads the start of an answer; an endless one is cut, since the status says all that matters. */
async function startOf({ body }: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body ?? []) {
    pieces.push(piece);
    length += piece.length;
    if (length >= MOST_ANSWER) break;
  }
  return Buffer.concat(pieces);
}

/** Words for the errors of a connection that users meet most. Those of `fetch` repeat the address. */
const REASONS: readonly [RegExp, string][] = [
  [/refused/i, "connection refused"],
  [/ENOTFOUND|EAI_AGAIN|dns|lookup/i, "unknown host"],
  [/certificate|self.signed|TLS|SSL/i, "its certificate is not trusted"],
  [/reset|closed|terminated|EPIPE|other side|incomplete/i, "the connection was closed"],
];

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: Error & { code?: string } };
  const text = `${message} ${cause?.code ?? ""} ${cause?.message ?? ""}`;
  return REASONS.find(([pattern]) => pattern.test(text))?.[1] ?? "the connection failed";
}
