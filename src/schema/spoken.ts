import { redact } from '../kernel/redact.ts';
import { cut } from './decisionObject.ts';

/**
 * A person's words as records keep them: without what looks like a secret, since they are read by more people than a secret
 * that was pasted into them was meant for, and cut to `most` characters only then, since taking a secret out may lengthen a
 * text.
 */
export const spoken = (text: string, most: number): string => cut(redact(text.trim()), most);
