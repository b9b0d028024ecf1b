import type { ApprovalCard } from '../../src/schema/api/approvals.ts';
import { counted } from '../lib/format.ts';
import { Finding, Passed } from '../ui/findings.tsx';

export function Risks({ card }: { readonly card: ApprovalCard }) {
  if (card.risks.length === 0) return null;
  return (
    <section class="panel block" aria-labelledby="risk">
      <h2 id="risk">
        Risk <small>computed by the gate, not by the agent</small>
      </h2>
      <dl class="facts">
        {card.risks.map(({ title, text }) => (
          <>
            <dt key={title}>{title}</dt>
            <dd class="wrap">{text}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

/** The one rule that asked, with the values compared; those that passed are folded. */
export function Rules({ card }: { readonly card: ApprovalCard }) {
  const { asking, restricting } = card;
  const total = asking.passed.length + new Set(asking.findings.map(({ rule }) => rule)).size;
  const notes = asking.findings.filter(
    (one) => !restricting.some(({ rule, code }) => rule === one.rule && code === one.code),
  );
  return (
    <section class="panel block" aria-labelledby="rules">
      <h2 id="rules">
        Why you are asked{' '}
        <small>
          {restricting.length === 0
            ? `judged now: ${asking.headline}`
            : `${counted(restricting.length, 'finding')} of ${counted(total, 'rule')}, ${asking.passed.length} pass`}
        </small>
      </h2>
      <div class="stack">
        {restricting.map((finding) => (
          <Finding key={`${finding.rule} ${finding.code}`} finding={finding} />
        ))}
      </div>
      {notes.length === 0 ? null : (
        <details>
          <summary>{counted(notes.length, 'more finding')}</summary>
          <div class="stack">
            {notes.map((finding) => (
              <Finding key={`${finding.rule} ${finding.code}`} finding={finding} />
            ))}
          </div>
        </details>
      )}
      <Passed rules={asking.passed} />
    </section>
  );
}
