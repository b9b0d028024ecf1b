import { expect, it } from 'vitest';
import type { KubeObject } from '../../../schema/kube.ts';
import { usualFile } from '../../../testing/usualBlueprint.ts';
import type { Session } from '../session.ts';
import { putDocument } from './putDocument.ts';

const file = (priority: string, version = '1.0.0'): string =>
  usualFile({ metadata: { name: 'web', namespace: 'shop', priority }, allowed: [], stabilization: '60s' }).replace(
    'version: 1.0.0',
    `version: ${version}`,
  );

/** A cluster that counts generations of what differs, as the API server does. */
function cluster(mayRead = true): Session['cluster'] {
  let kept: KubeObject | undefined;
  return {
    namespace: 'shop',
    reader: {
      get: async () =>
        mayRead ? { ok: true, value: kept } : { ok: false, error: { code: 'denied', message: 'no', uncertain: false } },
    },
    applyObject: async (_: unknown, object: KubeObject) => {
      const generation = kept?.metadata.generation ?? 0;
      const isSame = JSON.stringify(kept?.spec) === JSON.stringify(object.spec);
      kept = { ...object, metadata: { ...object.metadata, generation: isSame ? generation : generation + 1 } };
      return { ok: true, value: kept };
    },
  } as object as Session['cluster'];
}

it.each([
  ['the same text again', file('low'), true, undefined],
  ['another text under another version', file('high', '1.0.1'), true, undefined],
  ['another text under the same version', file('high'), true, /web says something else under the same version 1\.0\.0/],
  ['another text where nobody may read what was there', file('high'), false, undefined],
])('of %s what is said is right', async (_, text, mayRead, said) => {
  const there = cluster(mayRead);
  const first = await putDocument(there, { file: 'web.yaml', text: file('low') });
  expect(first.ok && first.value.note).toBeUndefined();
  const done = await putDocument(there, { file: 'web.yaml', text });
  const note = done.ok ? done.value.note : 'not done';
  if (said === undefined) expect(note).toBeUndefined();
  else expect(note).toMatch(said);
});
