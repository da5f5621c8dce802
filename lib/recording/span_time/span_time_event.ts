/** The event of recordings of spans' time. */
export const SPAN_TIME_EVENT = "span-time";
