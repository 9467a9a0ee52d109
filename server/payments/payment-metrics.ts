/**
 * The figures of the money for Prometheus. They are counted in the database, by whoever is asked for metrics and not more often than
 * every few seconds; all nodes count the same, so that the largest is the answer.
 */
import type { PaymentsSurvey } from '../../storage/payments/payments-survey.ts';
import { gauge, type Metric } from '../metrics.ts';

/** How old a count may be before the next one is begun, milliseconds: less than the pause between two scrapes. */
const FRESH_MS = 5_000;

export class PaymentMetrics {
  readonly #survey: () => Promise<PaymentsSurvey>;
  readonly #nowMs: () => number;
  #last: PaymentsSurvey | null = null;
  #begunMs = Number.NEGATIVE_INFINITY;
  #isCounting = false;

  constructor(survey: () => Promise<PaymentsSurvey>, nowMs: () => number) {
    this.#survey = survey;
    this.#nowMs = nowMs;
  }

  /** As of the last count, which was begun by the scrape before; none before the first. Has the next one begun. */
  values(): Metric[] {
    this.#refresh();
    return this.#last === null ? [] : paymentMetrics(this.#last);
  }

  #refresh(): void {
    const nowMs = this.#nowMs();
    if (this.#isCounting || nowMs - this.#begunMs < FRESH_MS) return;
    this.#isCounting = true;
    this.#begunMs = nowMs;
    this.#survey()
      .then((survey) => {
        this.#last = survey;
      })
      // The database is away, which others say: an old count is worse than none.
      .catch(() => {
        this.#last = null;
      })
      .finally(() => {
        this.#isCounting = false;
      });
  }
}

/** All of them, of one count. */
export function paymentMetrics({ open, oldestDueSeconds, failing, cases, events }: PaymentsSurvey): Metric[] {
  return [
    gauge('payments_open', 'Payments that somebody has to look after, now or later.', open, 'max'),
    gauge('payments_overdue_seconds', 'How long the one that waits longest has been due.', oldestDueSeconds, 'max'),
    gauge('payments_failing', 'Open payments whose last step failed, as when a provider is away.', failing, 'max'),
    gauge('payments_cases', 'Payments that a person has to look at.', cases, 'max'),
    gauge('payment_events_waiting', 'Webhooks that were stored and not applied yet.', events, 'max'),
  ];
}
