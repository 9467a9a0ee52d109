/** An order in the list: what, when, where, which seats, and how it stands. All of it is the link to its tickets. */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { bestStanding, orderStanding, overMs, shownSeats } from './order-standing.ts';
import { TicketPoster } from './poster.ts';
import { type ShownStanding, StandingMark } from './standing-mark.ts';
import { placeText, versionText, whenText } from './ticket-texts.ts';

/** More seats than that fill a phone's line twice. */
const SEATS_SHOWN_MAX = 6;

@Component({
  selector: 'poltrona-order-card',
  imports: [RouterLink, StandingMark, TicketPoster],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './order-card.html',
  styleUrl: './order-card.css',
})
export class OrderCard {
  readonly order = input.required<Order>();
  readonly nowMs = input.required<number>();

  protected readonly words = useWords(ticketsWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly when = computed(() => whenText(this.order(), this.nowMs(), this.words(), this.#formats()));
  protected readonly where = computed(() => {
    const { screening } = this.order();
    return `${placeText(screening)} · ${screening.auditorium}`;
  });
  protected readonly version = computed(() => versionText(this.order().screening, this.words()));
  protected readonly seats = computed(() => {
    const seats = shownSeats(this.order());
    if (seats.length === 0) return '';
    const text = this.words().seats(seats.slice(0, SEATS_SHOWN_MAX));
    return seats.length > SEATS_SHOWN_MAX ? `${text} ${this.words().more(seats.length - SEATS_SHOWN_MAX)}` : text;
  });
  protected readonly standing = computed<ShownStanding>(() => {
    const standing = orderStanding(this.order());
    if (standing !== 'tickets') return standing;
    const best = bestStanding(this.order());
    return best === 'admits' && overMs(this.order()) <= this.nowMs() ? 'over' : best;
  });
}
