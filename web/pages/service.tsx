import type { ServiceDetail } from '../../src/schema/api/services.ts';
import { useDesk } from '../api/context.ts';
import { useResource } from '../api/hooks.ts';
import { serverNow } from '../lib/clock.ts';
import { href } from '../lib/route.ts';
import { changeText } from '../ui/change.tsx';
import { Countdown } from '../ui/countdown.tsx';
import { PauseButton } from '../ui/hold.tsx';
import { Icon } from '../ui/icon.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { Note } from '../ui/note.tsx';
import { StateTag } from '../ui/tag.tsx';
import { ServiceCharts } from './serviceCharts.tsx';
import { ServiceDecisions } from './serviceDecisions.tsx';
import { ServiceSide } from './serviceSide.tsx';

interface Props {
  readonly namespace: string;
  readonly name: string;
  readonly minutes: string;
}

export function ServicePage({ namespace, name, minutes }: Props) {
  const path = `/api/services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  const service = useResource<ServiceDetail>(`${path}?minutes=${encodeURIComponent(minutes)}`, [
    'services',
    'decisions',
    'approvals',
    'breakers',
  ]);
  const { me } = useDesk();
  return (
    <>
      <div class="head">
        <nav class="crumb" aria-label="Breadcrumb">
          <a href={href(['services'])}>Services</a>
          <span aria-hidden="true">/</span>
        </nav>
        <h1 class="wrap">{name}</h1>
        {service.data === undefined ? null : (
          <>
            <StateTag state={service.data.state} fill />
            <p class="wrap">
              {service.data.target} · {service.data.priority}, {service.data.criticality} · {service.data.autonomy}
            </p>
          </>
        )}
        <div class="end">
          <PauseButton
            small
            scope={`services/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`}
            label={`Pause ${name}`}
            may={me.role !== 'viewer'}
            onDone={() => void service.reload()}
          />
        </div>
      </div>
      <Loaded resource={service} what={name}>
        {(data) => <Body service={data} minutes={minutes} reload={() => void service.reload()} />}
      </Loaded>
    </>
  );
}

function Body({
  service,
  minutes,
  reload,
}: {
  readonly service: ServiceDetail;
  readonly minutes: string;
  readonly reload: () => void;
}) {
  return (
    <>
      <div class="stack">
        {service.problems.map((problem) => (
          <Note key={problem} tone="forbidden" icon="failed">
            {problem}
          </Note>
        ))}
        {service.open.map((one) => (
          <a key={one.name} class="note is-restricted link" href={href(['approvals', one.namespace, one.name])}>
            <Icon name="restricted" />
            <span>
              <b>
                {changeText(one.operation, one.before, one.after)} waits for{' '}
                {one.mine ? 'you' : one.approvers.join(', ')}.
              </b>{' '}
              Expires in <Countdown until={one.decideBy} what={one.service} />, then rejected.
            </span>
            <span class="end">Open {one.name}</span>
          </a>
        ))}
      </div>
      <div class="two gap">
        <div>
          <ServiceCharts service={service} minutes={minutes} now={serverNow()} />
          <ServiceDecisions decisions={service.decisions} />
        </div>
        <ServiceSide service={service} reload={reload} />
      </div>
    </>
  );
}
