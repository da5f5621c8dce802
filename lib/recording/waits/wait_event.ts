/** The event of recordings of awaits. */
export const WAIT_EVENT = "await";
