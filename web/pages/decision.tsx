import type { DecisionDetail } from '../../src/schema/api/records.ts';
import { useResource } from '../api/hooks.ts';
import { href } from '../lib/route.ts';
import { fullOf } from '../lib/time.ts';
import { Loaded } from '../ui/loaded.tsx';
import { OutcomeTag } from '../ui/tag.tsx';
import { DecisionPath } from './decisionPath.tsx';
import { DecisionSide } from './decisionSide.tsx';

export function DecisionPage({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const path = `/api/decisions/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const decision = useResource<DecisionDetail>(path, ['decisions', 'approvals']);
  return (
    <>
      <div class="head">
        <nav class="crumb" aria-label="Breadcrumb">
          <a href={href(['decisions'])}>Decisions</a>
          <span aria-hidden="true">/</span>
          <span aria-current="page" class="wrap">
            {name}
          </span>
        </nav>
      </div>
      <Loaded resource={decision} what="the decision">
        {(data) => (
          <>
            <section class="panel hero outcome" aria-labelledby="change">
              <p class="status">
                <OutcomeTag outcome={data.phase} fill />
                <span class="end small dim">{fullOf(data.at)}</span>
              </p>
              <h1 class="change change--long" id="change">
                <a class="who" href={href(['services', data.namespace, data.service])}>
                  {data.service}
                </a>{' '}
                <span>{data.what}</span>
              </h1>
              <p class="lead">{data.message}</p>
            </section>
            <div class="two gap">
              <DecisionPath decision={data} />
              <DecisionSide decision={data} />
            </div>
          </>
        )}
      </Loaded>
    </>
  );
}
