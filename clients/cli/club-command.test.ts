import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ran } from '../../tests/support/heard-ports.ts';
import { pages, StandInApi } from '../../tests/support/stand-in-api.ts';

const PLAN = {
  ...{ code: 'clube', name: 'Clube Poltrona', nameEn: 'Club', monthCents: 2990, ticketsPerMonth: 3, ticketCents: 1500 },
  ...{ currency: 'BRL', status: 'active', members: 12, isOffered: true },
};
const ADD = [
  'club',
  'add',
  'clube',
  '--name',
  'Clube Poltrona',
  '--month',
  '29.90',
  '--tickets',
  '3',
  '--ticket',
  '15',
];
const WHY = ['--why', 'launch of the club'];

async function club(t: TestContext) {
  const asked: unknown[] = [];
  const api = await StandInApi.start(t, {
    'GET /api/admin/club/plans': pages('plans', [PLAN, { ...PLAN, code: 'ouro', isOffered: false, members: 0 }]),
    'POST /api/admin/club/plans': ({ body }) => {
      asked.push(body);
      return { body: { plan: PLAN } };
    },
    'POST /api/admin/club/plans/{code}/offer': () => {
      asked.push('offer');
      return { body: { plan: PLAN } };
    },
    'POST /api/admin/club/plans/{code}/withdraw': ({ body }) => {
      asked.push(body);
      return { body: { plan: { ...PLAN, status: 'withdrawn' } } };
    },
  });
  return { asked, run: (words: readonly string[]) => ran(words, { environment: api.environment }) };
}

test('[CB9] plans are listed with what they cost, what they give and how many pay for them', async (t) => {
  const { run } = await club(t);
  const { code, out } = await run(['club', 'list']);
  assert.equal(code, 0);
  assert.match(out.join('\n'), /clube\s+Clube Poltrona\s+R\$ 29,90\s+3\s+R\$ 15,00\s+12\s+offered/);
  assert.match(out.join('\n'), /ouro.*not at Stripe: "club offer"/);
});

test('[CB9] a plan is added and offered after a question, withdrawn likewise; a rehearsal asks for nothing', async (t) => {
  const { asked, run } = await club(t);
  const told = 'Clube Poltrona: R$ 29,90 a month, 3 tickets for R$ 15,00 each';
  const unasked = await run([...ADD, ...WHY]);
  assert.deepEqual([unasked.code, unasked.errors[0], asked], [2, told, []]);
  const rehearsed = await run([...ADD, ...WHY, '--dry-run']);
  assert.deepEqual([rehearsed.code, rehearsed.out, asked], [0, [told], []]);
  assert.deepEqual((await run([...ADD, ...WHY, '--yes'])).out, ['clube: offered']);
  const { code, name, monthCents, ticketsPerMonth, ticketCents } = PLAN;
  const plan = { code, name, nameEn: name, monthCents, ticketsPerMonth, ticketCents, why: 'launch of the club' };
  assert.deepEqual(asked, [plan, 'offer']);
  assert.deepEqual((await run(['club', 'withdraw', 'clube', '--why', 'replaced', '--yes'])).out, [
    'clube: withdrawn, 12 members',
  ]);
  assert.deepEqual((await run(['club', 'offer', 'clube'])).out, ['clube: offered']);
  assert.deepEqual(asked.slice(2), [{ why: 'replaced' }, 'offer']);
});

test('[CB9] what is no code, no price or no reason is refused before anything is asked', async (t) => {
  const { asked, run } = await club(t);
  for (const words of [
    ['club', 'add', 'Clube!', ...ADD.slice(3), ...WHY],
    [...ADD.map((word) => (word === '29.90' ? 'cheap' : word)), ...WHY],
    ADD,
  ])
    assert.equal((await run([...words, '--yes'])).code, 2, words.join(' '));
  assert.deepEqual(asked, []);
});
