/** What the runtime answers by itself: nothing was decided. */
import { OutcomeCode, type Refused } from '../actors/seat-outcome.ts';

export const unknownScreening: Refused = { code: OutcomeCode.unknownScreening };
export const unavailable: Refused = { code: OutcomeCode.unavailable };
export const busy: Refused = { code: OutcomeCode.busy };
export const expired: Refused = { code: OutcomeCode.expired };
/** The actor stopped on this command before: it is not tried again. */
export const failed: Refused = { code: OutcomeCode.failed };
