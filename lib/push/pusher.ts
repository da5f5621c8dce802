import { post } from "./http_post.ts";
import type { ProfileWindow } from "./profile_window.ts";
import { pushFormat } from "./push_formats.ts";
import { outcomeOf } from "./push_outcome.ts";
import { PushQueue } from "./push_queue.ts";
import type { PushResource } from "./push_resource.ts";
import type { PushTarget } from "./push_target.ts";

/** Options of {@linkcode openPusher}. */
export interface PusherOptions {
  /** Where profiles go. */
  target: PushTarget;
  /** Headers of requests, such as a token. */
  headers: Readonly<Record<string, string>>;
  /** The program that profiles are of. */
  resource: PushResource;
  /** Is told each problem once, a sentence each. */
  onProblem(message: string): void;
  /** Whether the program may end while profiles wait. @default {false} */
  isBackground?: boolean;
}

/** Sends profiles to a target. */
export interface Pusher {
  /** Sends a window as soon as that can be; never throws. */
  push(window: ProfileWindow): void;
  /** Sends what waits, in at most so many milliseconds. */
  flush(limit: number): Promise<void>;
  /** The number of windows that were lost. */
  readonly lost: number;
}

/** Prepares the sending of profiles. Nothing is sent before there is something to send. */
export async function openPusher(
  { target, headers, resource, onProblem, isBackground = false }: PusherOptions,
): Promise<Pusher> {
  const format = await pushFormat(target.protocol);
  const all = { "user-agent": "x-perf", ...headers, ...format.headers };
  const queue = new PushQueue({
    name: target.name,
    onProblem,
    isBackground,
    async send(body, timeout) {
      const answer = await post({ url: target.url, headers: all, body }, timeout);
      return outcomeOf(answer, format.noteOf);
    },
  });
  return {
    push(window) {
      try {
        queue.add(format.encode(window, resource));
      } catch (error) {
        onProblem(`Cannot encode a profile: ${(error as Error).message}`);
      }
    },
    flush: (limit) => queue.flush(limit),
    get lost() {
      return queue.lost;
    },
  };
}
