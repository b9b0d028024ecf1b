import { useState } from 'preact/hooks';
import type { ServiceList, ServiceSummary } from '../../src/schema/api/services.ts';
import { useNow, useResource } from '../api/hooks.ts';
import { capital } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { LimitRow } from '../ui/limitRail.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Spark } from '../ui/spark.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { BreakerTag, StateTag, Tag, VerdictTag } from '../ui/tag.tsx';

const COLUMNS = [
  { title: 'Service' },
  { title: 'State' },
  { title: 'CPU, 1 h' },
  { title: 'p95', class: 'num skip-narrow' },
  { title: 'Replicas, limits' },
  { title: 'Mode', class: 'skip-narrow' },
  { title: 'Breaker' },
  { title: 'Last decision' },
];

export function ServicesPage() {
  const list = useResource<ServiceList>('/api/services', ['services', 'approvals', 'decisions', 'breakers']);
  const [search, setSearch] = useState('');
  return (
    <>
      <div class="head">
        <h1>Services</h1>
        <div class="end">
          <label class="sr" for="q">
            Search services
          </label>
          <input
            class="input input--s"
            id="q"
            type="search"
            placeholder="Search   /"
            data-search
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
        </div>
      </div>
      <Loaded resource={list} what="services">
        {(data) => (
          <>
            <Strip list={data} />
            <Fleet items={data.items} search={search.trim().toLowerCase()} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Strip({ list: { counts, capacity } }: { readonly list: ServiceList }) {
  return (
    <p class="strip">
      <span>
        <b>{counts.services}</b> services
      </span>
      <span class={counts.breached > 0 ? 'is-breached' : undefined}>
        <b>{counts.breached}</b> breached
      </span>
      <span>
        <b>{counts.breakersOpen}</b> {counts.breakersOpen === 1 ? 'breaker' : 'breakers'} open
      </span>
      <span>
        <b>{counts.blind}</b> blind
      </span>
      <span class={counts.waiting > 0 ? 'is-restricted' : undefined}>
        <b>{counts.waiting}</b> {counts.waiting === 1 ? 'waits' : 'wait'} for a person
      </span>
      {capacity === undefined ? null : <span>{capacity}</span>}
    </p>
  );
}

function Fleet({ items, search }: { readonly items: readonly ServiceSummary[]; readonly search: string }) {
  const found = items.filter((one) => `${one.namespace}/${one.name}`.toLowerCase().includes(search));
  if (items.length === 0) {
    return (
      <Empty title="No service has a blueprint yet">
        A service appears here when a Blueprint names its Deployment. The command line checks one: fairlead validate.
      </Empty>
    );
  }
  if (found.length === 0) return <Empty title="No service of that name">{items.length} others are there.</Empty>;
  return (
    <>
      <section class="panel" aria-label="Fleet">
        <Table columns={COLUMNS} extra="fleet">
          {found.map((one) => (
            <Row key={`${one.namespace}/${one.name}`} service={one} />
          ))}
        </Table>
      </section>
      <p class="keys">
        <span>Filled cell: running</span>
        <span>Outline: the blueprint’s range</span>
        <span>Amber cell: asked for, waits for a person</span>
        <span>Dashed line: limit</span>
      </p>
    </>
  );
}

function Row({ service }: { readonly service: ServiceSummary }) {
  const now = useNow();
  const { last, breaker, rail, cpuSeries, holds } = service;
  const over = service.cpuSeries?.over ?? false;
  return (
    <Tr>
      <Td>
        <a class="name" href={href(['services', service.namespace, service.name])} data-row>
          {service.name}
        </a>
        <small>
          {service.priority} · {service.criticality}
        </small>
      </Td>
      <Td class="beside">
        <StateTag state={service.state} />
        <small>{service.stateText}</small>
      </Td>
      <Td class="cpu chart">
        <span class="pair">
          {cpuSeries === undefined ? null : <Spark series={cpuSeries} now={service.cpu} />}
          <span class={over ? 'is-breached' : undefined}>{service.cpu ?? '—'}</span>
        </span>
      </Td>
      <Td class="num nowrap skip-phone skip-narrow">{service.latency ?? '—'}</Td>
      <Td class="right">{rail === undefined ? '—' : <LimitRow rail={rail} />}</Td>
      <Td class="skip-phone skip-narrow">{capital(service.autonomy)}</Td>
      <Td class="skip-phone">
        {holds.length > 0 ? (
          <Tag tone="deferred" icon="paused">
            Paused
          </Tag>
        ) : (
          <BreakerTag state={breaker.state} />
        )}
        {breaker.until === undefined ? null : <small>until {whenOf(breaker.until, now)}</small>}
      </Td>
      <Td class="wide">
        {last === undefined ? (
          <span class="dim">None yet</span>
        ) : (
          <>
            <VerdictTag verdict={last.verdict} />
            <small>
              {last.text}, {whenOf(last.at, now)}
            </small>
          </>
        )}
      </Td>
    </Tr>
  );
}
