// The runtime's own functions, since a program may replace these globals.
const { addEventListener, removeEventListener, dispatchEvent, setTimeout } = globalThis;

/**
 * Holds back a Worker's messages until its module is there to receive them. A runtime delivers
 * messages from the moment when the first module of a Worker begins, and here that is ours.
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

  /**
   * Delivers the messages like the runtime: once the code that runs now has come to its first
   * pause.
   */
  open(): void {
    if (this.#opens) return;
    this.#opens = true;
    // Two timers: Deno calls one that is due already before the microtasks of the module's body.
    setTimeout(() => setTimeout(() => this.#handOut(), 0), 0);
  }

  async #handOut(): Promise<void> {
    for (let event = this.#held.shift(); event !== undefined; event = this.#held.shift()) {
      this.#passing = event;
      dispatchEvent(event);
      this.#passing = undefined;
      // The microtasks of the program run before its next message.
      await undefined;
    }
    removeEventListener("message", this.#hold, { capture: true });
  }
}
