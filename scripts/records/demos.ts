export interface Demo {
  /** Without `.md`. */
  readonly name: string;
  /** As `fairlead demo --scenario` takes it. */
  readonly scenario: number;
  readonly title: string;
  /** What the page answers. */
  readonly asks: string;
  /** Words of the transcript, spaces aside, and what they say: by hand, and refused where nothing prints them any more. */
  readonly look: readonly (readonly [words: string, says: string])[];
  /** What to do or read next, as Markdown. */
  readonly next: readonly string[];
  /** A section of its own, tried by hand: what takes people cannot be played by a test. */
  readonly yourself?: string;
}

/** What the words at the left of a story mean. */
export const LEGEND: Readonly<Record<string, string>> = {
  outside: 'Somebody or something else does it: customers, people, a dependency. No record of ours has it.',
  seen: 'The numbers that a decision begins from.',
  analysis: 'What code computes from them: up, down, or hold.',
  model: 'What a model wants, in its words.',
  reads: 'A role or a chat looks something up.',
  proposed: 'What is asked for, and by whom.',
  gate: 'The verdict: allowed, deferred (waits for time), restricted (waits for people), forbidden. Below it each rule that spoke.',
  instead:
    'What could be done in place of it: each with its own verdict, or marked as advice. To stop in place of to delete is told also where it is not granted.',
  holds: 'Whoever proposes ends without a wish, and says why.',
  says: 'One of the five roles has spoken. A brief is the page for whoever is asked: what, why, the risk; in a shop that is kept, `fairlead why` shows it.',
  waits: "It is people's turn, until then on the story's clock.",
  vote: 'Somebody answered.',
  raise: 'They raised the limit: a new version of the blueprint.',
  blueprint: 'A version was accepted or refused.',
  again: 'The executor decides anew before it writes: the same, or what is different by now.',
  done: 'Written, after it was recorded.',
  verified: 'The checks after it: pass, fail, or no verdict.',
  undone: 'What failed its checks was put back.',
  failed: 'It failed, and stays or could not be carried out.',
  ended: 'It ended without a change: too late, overtaken, or said no to.',
  alert: 'A person is called.',
  breaker: 'Too many failures: the service is left alone, or tried again.',
  chat: 'An operator asks in a chat.',
  reply: 'What they read.',
  checked: 'Whether the story ended as specified.',
};

const RULES = '../docs/reference/rules.md';
const BLUEPRINT = '[blueprints/frontend/blueprint.yaml](../blueprints/frontend/blueprint.yaml)';

export const DEMOS: readonly Demo[] = [
  {
    name: '01-autonomous-scaling',
    scenario: 1,
    title: 'Autonomous scaling',
    asks: 'What happens between the first busy minute of a service and a verified change, with nobody asked?',
    look: [
      ['analysis up (3 replicas)', 'Code computes direction and size from the numbers: 2 pods at 85 % want 3 at 57 %.'],
      [
        'gate allowed, step 2 to 3',
        `The gate found nothing against it: granted, and within the limits of ${BLUEPRINT}.`,
      ],
      [
        'again frontend: the executor, on fresh state: the same',
        'Another role reads the state anew and asks the same gate. Only this answer counts.',
      ],
      [
        'recorded first, then written',
        'The intent is in the Decision and in the journal before the one patch is sent.',
      ],
      [
        'verified pass',
        'All pods ready, then `stabilization_period` (60 s), then the checks, each against the value before.',
      ],
      ['2 of 2 verdicts came out the same', 'The journals alone are enough to judge every request again.'],
    ],
    next: [
      'The same kind of decision as a record: [decision-autonomous.json](../examples/decision-autonomous.json)',
      'The path of every decision: [ARCHITECTURE.md](../docs/ARCHITECTURE.md#one-decision)',
    ],
  },
  {
    name: '02-approval-workflow',
    scenario: 2,
    title: 'Approval workflow',
    asks: 'Who decides when a service needs more than its blueprint allows, and what does their yes do?',
    look: [
      ['search: scale 3 to 5', 'Up to the limit nobody has to be asked.'],
      [
        'gate restricted: needs approval by devops-team',
        'One replica more is not forbidden: the blueprint says who may allow it (`requires_approval`).',
      ],
      ['waits search: needs approval by devops-team until', 'A request with a deadline. No answer means no.'],
      [
        'omar approves',
        'A vote for exactly this request, signed by the gateway and journalled before it counts. Here omar is played by code.',
      ],
      [
        'raise shop/search: max_replicas 5 to 6, version 1.0.0 to 1.1.0',
        'He chose to raise the limit: the blueprint gets a new version. He could have allowed it once.',
      ],
      [
        'again search: by now allowed, step 5 to 6',
        'The executor checks the vote and judges the request again before it writes.',
      ],
    ],
    next: ['Request, vote, release and write as records: [audit-approval.json](../examples/audit-approval.json)'],
    yourself: `## Answer one yourself

\`\`\`sh skip=long
npm run demo -- --keep --scenario 2
\`\`\`

1. When the story is told, it prints one-time links: open those of \`admin\` and of \`ada\`, who is in \`devops-team\`, and choose a password
   for each. One browser window is one person: open ada's in a private one.
2. It prints two \`export\` lines as well. In another terminal, after them, admin asks for more than the blueprint allows (the address is
   that of the links):

   \`\`\`sh skip=typing
   fairlead login http://127.0.0.1:8484 --name admin
   fairlead request scale shop/search --replicas 8 --reason "the campaign goes on"
   \`\`\`

3. ada has half an hour of the shop's time, six minutes of yours. She answers on the page, under *Approvals*, or here, with the name
   that the list shows in place of NAME:

   \`\`\`sh skip=typing
   fairlead login http://127.0.0.1:8484 --name ada
   fairlead approvals
   fairlead approve shop/NAME --once --reason "for the campaign"
   fairlead status shop/search
   \`\`\`

In the first terminal the story goes on: \`waits\`, \`vote\`, \`again\`, \`done\`, \`verified\`. Eight replicas then stand above the range 2..6, which
nobody raised: they were allowed once.
`,
  },
  {
    name: '03-governance-blocking',
    scenario: 3,
    title: 'Governance blocking',
    asks: 'What happens when a model that an attacker controls asks for the worst?',
    look: [
      [
        'model wants delete_deployment',
        'Its words would convince a person in a hurry. No rule of the gate reads them.',
      ],
      ['G0 ForbiddenByBlueprint', `The blueprint forbids it, in \`forbidden_operations\` of ${BLUEPRINT}.`],
      ['G0 NotExecutable', 'There is no code that could do it.'],
      [
        'G22 NotExpressible',
        `No blueprint can grant it. Each of the three is enough, and all are listed: [rules](${RULES}).`,
      ],
      ['instead disable_ingress', 'What could be done instead: judged already, or marked as advice.'],
      ['alert security', 'An Event on the Deployment, and a message to whatever sinks are set.'],
      ['1 decision: 1 forbidden', 'What was refused is on record too. No line says `done`: nothing was written.'],
    ],
    next: [
      'The refused request as a record: [decision-forbidden.json](../examples/decision-forbidden.json); all that the gate saw: [governance-forbidden.json](../examples/governance-forbidden.json)',
      'An operator who asks for the same in a chat gets the same: `bin/fairlead demo --no-input --scenario 8`',
    ],
  },
  {
    name: '04-rollback-verification',
    scenario: 4,
    title: 'Rollback after verification',
    asks: 'A change that every number spoke for makes things worse: who notices, and who takes it back?',
    look: [
      [
        'gate allowed, step 3 to 2',
        'Nothing that was observed speaks against it. What CPU does not show is not known yet.',
      ],
      [
        'verified fail: p95 280 ms, wanted < 200 ms on two samples in a row',
        'A clear failure does not wait for the end of the stabilisation.',
      ],
      [
        'the automatic undo, back to 3; nobody is asked',
        `The undo goes through the gate as well, by a rule of its own, G17: [rules](${RULES}).`,
      ],
      [
        'undone checkout: back to 3',
        'The undo is verified too. One that fails freezes the service until a person lifts that.',
      ],
      [
        'G11 Reversal',
        'The analysis wants 2 again at once. It has to wait, since the undo is remembered in the counters.',
      ],
      ['a person is called', 'A failed change is told to people, with its cause.'],
    ],
    next: [
      'A failed check and its undo as records: [verification-failure.json](../examples/verification-failure.json); a check that passed: [verification-success.json](../examples/verification-success.json)',
    ],
  },
  {
    name: '05-multi-service',
    scenario: 5,
    title: 'Several services',
    asks: 'Does the trouble of one service move another?',
    look: [
      [
        'backend: a calm evening: CPU goes to 45%',
        'Between its alarms of 40 % and 80 %. No line after it is about backend: nobody proposes anything.',
      ],
      [
        'proposed frontend: scale to 3',
        'frontend is looked at by itself, with its own blueprint, counters and verification.',
      ],
      ['backend 2 ■■■····· 8 CPU 45%', 'backend ends as it began, with 3 replicas.'],
      ['1 decision: 1 allowed', 'One request for an effect in all.'],
    ],
    next: [
      'When two want the same room, priority decides: `bin/fairlead demo --no-input --scenario 6`, and as records [multi-service-conflict.json](../examples/multi-service-conflict.json)',
      'Two that are served at once: [decision-multi-service.json](../examples/decision-multi-service.json)',
    ],
  },
];
