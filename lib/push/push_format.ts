import type { ProfileWindow } from "./profile_window.ts";
import type { PushResource } from "./push_resource.ts";

/** The form of one protocol's requests. */
export interface PushFormat {
  /** Headers of all requests. */
  headers: Readonly<Record<string, string>>;
  /** Makes the body of a request. */
  encode(window: ProfileWindow, resource: PushResource): Uint8Array;
  /** Reads the remark in the answer of a target that has accepted; `undefined` where there is none. */
  noteOf?(body: Uint8Array): string | undefined;
}
