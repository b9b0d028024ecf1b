import { useCallback, useEffect, useState } from 'preact/hooks';
import type { ApprovalCard, TakeAlternativeBody, VoteBody } from '../../src/schema/api/approvals.ts';
import type { AskedAnew } from '../../src/schema/api/lists.ts';
import { type Problem, send } from '../api/client.ts';
import { type Resource, useLine, useNow } from '../api/hooks.ts';
import { personOff, worldOff } from '../lib/answerRules.ts';
import { serverNow } from '../lib/clock.ts';
import { href } from '../lib/route.ts';
import { say } from '../ui/say.tsx';

export type Choice = 'once' | 'update_blueprint';

export type Doing =
  | { readonly kind: 'idle' }
  /** Medium risk: sent when `until` has come, and can be taken back till then. */
  | { readonly kind: 'holding'; readonly choice: Choice; readonly until: number; readonly digest: string }
  | { readonly kind: 'sending'; readonly words: string }
  | { readonly kind: 'failed'; readonly problem: Problem };

export interface Answering {
  readonly doing: Doing;
  /** Why approving is off now; undefined: it is on. */
  readonly off: string | undefined;
  readonly comment: string;
  readonly typed: string;
  readonly alternative: number | undefined;
  /** Set once this page sent an answer that was taken. */
  readonly sent: 'approve' | 'reject' | 'alternative' | undefined;
  readonly write: (comment: string) => void;
  readonly type: (name: string) => void;
  readonly choose: (index: number) => void;
  readonly diffSeen: () => void;
  readonly approve: (choice: Choice) => void;
  readonly takeBack: () => void;
  readonly reject: (reason: string) => Promise<boolean>;
  readonly take: () => Promise<void>;
  readonly evaluate: () => Promise<void>;
}

/** A person's answer to one request: when it may be given, the second thought that goes with the risk, and sending it. */
export function useAnswer(card: ApprovalCard, resource: Resource<ApprovalCard>): Answering {
  const line = useLine();
  const now = useNow();
  const [doing, setDoing] = useState<Doing>({ kind: 'idle' });
  const [comment, write] = useState('');
  const [typed, type] = useState('');
  const [alternative, choose] = useState<number>();
  const [seen, setSeen] = useState(false);
  const [sent, setSent] = useState<Answering['sent']>();
  const diffSeen = useCallback(() => setSeen(true), []);
  const path = `/api/approvals/${encodeURIComponent(card.namespace)}/${encodeURIComponent(card.name)}`;
  const { reload } = resource;
  const world = worldOff(card, { live: line.live, current: resource.problem === undefined, now });
  const off = world ?? personOff(card, { comment, typed, seen });

  const post = useCallback(
    async <T>(to: string, body: object, words: string): Promise<T | undefined> => {
      setDoing({ kind: 'sending', words });
      const answer = await send<T>('POST', `${path}${to}`, body);
      setDoing(answer.ok ? { kind: 'idle' } : { kind: 'failed', problem: answer.problem });
      await reload();
      return answer.ok ? answer.value : undefined;
    },
    [path, reload],
  );

  const vote = useCallback(
    async (body: VoteBody): Promise<boolean> => {
      const taken = await post(
        '/vote',
        body,
        body.vote === 'approve' ? 'Sending your approval' : 'Sending your rejection',
      );
      if (taken === undefined) return false;
      setSent(body.vote);
      say(body.vote === 'approve' ? 'Approved by you' : 'Rejected by you');
      return true;
    },
    [post],
  );

  const approval = useCallback(
    (choice: Choice): VoteBody => ({
      digest: card.digest,
      vote: 'approve',
      choice,
      ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
      ...(card.asks.typed === undefined ? {} : { typed }),
    }),
    [card.digest, card.asks.typed, comment, typed],
  );

  useEffect(() => {
    if (doing.kind !== 'holding') return undefined;
    // What was pressed was another request, or the page cannot be trusted any more: then it was not pressed.
    if (off !== undefined || doing.digest !== card.digest) {
      const why = off ?? 'what you approved is not what stands here now';
      setDoing({
        kind: 'failed',
        problem: { status: 0, code: 'NotSent', message: `Your approval was not sent: ${why}` },
      });
      return undefined;
    }
    const due = setTimeout(() => void vote(approval(doing.choice)), Math.max(0, doing.until - serverNow()));
    return () => clearTimeout(due);
  }, [doing, off, card.digest, vote, approval]);

  const approve = (choice: Choice): void => {
    if (off !== undefined || doing.kind === 'sending' || doing.kind === 'holding') return;
    if (card.asks.delayMs === 0) return void vote(approval(choice));
    setDoing({ kind: 'holding', choice, until: serverNow() + card.asks.delayMs, digest: card.digest });
    say(`Approving in ${card.asks.delayMs / 1000} seconds. You can take it back.`);
  };

  const goTo = (anew: Partial<AskedAnew> | undefined): void => {
    if (anew === undefined) return;
    say(anew.text ?? 'Evaluated again');
    const { request } = anew;
    if (request !== undefined) location.hash = href(['approvals', request.namespace, request.name]);
  };

  return {
    doing,
    off,
    comment,
    typed,
    alternative,
    sent,
    write,
    type,
    choose,
    diffSeen,
    approve,
    takeBack: () => {
      setDoing({ kind: 'idle' });
      say('Taken back. Nothing was sent.');
    },
    reject: (reason) => vote({ digest: card.digest, vote: 'reject', comment: reason }),
    take: async () => {
      if (alternative === undefined || world !== undefined) return;
      const title = card.alternatives.find(({ index }) => index === alternative)?.title;
      const body: TakeAlternativeBody = {
        index: alternative,
        digest: card.digest,
        ...(title === undefined ? {} : { title }),
        ...(comment.trim() === '' ? {} : { comment: comment.trim() }),
      };
      const anew = await post<AskedAnew>('/alternative', body, 'Taking the alternative');
      if (anew === undefined) return;
      setSent('alternative');
      goTo(anew);
    },
    evaluate: async () => goTo(await post<AskedAnew>('/evaluate', {}, 'Evaluating again on fresh state')),
  };
}
