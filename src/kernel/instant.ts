/** RFC 3339 with milliseconds, UTC. */
export const isoInstant = (ms: number): string => new Date(ms).toISOString();

/** `14:03:10` UTC: for sentences. */
export const clockTime = (ms: number): string => isoInstant(ms).slice(11, 19);
