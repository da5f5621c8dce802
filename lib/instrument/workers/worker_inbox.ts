// A program may put functions of its own in the place of these.
const { addEventListener, removeEventListener, dispatchEvent, setTimeout } = globalThis;

/**
 * Holds back a Worker's messages until its module is there to receive them. A runtime hands them
 * out from the moment when the first module of a Worker begins, and here that is ours.
 */
export class WorkerInbox {
  readonly #held: Event[] = [];
  #opens = false;
  #passing: Event | undefined;
  readonly #hold = (event: Event): void => {
    if (event === this.#passing) return;
    event.stopImmediatePropagation();
    this.#held.push(event);
  };

  constructor() {
    addEventListener("message", this.#hold, { capture: true });
  }

  /** Hands the messages out, as the runtime would: once what runs now has come to its first pause. */
  open(): void {
    if (this.#opens) return;
    this.#opens = true;
    // Twice: where a timer is due already, Deno calls it before the microtasks of the module's body.
    setTimeout(() => setTimeout(() => this.#handOut(), 0), 0);
  }

  async #handOut(): Promise<void> {
    for (let event = this.#held.shift(); event !== undefined; event = this.#held.shift()) {
      this.#passing = event;
      dispatchEvent(event);
      this.#passing = undefined;
      // What the program does in a microtask, it has done before its next message.
      await undefined;
    }
    removeEventListener("message", this.#hold, { capture: true });
  }
}
