import { OutcomeCode } from '../../../sdk/index.ts';
import type { RoomRefusals } from './room-refusals.pt-br.ts';

/** Why the server said no, by outcome code. */
export const roomRefusalsEn: RoomRefusals = {
  other: (code) => `The request was not accepted (code ${code}). Nothing changed, nothing was charged. Try again.`,
  of: {
    [OutcomeCode.badRequest]: () =>
      'The page asked something that the server did not understand. Nothing changed: reload the page.',
    [OutcomeCode.forbidden]: () => 'This account may not do that. Nothing changed.',
    [OutcomeCode.rateLimited]: () => 'Too many requests in a short time. Nothing changed: wait a moment and tap again.',
    [OutcomeCode.unknownScreening]: () =>
      'This screening does not exist any more. Nothing was charged: choose another time.',
    [OutcomeCode.busy]: () => 'Many people are choosing just now. Nothing changed: tap again.',
    [OutcomeCode.unavailable]: () => 'The server is recovering. Nothing changed: tap again in a moment.',
    [OutcomeCode.expired]: () => 'The request took too long and was not carried out. Tap again.',
    [OutcomeCode.failed]: () => 'The server could not do it. Nothing was held or charged: tap again.',
    [OutcomeCode.requestIdReused]: () => 'The request was mixed up with another one and not carried out. Tap again.',
    [OutcomeCode.salesClosed]: () => 'Sales of this screening are closed. Nothing was charged: see other times.',
    [OutcomeCode.noSeats]: () => 'No seat was chosen. Tap a free seat.',
    [OutcomeCode.seatUnknown]: () => 'The room has another layout now. Nothing was charged: choose on the new map.',
    [OutcomeCode.seatRepeated]: () => 'The same seat was asked for twice. Nothing changed: tap again.',
    [OutcomeCode.holdUnknown]: () => 'Your hold had ended already. Nothing was charged: choose again.',
    [OutcomeCode.holdNotYours]: () => 'This hold is somebody else’s. Nothing changed: choose other seats.',
    [OutcomeCode.holdExpired]: () => 'Time is up. Nothing was charged: choose again.',
    [OutcomeCode.holdPaying]: () => 'The payment of these seats has begun. Wait for its result.',
    [OutcomeCode.extensionsUsedUp]: () => 'You have had more time once. Continue, so that you keep the seats.',
    [OutcomeCode.buyerLimit]: () =>
      'That is more than the seats one person may have. Yours stay yours: give one back to change.',
    [OutcomeCode.seatSold]: (labels, n) => `${labels} ${n === 1 ? 'has' : 'have'} just been sold to somebody else.`,
    [OutcomeCode.seatBlocked]: (labels, n) => `${labels} ${n === 1 ? 'is' : 'are'} not for sale. Choose another one.`,
    [OutcomeCode.seatHeld]: (labels) => `Somebody took ${labels} a moment before you.`,
    [OutcomeCode.seatNotInHold]: (labels, n) =>
      `${labels} ${n === 1 ? 'was' : 'were'} not yours any more. The map is up to date.`,
    [OutcomeCode.noAdjacentSeats]: () =>
      'There are not so many free seats side by side. Try fewer, or choose single ones on the map.',
  },
};
