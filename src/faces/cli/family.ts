import { plainLine } from '../../kernel/plainText.ts';
import type { ClusterReader } from '../../ports/cluster.ts';
import { type DecisionObject, isOpen } from '../../schema/decisionObject.ts';
import { KINDS, type KubeObject } from '../../schema/kube.ts';
import { wishWords } from '../../schema/wish.ts';

const MOST = 20;
const WIDEST = 1_000;
/** What roles had to say of a Decision; what was written stands in its own path. */
const TOLD: ReadonlySet<string> = new Set(['CauseNamed', 'FairleadAlert']);

interface Told {
  readonly reason?: string;
  readonly note?: string;
  readonly eventTime?: string;
  readonly related?: { readonly kind?: string; readonly name?: string };
}

/** What else there is about a Decision: its parent, its children, and what roles said of it. What cannot be read is said so. */
export async function familyLines(
  reader: ClusterReader,
  decision: DecisionObject,
  originWords: (origin: DecisionObject['spec']['origin']) => string,
): Promise<readonly string[]> {
  const { name, namespace } = decision.metadata;
  const [decisions, events] = await Promise.all([
    reader.list(KINDS.Decision, namespace),
    reader.list(KINDS.Event, decision.spec.target.namespace),
  ]);
  const { parent } = decision.spec;
  const children = decisions.ok
    ? (decisions.value.items as DecisionObject[]).filter(({ spec }) => spec.parent === name)
    : [];
  const told = events.ok ? events.value.items.map(toldIn).filter((event) => isAbout(event, name)) : [];
  const unread = [decisions, events].flatMap((read) => (read.ok ? [] : [`  not to be read: ${read.error.message}`]));
  return [
    ...(parent === undefined ? [] : ['', `About ${namespace}/${parent}`]),
    ...titled(
      'Children',
      [...children]
        .sort(byTime)
        .slice(-MOST)
        .flatMap((child) => childLines(child, originWords)),
    ),
    ...titled('Said of it in Events (checked by nobody)', [...told].sort(byInstant).slice(-MOST).map(toldLine)),
    ...titled('What else there is', unread),
  ].map((line) => (/^ */.exec(line)?.[0] ?? '') + plainLine(line, WIDEST));
}

const titled = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines]);

function childLines(
  child: DecisionObject,
  originWords: (origin: DecisionObject['spec']['origin']) => string,
): string[] {
  const { metadata, spec, status } = child;
  const state = isOpen(child) ? (status?.phase ?? 'Pending') : `${status?.phase} (${status?.reason})`;
  const waits = spec.arguments.wait_seconds ? `, ${spec.arguments.wait_seconds} s later` : '';
  return [
    `  ${metadata.name}: ${wishWords(spec.tool, spec.arguments)}${waits}: ${state}: ${status?.message ?? ''}`,
    `    ${originWords(spec.origin)}`,
    `    in the asker's words (checked by nobody): "${spec.rationale}"`,
  ];
}

const toldLine = ({ reason, note, eventTime = '' }: Told): string =>
  `  ${eventTime.slice(0, 19).replace('T', ' ')} ${reason}: ${note ?? ''}`;

const toldIn = (event: KubeObject): Told => event as KubeObject & Told;

const isAbout = ({ reason = '', related }: Told, name: string): boolean =>
  related?.kind === KINDS.Decision.kind && related.name === name && TOLD.has(reason);

const byTime = (a: DecisionObject, b: DecisionObject): number =>
  (a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1;

const byInstant = (a: Told, b: Told): number => ((a.eventTime ?? '') < (b.eventTime ?? '') ? -1 : 1);
