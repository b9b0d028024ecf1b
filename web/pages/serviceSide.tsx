import { useState } from 'preact/hooks';
import type { ServiceDetail } from '../../src/schema/api/services.ts';
import { useDesk } from '../api/context.ts';
import { serverNow } from '../lib/clock.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { Hash } from '../ui/copy.tsx';
import { ResumeDialog } from '../ui/hold.tsx';
import { LimitRail } from '../ui/limitRail.tsx';
import { Note } from '../ui/note.tsx';
import { BreakerTag } from '../ui/tag.tsx';

/** Limits, safety and the blueprint, beside the charts. */
export function ServiceSide({ service, reload }: { readonly service: ServiceDetail; readonly reload: () => void }) {
  const { limits, safety, blueprint, rail } = service;
  return (
    <div class="stack">
      <Holds service={service} reload={reload} />
      <section class="panel block">
        <h2>Limits {blueprint === undefined ? null : <small>blueprint {blueprint.version}</small>}</h2>
        {rail === undefined ? null : <LimitRail rail={rail} />}
        <dl class="facts facts--tight gap">
          {limits.map(({ name, value }) => (
            <>
              <dt key={name}>{name}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      </section>
      <section class="panel block">
        <h2>Safety</h2>
        <dl class="facts facts--tight facts--loose">
          <dt>Breaker</dt>
          <dd>
            <BreakerTag state={service.breaker.state} />
            <small class="dim">{service.breaker.text}</small>
          </dd>
          {safety.map(({ name, value, text }) => (
            <>
              <dt key={name}>{name}</dt>
              <dd>
                {value}
                <small class="dim">{text}</small>
              </dd>
            </>
          ))}
        </dl>
      </section>
      {blueprint === undefined ? null : (
        <section class="panel block">
          <h2>
            Blueprint{' '}
            <span class="end">
              <a href={href(['blueprints', service.namespace, service.name])}>Versions and diff</a>
            </span>
          </h2>
          <dl class="facts facts--tight">
            <dt>Version</dt>
            <dd>
              <b>{blueprint.version}</b>, in force
            </dd>
            <dt>Hash</dt>
            <dd>
              <Hash short hash={blueprint.hash} what="blueprint hash" />
            </dd>
          </dl>
        </section>
      )}
    </div>
  );
}

function Holds({ service, reload }: { readonly service: ServiceDetail; readonly reload: () => void }) {
  const { me } = useDesk();
  const [asking, setAsking] = useState<'resume' | 'release-breaker'>();
  const { holds, breaker, namespace, name } = service;
  const held = breaker.state === 'held' || breaker.state === 'frozen';
  if (holds.length === 0 && !held) return null;
  const may = me.role !== 'viewer';
  return (
    <section class="panel block stack">
      <h2>Held</h2>
      {holds.map((hold) => (
        <Note key={`${hold.scope} ${hold.kind} ${hold.at}`} tone="deferred" icon="paused">
          <b>
            {hold.scope} {hold.kind === 'stop' ? 'stopped' : 'paused'}
          </b>{' '}
          since {whenOf(hold.at, serverNow())} by {hold.by}
          {hold.reason === '' ? '' : `: ${hold.reason}`}
        </Note>
      ))}
      {held ? (
        <Note tone="forbidden" icon="open">
          {breaker.text}
        </Note>
      ) : null}
      {may ? (
        <div class="row">
          {holds.length === 0 ? null : (
            <button class="btn btn--s" type="button" onClick={() => setAsking('resume')}>
              Resume…
            </button>
          )}
          {held ? (
            <button class="btn btn--s" type="button" onClick={() => setAsking('release-breaker')}>
              Release the breaker…
            </button>
          ) : null}
        </div>
      ) : null}
      {asking === undefined ? null : (
        <ResumeDialog
          scope={`services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`}
          what={name}
          action={asking}
          onClose={() => setAsking(undefined)}
          onDone={reload}
        />
      )}
    </section>
  );
}
