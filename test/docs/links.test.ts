import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchors, pages, prose, ROOT } from './pages.ts';

/** What a reader would click in vain. */
function deadLinks(file: string, text: string): string[] {
  const dead: string[] = [];
  for (const [, link = ''] of prose(text).matchAll(/\]\(<?([^)>\s]+)>?(?: "[^"]*")?\)/g)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
    const [target = '', anchor] = link.split('#');
    const to = target === '' ? file : path.normalize(path.join(path.dirname(file), target));
    const full = path.join(ROOT, to);
    if (!existsSync(full)) dead.push(`${link}: there is no ${to}`);
    else if (anchor !== undefined && to.endsWith('.md') && !anchors(readFileSync(full, 'utf8')).has(anchor))
      dead.push(`${link}: ${to} has no heading #${anchor}`);
  }
  return dead;
}

describe('the links of a page', () => {
  it.each(pages())('lead somewhere: $file', ({ file, text }) => {
    expect(deadLinks(file, text)).toEqual([]);
  });

  it('are seen to be dead', () => {
    const text = '[a](no.md) [b](README.md#two-commands) [c](README.md#no)\n```\n[d](no.md)\n```\n';
    expect(deadLinks('x.md', text)).toEqual(['no.md: there is no no.md', 'README.md#no: README.md has no heading #no']);
  });
});

describe('the index of the guides', () => {
  it('leads to every page in docs that is no reference, report or decision', () => {
    const all = pages();
    const index = all.find(({ file }) => file === 'docs/README.md')?.text ?? '';
    const guides = all.map(({ file }) => file).filter((file) => /^docs\/[A-Z_]+\.md$/.test(file));
    const missing = guides.filter((file) => file !== 'docs/README.md' && !index.includes(`](${path.basename(file)})`));
    expect(missing).toEqual([]);
  });
});
