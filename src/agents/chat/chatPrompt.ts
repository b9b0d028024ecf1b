import { z } from 'zod';
import { loadPrompt, type Prompt } from '../prompt.ts';

const Variables = z.strictObject({ words: z.string() });

export type ChatPrompt = Prompt<typeof Variables>;

/** Throws when the file and what is filled in disagree. */
export const loadChatPrompt = (folder: string): ChatPrompt => loadPrompt(folder, 'chat.v1.md', Variables);
