import { test } from 'node:test';
import {
  begin,
  best,
  confirm,
  type Draft,
  extend,
  givenHall,
  HALL,
  held,
  hold,
  lines,
  release,
  T0,
} from '../tests/support/screening.ts';
import { FactKind } from './seat-fact.ts';
import { OutcomeCode } from './seat-outcome.ts';
import type { ScreeningRules } from './seat-state.ts';

const claimed = { kind: FactKind.ownerChanged, holdDeadlineMs: T0 } as const;
const windowed = (rules: Partial<ScreeningRules>) => givenHall(HALL, rules).given(claimed, held(2, 'ana', [0]));
const block: Draft = { kind: 'block', buyer: 'staff-7', seats: [5], reason: 'broken' };

test('[SW1] seats can be taken from the beginning of the sales on, and not before', () => {
  const stage = windowed({ salesFromMs: T0 });
  for (const draft of [hold('bia', [5]), hold('ana', [5], 2), best('bia', 1)]) {
    stage
      .at(T0 - 1)
      .when(draft)
      .refuses(OutcomeCode.salesClosed);
    stage.at(T0).when(draft).accepts();
  }
});

test('[SW1] and until their end, which is past when it is reached', () => {
  const stage = windowed({ salesUntilMs: T0 + 5 });
  for (const draft of [hold('bia', [5]), hold('ana', [5], 2), best('bia', 1)]) {
    stage
      .at(T0 + 4)
      .when(draft)
      .accepts();
    stage
      .at(T0 + 5)
      .when(draft)
      .refuses(OutcomeCode.salesClosed);
  }
});

test('[SW2] what was held in time is extended, paid and sold after the end', () => {
  const stage = windowed({ salesUntilMs: T0 + 5 }).at(T0 + 5);
  stage.does(extend('ana', 2), begin('ana', 2, 'o1', lines([0])), confirm('ana', 'o1', [0]));
});

test('[SW3] a screening that is closed or cancelled in the catalogue sells nothing new, whatever staff opens', () => {
  const stage = windowed({ isOnSale: false }).does({ kind: 'open-sales', buyer: 'staff-7' });
  for (const draft of [hold('bia', [5]), best('bia', 1), extend('ana', 2), begin('ana', 2, 'o1', lines([0]))]) {
    stage.when(draft).refuses(OutcomeCode.salesClosed);
  }
  stage.when(release('ana', 2)).accepts();
});

test('[SW3] a payment that began before comes to its end', () => {
  const stage = windowed({}).does(begin('ana', 2, 'o1', lines([0])));
  stage.state.rules = { ...stage.state.rules, isOnSale: false };
  stage.when(begin('ana', 2, 'o1', lines([0]))).repeats();
  stage.when(confirm('ana', 'o1', [0])).accepts();
});

test('[SW4] staff blocks and unblocks seats at any time', () => {
  const stage = windowed({ salesFromMs: T0 + 5, salesUntilMs: T0 + 6, isOnSale: false });
  stage.does(block, { kind: 'unblock', buyer: 'staff-7', seats: [5], reason: 'repaired' });
});
