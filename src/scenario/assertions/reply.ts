import type { Params } from '../expectation.ts';

/** Replies belong to chats; a scenario with a message is not played at all while there is none. */
export const reply = ({ message }: Params<'reply'>): string[] => [`there was no reply to message ${message}`];
