import { describe, expect, it } from 'vitest';
import { createLog, type LogOptions } from './log.ts';

function lines(options: Partial<LogOptions>, use: (log: ReturnType<typeof createLog>) => void): unknown[] {
  const written: string[] = [];
  use(createLog({ ...options, to: { write: (line) => written.push(line) } }));
  return written.map((line) => JSON.parse(line) as unknown);
}

describe('createLog', () => {
  it('writes one JSON line with level as a word, an ISO time, base fields, fields and the message', () => {
    const [line] = lines({ base: { role: 'executor' } }, (log) => log.warn({ service: 'shop/web' }, 'list failed'));
    expect(line).toMatchObject({ level: 'warn', role: 'executor', service: 'shop/web', msg: 'list failed' });
    expect(line).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/));
  });

  it('leaves out what is below its level', () => {
    expect(lines({ level: 'error' }, (log) => log.warn({}, 'quiet'))).toEqual([]);
  });

  it('redacts known and look-alike secrets in fields, deep values, errors and messages', () => {
    const fields = {
      ...{ deep: { list: ['password=hunter22'] }, err: new Error('key sk-abcdefghijklmnopqrst') },
      why: 'correct-horse',
    };
    const written = lines({ secrets: ['correct-horse'] }, (log) => log.error(fields, 'refused bearer abcdefgh12345'));
    const text = JSON.stringify(written);
    expect(text).not.toMatch(/hunter22|sk-abcdef|correct-horse|abcdefgh12345/);
    expect(text).toContain('refused bearer [redacted]');
  });
});
