/**
 * Decides: looks at the state and at a command, and says what becomes of it. Pure and synchronous; it changes nothing,
 * and has neither clock nor chance (time and new ids stand in the command). `evolve` then applies the facts.
 *
 * When several refusals apply, the one with the lowest code is given (docs/specification.md), so that each of the
 * functions below asks its questions in the order of the codes. A refusal has no facts.
 */
import { unreachable } from './assert.ts';
import { decideBestAvailable, decideExtend, decideHold, decideRelease } from './decide-hold.ts';
import { decideChangeMap } from './decide-map.ts';
import { decideBeginPayment, decideCancelPayment, decideConfirm } from './decide-payment.ts';
import { decideBlock, decideClaim, decideExpire, decideSales, decideUnblock } from './decide-staff.ts';
import { decideCheckIn, decideVoid } from './decide-tickets.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { RequestWindow } from './request-window.ts';
import type { Command } from './seat-command.ts';
import { answeredBefore, type Decision, refused } from './seat-decision.ts';
import { OutcomeCode } from './seat-outcome.ts';
import type { ScreeningState } from './seat-state.ts';

export type { Decision } from './seat-decision.ts';

/** @throws InvariantViolation for a command that no correct server sends; the actor then stops. */
export function decide(state: ScreeningState, command: Command): Decision {
  // The system's own commands have no request id: they are asked for as often as needed.
  if (command.kind === 'expire') return decideExpire(state, command);
  if (command.kind === 'claim') return decideClaim(state, command);
  const answer = answerInWindow(state.answered, command) ?? answerInWindow(state.refused, command);
  if (answer !== null) return answer;
  switch (command.kind) {
    case 'hold':
      return decideHold(state, command);
    case 'best-available':
      return decideBestAvailable(state, command);
    case 'release':
      return decideRelease(state, command);
    case 'extend':
      return decideExtend(state, command);
    case 'begin-payment':
      return decideBeginPayment(state, command);
    case 'confirm':
      return decideConfirm(state, command);
    case 'cancel-payment':
      return decideCancelPayment(state, command);
    case 'cancel':
    case 'refund':
      return decideVoid(state, command);
    case 'check-in':
      return decideCheckIn(state, command);
    case 'block':
      return decideBlock(state, command);
    case 'unblock':
      return decideUnblock(state, command);
    case 'change-map':
      return decideChangeMap(state, command);
    case 'open-sales':
    case 'close-sales':
      return decideSales(command);
    default:
      return unreachable(command);
  }
}

/** Null when the window does not know the request id. */
function answerInWindow(window: RequestWindow, command: Command): Decision | null {
  if (window.size === 0) return null;
  const position = window.find(command.requestId);
  if (position < 0) return null;
  if (window.fingerprintAt(position) !== fingerprintOf(command)) return refused(OutcomeCode.requestIdReused);
  return answeredBefore(window.outcomeAt(position));
}
