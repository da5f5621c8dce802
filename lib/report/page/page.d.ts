/** The page of a report without its data: HTML. */
export const page: string;
