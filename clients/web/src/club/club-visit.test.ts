import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClubPayment, ClubStatus, Membership } from '../../../sdk/api/club-api.ts';
import {
  type ClubEvent,
  type ClubVisit,
  type Confirmed,
  isMonthOver,
  isUnderWay,
  next,
  opening,
  pauseMs,
} from './club-visit.ts';

const plan = {
  ...{ code: 'clube', name: 'Clube', nameEn: 'Club', monthCents: 2_990, ticketsPerMonth: 3, ticketCents: 1_500 },
  currency: 'BRL',
};

function membership(status: ClubStatus): Membership {
  const ticketsLeft = status === 'active' ? 3 : 0;
  return { plan, status, ticketsLeft, ticketType: 'club', category: 9, until: null, leaving: false };
}

/** What the server says, after it has looked at Stripe. */
function looked(status: ClubStatus | null, clientSecret: string | null = null): ClubEvent {
  const answer: ClubPayment = { clientSecret, membership: status === null ? null : membership(status) };
  return { kind: 'looked', answer };
}

function after(events: readonly ClubEvent[], from: ClubVisit = opening): ClubVisit {
  return events.reduce(next, from);
}

const JOINED: readonly ClubEvent[] = [looked(null), { kind: 'join', plan: 'clube' }, looked('incomplete', 'secret')];
const confirmed = (how: Confirmed): readonly ClubEvent[] => [{ kind: 'confirm' }, { kind: 'confirmed', how }];

/** Every visit that the page can come to. */
const VISITS: readonly ClubVisit[] = [
  opening,
  { is: 'unreachable' },
  { is: 'choosing', problem: null },
  { is: 'joining', plan: 'clube' },
  { is: 'paying', membership: membership('incomplete'), clientSecret: 'secret', problem: null },
  { is: 'paying', membership: membership('late'), clientSecret: 'secret', problem: null },
  { is: 'confirming', membership: membership('incomplete'), clientSecret: 'secret' },
  { is: 'looking', tries: 0, problem: null },
  { is: 'slow' },
  { is: 'member', membership: membership('active'), clientSecret: null },
  { is: 'member', membership: membership('late'), clientSecret: 'secret' },
];

test('[WU1] nobody is a member because a payment went well: only when the server has looked and says so', () => {
  const paid = after([...JOINED, ...confirmed('done')]);
  assert.equal(paid.is, 'looking');
  assert.equal(after([looked('incomplete')], paid).is, 'looking');
  assert.equal(after([looked('active')], paid).is, 'member');
  const events: readonly ClubEvent[] = [
    ...([{ kind: 'join', plan: 'x' }, { kind: 'put-aside' }, { kind: 'pay-open' }, { kind: 'look-again' }] as const),
    ...([{ kind: 'came-back', isPaid: true }, { kind: 'not-looked' }] as const),
    ...(['done', 'unknown', 'declined', 'bank', 'incomplete'] as const).flatMap(confirmed),
  ];
  for (const visit of VISITS.filter(({ is }) => is !== 'member')) {
    for (const event of events) {
      const then = next(visit, event);
      assert.ok(then.is !== 'member' || then.membership.status === 'late', `${visit.is} ${event.kind}`);
    }
  }
});

test('[WU2] a declined card leaves the bill open, and another card pays it', () => {
  const declined = after([...JOINED, ...confirmed('declined')]);
  assert.deepEqual([declined.is, declined.is === 'paying' && declined.problem], ['paying', 'declined']);
  assert.equal(after([...confirmed('done'), looked('active')], declined).is, 'member');
});

test('[WU2] where nobody heard what became of a payment, nothing is said of it before the server has looked, more than once', () => {
  const unheard = after([...JOINED, ...confirmed('unknown')]);
  assert.equal(unheard.is, 'looking');
  assert.equal(after([looked('incomplete', 'secret')], unheard).is, 'looking', 'it may not have arrived yet');
  const often = Array.from({ length: 4 }, () => looked('incomplete', 'secret'));
  const unpaid = after(often, unheard);
  assert.deepEqual([unpaid.is, unpaid.is === 'paying' && unpaid.problem], ['paying', 'unpaid']);
  assert.equal(after([looked('incomplete', 'secret'), looked('active')], unheard).is, 'member', 'it had arrived');
});

test('[WU3] the server is not asked for ever: after half a minute the person looks again', () => {
  let visit = after([...JOINED, ...confirmed('done')]);
  let waitedMs = 0;
  for (let tries = 0; visit.is === 'looking'; tries++) {
    assert.ok(tries < 20);
    visit = next(visit, tries % 2 === 0 ? looked('incomplete') : { kind: 'not-looked' });
    waitedMs += pauseMs(tries);
  }
  assert.equal(visit.is, 'slow');
  assert.ok(waitedMs > 15_000 && waitedMs < 60_000, `${waitedMs}`);
  assert.equal(after([{ kind: 'look-again' }, looked('active')], visit).is, 'member');
});

test('[WU4] closed in the middle and come back: the bill that was begun is shown, another plan may be chosen, or nothing', () => {
  const back = after([looked('incomplete', 'secret')]);
  assert.equal(back.is, 'paying');
  assert.deepEqual(after([{ kind: 'put-aside' }], back), { is: 'choosing', problem: null });
  assert.deepEqual(after([{ kind: 'left', membership: membership('ended') }], back), { is: 'choosing', problem: null });
  assert.equal(after([looked('incomplete')]).is, 'looking', 'it is being paid, in another tab perhaps');
});

test('[WU4] back from the bank’s own page, whose word decides nothing', () => {
  const paid = after([{ kind: 'came-back', isPaid: true }]);
  assert.equal(after([looked('incomplete', 'secret')], paid).is, 'looking', 'Stripe may be a little behind');
  const failed = after([{ kind: 'came-back', isPaid: false }]);
  const shown = after([looked('incomplete', 'secret')], failed);
  assert.deepEqual([shown.is, shown.is === 'paying' && shown.problem], ['paying', 'bank']);
  assert.equal(after([looked('active')], failed).is, 'member');
});

test('[WU5] a month that is late can be paid with another card, or not now; without a bill there is nothing to pay', () => {
  const late = after([looked('late', 'secret')]);
  const paying = after([{ kind: 'pay-open' }], late);
  assert.deepEqual([late.is, paying.is], ['member', 'paying']);
  assert.deepEqual(after([{ kind: 'put-aside' }], paying), late);
  assert.equal(after([...confirmed('done'), looked('late'), looked('active')], paying).is, 'member');
  assert.equal(after([{ kind: 'pay-open' }], after([looked('late')])).is, 'member');
});

test('[WU6] a second tap changes nothing, and nothing is taken away while a payment is under way', () => {
  for (const visit of VISITS.filter(isUnderWay)) {
    for (const event of [{ kind: 'join', plan: 'x' }, { kind: 'confirm' }, { kind: 'pay-open' }] as const)
      assert.deepEqual(next(visit, event), visit);
  }
  const confirming = after([...JOINED, { kind: 'confirm' }]);
  for (const event of [looked('active'), looked(null), { kind: 'left', membership: null }] as const)
    assert.deepEqual(next(confirming, event), confirming);
});

test('[WU6] what cannot be reached is said, and can be tried again', () => {
  const away = after([{ kind: 'not-looked' }]);
  assert.equal(away.is, 'unreachable');
  assert.equal(after([{ kind: 'look-again' }], away).is, 'opening');
  assert.deepEqual(after([looked(null), { kind: 'join', plan: 'x' }, { kind: 'not-joined', problem: 'provider' }]), {
    ...{ is: 'choosing', problem: 'provider' },
  });
  const member = after([looked('active')]);
  assert.deepEqual(next(member, { kind: 'not-looked' }), member, 'what is known stays');
});

test('[WU7] whoever leaves stays a member until the month ends; one that has ended is none', () => {
  const member = after([looked('active')]);
  const leaving = { ...membership('active'), leaving: true };
  assert.deepEqual(next(member, { kind: 'left', membership: leaving }), {
    ...{ is: 'member', membership: leaving, clientSecret: null },
  });
  assert.equal(next(member, { kind: 'left', membership: null }).is, 'choosing');
  assert.equal(next(member, looked('ended')).is, 'choosing');
});

test('[WU7] a month that is over by the clock is no month: its renewal is asked for', () => {
  const until = '2026-12-25T15:00:00.000Z';
  const member = { ...membership('active'), until };
  assert.deepEqual(
    [-1, 0, 1].map((ms) => isMonthOver(member, Date.parse(until) + ms)),
    [false, true, true],
  );
  assert.equal(isMonthOver(membership('active'), 0), false);
});
