/** The page of a report without its data: HTML, compressed with brotli, in base64. */
export const packedPage: string;
