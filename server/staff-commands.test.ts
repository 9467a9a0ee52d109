/** Commands of staff: one answer in time, and no second effect, however often they are tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OutcomeCode } from '../actors/seat-outcome.ts';
import { HandBus } from '../tests/support/hand-bus.ts';
import { turns } from '../tests/support/hand-store.ts';
import { RuntimeStage } from '../tests/support/runtime-stage.ts';
import { begin, confirm, hold, lines, T0 } from '../tests/support/screening.ts';
import { seatMapOf } from '../tests/support/seat-maps.ts';
import { requestIdOf, type StaffCommand, StaffCommands } from './staff-commands.ts';

const BY = 'user-12';
const block = (requestId: string, seats = [1, 2]): StaffCommand => ({
  kind: 'block',
  requestId,
  by: BY,
  seats,
  reason: 'quebrada',
});

/** A bus whose other end is the test's, and a clock that only the test moves. */
class Asking {
  readonly bus = new HandBus();
  nowMs = T0;
  readonly timers: { atMs: number; callback: () => void }[] = [];
  readonly staff = new StaffCommands({
    bus: this.bus,
    deadlineMs: 5_000,
    nowMs: () => this.nowMs,
    after: (delayMs, callback) => {
      const timer = { atMs: this.nowMs + delayMs, callback };
      this.timers.push(timer);
      return () => void this.timers.splice(this.timers.indexOf(timer), 1);
    },
  });

  async passes(ms: number): Promise<void> {
    this.nowMs += ms;
    for (const timer of [...this.timers]) {
      if (timer.atMs > this.nowMs || !this.timers.includes(timer)) continue;
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.callback();
    }
    await turns();
  }
}

test('[SC1] the answer of the actor, and its version', async () => {
  const asking = new Asking();
  const answer = asking.staff.ask(7, block('key-1'));
  const { command, screening, deadlineMs } = asking.bus.next('block');
  const base = { requestId: 'key-1', buyer: BY, atMs: 0 };
  assert.deepEqual([screening, deadlineMs], [7, T0 + 5_000]);
  assert.deepEqual(command, { ...base, kind: 'block', seats: [1, 2], reason: 'quebrada' });
  asking.bus.next('block').answer({ code: 0, kind: 'done' }, 9);
  assert.deepEqual(await answer, { outcome: { code: 0, kind: 'done' }, version: 9 });
  assert.equal(asking.timers.length, 0);
});

test('[SC1] cancel and refund come from staff; a layout is fetched by the owner', async () => {
  const asking = new Asking();
  void asking.staff.ask(7, { kind: 'refund', requestId: 'r', by: BY, order: 'o1', tickets: ['t1'] });
  void asking.staff.ask(7, { kind: 'cancel', requestId: 'c', by: 'system', order: 'o1' });
  void asking.staff.ask(7, { kind: 'change-map', requestId: 'm', by: BY, seatMap: 3, halfQuota: 40 });
  const commands = asking.bus.submitted.map(({ command }) => command);
  assert.deepEqual(commands, [
    { requestId: 'r', buyer: BY, atMs: 0, kind: 'refund', order: 'o1', tickets: ['t1'], byStaff: true },
    { requestId: 'c', buyer: 'system', atMs: 0, kind: 'cancel', order: 'o1', byStaff: true },
    { requestId: 'm', buyer: BY, atMs: 0, kind: 'change-map', seatMap: 3, halfQuota: 40, map: null },
  ]);
});

test('[SC2] busy, unavailable and expired are tried again with the same id, after a growing pause; a refusal is not', async () => {
  const asking = new Asking();
  const answer = asking.staff.ask(7, block('key-1'));
  const tries: unknown[] = [];
  for (const code of [OutcomeCode.busy, OutcomeCode.unavailable, OutcomeCode.expired]) {
    tries.push(asking.bus.next('block').command);
    asking.bus.next('block').answer({ code });
    await turns();
    assert.equal(asking.bus.submitted.length, 0, 'not at once');
    await asking.passes(200);
  }
  tries.push(asking.bus.next('block').command);
  asking.bus.next('block').answer({ code: OutcomeCode.seatSold, seats: [1] }, 4);
  assert.deepEqual(await answer, { outcome: { code: OutcomeCode.seatSold, seats: [1] }, version: 4 });
  assert.equal(new Set(tries.map((one) => JSON.stringify(one))).size, 1);
  assert.equal(new Set(tries).size, 4, 'each try is a message of its own: its owner stamps its time on it');
});

test('[SC2] within its deadline: then the last word is what was heard', async () => {
  const asking = new Asking();
  const answer = asking.staff.ask(7, block('key-1'), 1_000);
  await asking.passes(990);
  asking.bus.next('block').answer({ code: OutcomeCode.busy });
  assert.equal((await answer).outcome.code, OutcomeCode.busy);
});

test('[SC2] without any answer it is unavailable, soon after the deadline; a late answer changes nothing', async () => {
  const asking = new Asking();
  const answer = asking.staff.ask(7, block('key-1'), 1_000);
  await turns();
  await asking.passes(2_000);
  assert.deepEqual(await answer, { outcome: { code: OutcomeCode.unavailable }, version: 0 });
  asking.bus.next('block').answer({ code: 0, kind: 'done' });
  await turns();
});

test('[SC3] what neither the journal nor the bus would take is refused before it is sent', async () => {
  const asking = new Asking();
  const good = block('key-1');
  const wrong: StaffCommand[] = [
    ...['', 'a b', 'tab\t', 'back\\slash', 'ação', 'x'.repeat(65)].map((requestId) => ({ ...good, requestId })),
    { ...good, by: '' },
    { ...good, by: 'ana maria' },
    { ...good, kind: 'block', seats: [1], reason: 'line\nfeed' },
    { ...good, kind: 'block', seats: [1], reason: 'x'.repeat(1_025) },
    { kind: 'check-in', requestId: 'r', by: BY, ticket: 'a b', gate: 'Porta 1' },
    { kind: 'check-in', requestId: 'r', by: BY, ticket: 't1', gate: '\u0000' },
    { kind: 'refund', requestId: 'r', by: BY, order: 'o1', tickets: [''] },
    { kind: 'refund', requestId: 'r', by: BY, order: '' },
    ...[-1, 1.5, 4_097, Number.NaN].map(
      (halfQuota): StaffCommand => ({ kind: 'change-map', requestId: 'r', by: BY, seatMap: 1, halfQuota }),
    ),
    { kind: 'change-map', requestId: 'r', by: BY, seatMap: 0, halfQuota: 1 },
  ];
  for (const command of wrong) await assert.rejects(asking.staff.ask(7, command), RangeError, JSON.stringify(command));
  assert.equal(asking.bus.submitted.length, 0);
});

test('[SC4] request ids are made of the wish and of who has it', () => {
  const ids = [
    requestIdOf(BY, 'block', 7),
    requestIdOf('user-13', 'block', 7),
    requestIdOf(BY, 'block', '7'),
    requestIdOf(BY, 'block7'),
    requestIdOf(BY, 'ação\n\\'),
  ];
  assert.equal(new Set(ids).size, 5);
  for (const id of ids) assert.match(id, /^[0-9A-Za-z_-]{22}$/);
  assert.equal(requestIdOf(BY, 'block', 7), ids[0]);
});

test('[SC4] on a real actor: each command of staff, and its repetition, has one effect and one answer', async () => {
  const stage = new RuntimeStage();
  const larger = seatMapOf(['..........', '..........']);
  stage.loader.maps.set(larger.id, larger);
  const staff = new StaffCommands({
    bus: stage.runtime,
    deadlineMs: 5_000,
    nowMs: () => stage.nowMs,
    after: () => () => {},
  });
  const commands: StaffCommand[] = [
    { kind: 'change-map', requestId: 'm', by: BY, seatMap: larger.id, halfQuota: 8 },
    block('b', [3]),
    { kind: 'unblock', requestId: 'u', by: BY, seats: [3], reason: 'consertada', seatMap: larger.id },
    { kind: 'close-sales', requestId: 'cs', by: BY },
    { kind: 'open-sales', requestId: 'os', by: BY },
  ];
  for (const command of commands) {
    for (let time = 0; time < 2; time++) {
      assert.deepEqual((await staff.ask(7, command)).outcome, { code: 0, kind: 'done' }, command.kind);
    }
  }
  const held = (await stage.does(7, hold('ana', [0, 19]))).accepted('hold').hold;
  await stage.does(7, begin('ana', held, 'o1', lines([0, 19])));
  await stage.does(7, confirm('ana', 'o1', [0, 19]));
  const checkIn: StaffCommand = { kind: 'check-in', requestId: 'ci', by: BY, ticket: 'o1-0', gate: 'Porta 1' };
  const refund: StaffCommand = { kind: 'refund', requestId: 'rf', by: BY, order: 'o1', tickets: ['o1-19'] };
  for (const command of [checkIn, checkIn, refund, refund]) {
    assert.equal((await staff.ask(7, command)).outcome.code, OutcomeCode.accepted);
  }
  assert.equal((await staff.ask(7, { ...refund, requestId: 'rf2' })).outcome.code, OutcomeCode.ticketVoid);
  const again: StaffCommand = { kind: 'change-map', requestId: 'm2', by: BY, seatMap: 1, halfQuota: 8 };
  stage.loader.maps.set(1, stage.map);
  assert.deepEqual((await staff.ask(7, { ...again, seatMap: stage.map.id })).outcome, {
    code: OutcomeCode.screeningHasSales,
    seats: [0],
  });
  assert.deepEqual(stage.kinds(7), [1, 16, 14, 15, 3, 2, 4, 8, 10, 13, 12]);
});
