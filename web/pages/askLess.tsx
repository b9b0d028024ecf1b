import type { ApprovalList } from '../../src/schema/api/approvals.ts';
import { serverNow } from '../lib/clock.ts';
import { href } from '../lib/route.ts';
import { whenOf } from '../lib/time.ts';
import { Copy } from '../ui/copy.tsx';
import { Diff } from '../ui/diff.tsx';

/** By daylight, and as a diff: a limit that is lifted each time it is met stands in the wrong place. */
export function AskLess({ offers }: { readonly offers: NonNullable<ApprovalList['askLess']> }) {
  if (offers.length === 0) return null;
  return (
    <section class="panel block" aria-labelledby="less">
      <h2 id="less">Ask less</h2>
      <div class="stack">
        {offers.map((offer) => (
          <div key={`${offer.namespace}/${offer.service}`}>
            <p class="small soft wrap">
              {offer.text} The first was {whenOf(offer.since, serverNow())}.
            </p>
            <div class="gap-s">
              <Diff
                lines={offer.diff}
                label={`Suggested change of ${offer.service}`}
                head={
                  <>
                    Blueprint <b>{offer.service}</b> {offer.from} → {offer.to}
                  </>
                }
                end={<Copy text={linesOf(offer.diff)} label={`Copy the limits of ${offer.service} ${offer.to}`} />}
              />
            </div>
            <p class="small gap-s">
              <a href={href(['blueprints', offer.namespace, offer.service])}>
                Compare with the versions of {offer.service}
              </a>
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}

/** What it says afterwards. */
const linesOf = (diff: NonNullable<ApprovalList['askLess']>[number]['diff']): string =>
  diff
    .filter(({ sign }) => sign !== '-')
    .map(({ text }) => text)
    .join('\n');
