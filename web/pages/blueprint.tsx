import { useState } from 'preact/hooks';
import type { BlueprintVersionList } from '../../src/schema/api/lists.ts';
import type { BlueprintVersion } from '../../src/schema/api/services.ts';
import { useNow, useResource } from '../api/hooks.ts';
import { lineDiff } from '../lib/lineDiff.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { Hash } from '../ui/copy.tsx';
import { Diff } from '../ui/diff.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Tag } from '../ui/tag.tsx';

export function BlueprintPage({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const path = `/api/blueprints/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/versions`;
  const list = useResource<BlueprintVersionList>(path, ['services']);
  return (
    <>
      <div class="head">
        <nav class="crumb" aria-label="Breadcrumb">
          <a href={href(['blueprints'])}>Blueprints</a>
          <span aria-hidden="true">/</span>
          <a href={href(['services', namespace, name])}>{name}</a>
          <span aria-hidden="true">/</span>
        </nav>
        <h1>Blueprint versions</h1>
      </div>
      <Loaded resource={list} what="versions">
        {({ items }) =>
          items.length === 0 ? (
            <Empty title="No version is on record">The first accepted version of a blueprint appears here.</Empty>
          ) : (
            <Versions items={items} />
          )
        }
      </Loaded>
    </>
  );
}

function Versions({ items }: { readonly items: readonly BlueprintVersion[] }) {
  const [chosen, setChosen] = useState(items[0]?.hash ?? '');
  const now = useNow();
  const at = Math.max(
    0,
    items.findIndex(({ hash }) => hash === chosen),
  );
  const [newer, older] = [items[at], items.slice(at + 1).find(({ state }) => state !== 'refused')];
  return (
    <div class="two">
      <section class="panel block" aria-labelledby="diff">
        <h2 id="diff">
          {older === undefined
            ? `Version ${newer?.version ?? ''}, the first`
            : `${older.version} → ${newer?.version ?? ''}`}
          <small>what changed</small>
        </h2>
        {newer === undefined ? null : (
          <>
            <Diff lines={lineDiff(older?.spec ?? '', newer.spec)} label="Diff of the blueprint" />
            <details>
              <summary>The whole of {newer.version}</summary>
              <Diff
                lines={newer.spec.split('\n').map((text) => ({ sign: ' ', text }))}
                label={`Version ${newer.version}`}
              />
            </details>
          </>
        )}
      </section>
      <section class="panel block" aria-labelledby="versions">
        <h2 id="versions">Versions</h2>
        <ol class="versions">
          {items.map((one) => (
            <li key={`${one.version} ${one.hash}`} aria-current={one.hash === newer?.hash ? 'true' : undefined}>
              <button class="plain-button link-button" type="button" data-row onClick={() => setChosen(one.hash)}>
                {one.version}
              </button>{' '}
              <StateOf state={one.state} />
              <small class="wrap">
                {one.text} · {whenOf(one.at, now)}
              </small>
              <Hash hash={one.hash} what={`hash of ${one.version}`} />
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}

function StateOf({ state }: { readonly state: BlueprintVersion['state'] }) {
  switch (state) {
    case 'in force':
      return (
        <Tag tone="healthy" icon="healthy">
          in force
        </Tag>
      );
    case 'refused':
      return (
        <Tag tone="plain" icon="failed">
          refused
        </Tag>
      );
    case 'accepted':
      return null;
  }
}
