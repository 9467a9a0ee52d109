/** One ticket as the gate sees it: the code first, then film, time, auditorium, seat. A ticket that admits nobody has no code. */
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import type { Order, OrderTicket } from '../../../sdk/api/tickets-api.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { overMs, ticketStanding } from './order-standing.ts';
import { QrCode } from './qr-code.ts';
import { StandingMark } from './standing-mark.ts';
import { categoryTexts, codeText, dayText, versionText } from './ticket-texts.ts';
import { wallTime } from './wall-time.ts';

@Component({
  selector: 'poltrona-ticket-face',
  imports: [QrCode, StandingMark],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './ticket-face.html',
  styleUrl: './ticket-face.css',
})
export class TicketFace {
  readonly order = input.required<Order>();
  readonly ticket = input.required<OrderTicket>();
  readonly nowMs = input.required<number>();

  protected readonly words = useWords(ticketsWords);
  readonly #formats = inject(FormatsOfLanguage).formats;
  readonly #language = inject(LanguageChoice).language;

  protected readonly standing = computed(() => ticketStanding(this.ticket(), this.order()));
  /** By this device's clock, which may be wrong: so it is said, and the code is shown all the same. */
  protected readonly isOver = computed(() => overMs(this.order()) <= this.nowMs());
  protected readonly code = computed(() => codeText(this.ticket().code));
  protected readonly longDay = computed(() => this.#formats().longDay(this.order().screening.startsLocal));
  protected readonly time = computed(() => this.#formats().time(this.order().screening.startsLocal));
  protected readonly nearDay = computed(() => {
    const { startsLocal, timeZone } = this.order().screening;
    const text = dayText(startsLocal, wallTime(this.nowMs(), timeZone), this.words(), this.#formats());
    return text === this.#formats().day(startsLocal) ? '' : text;
  });
  protected readonly category = computed(() => categoryTexts(this.ticket(), this.words(), this.#language()));
  protected readonly seatKind = computed(() => this.words().seatKinds[this.ticket().seatKind] ?? '');
  protected readonly version = computed(() => versionText(this.order().screening, this.words()));
  protected readonly says = computed(() => {
    const standing = this.standing();
    const words = this.words();
    if (standing !== 'used') return words.standingSays[standing];
    const { usedAt } = this.ticket();
    if (usedAt === null) return words.standingSays.used('');
    const local = wallTime(usedAt, this.order().screening.timeZone);
    return words.standingSays.used(words.usedWhen(this.#formats().day(local), this.#formats().time(local)));
  });
}
