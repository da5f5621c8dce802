import type { PostAnswer } from "./http_post.ts";

/** The fate of profiles that were sent. */
export type PushOutcome =
  /** The target has taken them; all, unless a note says otherwise. */
  | { kind: "taken"; note?: string }
  /** It may take them later. */
  | { kind: "later"; reason: string; after: number | undefined }
  /** It will never take them. */
  | { kind: "refused"; reason: string };

/** Statuses that tell a sender to come again (OTLP's specification, "Retryable Response Codes"). */
const RETRYABLE = [429, 502, 503, 504];

/** The longest time that a target may have us wait, in milliseconds. */
const LONGEST_AFTER = 60_000;

/** The most characters of a target's own words in a message. */
const MOST_WORDS = 200;

/**
 * Reads a target's answer.
 *
 * @param answer The answer.
 * @param noteOf Finds out whether a target that has said yes left something out.
 */
export function outcomeOf(
  answer: PostAnswer,
  noteOf: (body: Uint8Array) => string | undefined = () => undefined,
): PushOutcome {
  const { status, reason, retryAfter, body } = answer;
  if (status === 0) return { kind: "later", reason, after: undefined };
  if (RETRYABLE.includes(status)) {
    return { kind: "later", reason: `status ${status}`, after: millisecondsOf(retryAfter) };
  }
  if (status >= 200 && status < 300) return { kind: "taken", note: noteOf(body) };
  if (status >= 300 && status < 400) {
    return { kind: "refused", reason: `status ${status}, a redirect, which is not followed` };
  }
  const words = wordsOf(body);
  return { kind: "refused", reason: `status ${status}${words === "" ? "" : `, ${words}`}` };
}

/** `Retry-After` has seconds or a date (RFC 9110, 10.2.3). */
function millisecondsOf(retryAfter: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  const wait = /^\d+$/.test(retryAfter)
    ? 1000 * Number(retryAfter)
    : Date.parse(retryAfter) - Date.now();
  return wait > 0 ? Math.min(wait, LONGEST_AFTER) : undefined;
}

/** The printable words of an answer: a target may send anything, also to a terminal. */
function wordsOf(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 4 * MOST_WORDS));
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]+/gu, " ").replace(/\s+/g, " ").trim()
    .slice(0, MOST_WORDS);
}
