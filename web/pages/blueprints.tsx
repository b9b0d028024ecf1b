import type { ServiceList, ServiceSummary } from '../../src/schema/api/services.ts';
import { useResource } from '../api/hooks.ts';
import { capital } from '../lib/format.ts';
import { href } from '../lib/route.ts';
import { Hash } from '../ui/copy.tsx';
import { LimitRow } from '../ui/limitRail.tsx';
import { Empty, Loaded } from '../ui/loaded.tsx';
import { Table, Td, Tr } from '../ui/table.tsx';
import { Tag } from '../ui/tag.tsx';

const COLUMNS = [
  { title: 'Blueprint' },
  { title: 'In force' },
  { title: 'Limits' },
  { title: 'Agents', class: 'skip-phone' },
  { title: 'Newest version' },
];

/** What every service may do, and which of it was refused. */
export function BlueprintsPage() {
  const services = useResource<ServiceList>('/api/services', ['services']);
  return (
    <>
      <div class="head">
        <h1>Blueprints</h1>
        <p>What people wrote down: the limits that nothing here goes beyond</p>
      </div>
      <Loaded resource={services} what="blueprints">
        {({ items }) => <All items={items} />}
      </Loaded>
    </>
  );
}

function All({ items }: { readonly items: readonly ServiceSummary[] }) {
  if (items.length === 0) {
    return (
      <Empty title="There is no blueprint yet">
        One appears here when it is applied: fairlead init writes the first, fairlead apply -f hands it in.
      </Empty>
    );
  }
  const refused = items.filter(({ fault }) => fault !== undefined).length;
  return (
    <>
      <p class="strip">
        <span>
          <b>{items.length}</b> {items.length === 1 ? 'blueprint' : 'blueprints'}
        </span>
        <span class={refused > 0 ? 'is-forbidden' : undefined}>
          <b>{refused}</b> with a newer version that was refused
        </span>
      </p>
      <section class="panel" aria-label="Blueprints">
        <Table columns={COLUMNS}>
          {items.map((one) => (
            <Row key={`${one.namespace}/${one.name}`} service={one} />
          ))}
        </Table>
      </section>
      <p class="small soft gap">
        A version that does not validate changes nothing: the last one that did stays in force.
      </p>
    </>
  );
}

function Row({ service }: { readonly service: ServiceSummary }) {
  const { namespace, name, blueprint, fault, rail, autonomy, priority, criticality } = service;
  return (
    <Tr>
      <Td>
        <a class="name" href={href(['blueprints', namespace, name])} data-row>
          {name}
        </a>
        <small>
          {namespace} · {priority} · {criticality}
        </small>
      </Td>
      <Td class="beside">
        {blueprint === undefined ? (
          <Tag tone="forbidden" icon="forbidden">
            None
          </Tag>
        ) : (
          <>
            <b>{blueprint.version}</b>
            <small class="hash">
              <Hash short hash={blueprint.hash} what={`hash of ${name} ${blueprint.version}`} />
            </small>
          </>
        )}
      </Td>
      <Td>{rail === undefined ? '—' : <LimitRow rail={rail} />}</Td>
      <Td class="skip-phone">{capital(autonomy)}</Td>
      <Td class="wide wrap">
        {fault === undefined ? (
          <Tag tone="healthy" icon="healthy">
            Accepted
          </Tag>
        ) : (
          <>
            <Tag tone="forbidden" icon="failed">
              Refused
            </Tag>
            <small>{fault}</small>
          </>
        )}
      </Td>
    </Tr>
  );
}
