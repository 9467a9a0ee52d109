/** A ticket type for each seat, with what half price means here: how many the law keeps, how many are left, what to bring. */
import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import type { HalfPriceQuota, OfferedTicketType } from '../../../sdk/api/offer-api.ts';
import { checkoutWords } from '../words/checkout.ts';
import { clubTicketWords } from '../words/club-ticket.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { documentsOf, type SeatTicket, type TicketOption } from './ticket-choice.ts';

@Component({
  selector: 'poltrona-ticket-lines',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './ticket-lines.html',
  styleUrl: './ticket-lines.css',
})
export class TicketLines {
  readonly tickets = input.required<readonly SeatTicket[]>();
  readonly half = input.required<HalfPriceQuota>();
  readonly currency = input.required<string>();
  readonly disabled = input(false);
  readonly chosen = output<{ readonly seat: number; readonly type: number }>();
  protected readonly words = useWords(checkoutWords);
  protected readonly formats = inject(FormatsOfLanguage).formats;
  protected readonly documents = computed(() => documentsOf(this.tickets()));
  readonly #clubWords = useWords(clubTicketWords);
  readonly #language = inject(LanguageChoice).language;

  protected nameOf({ name, nameEn }: OfferedTicketType): string {
    return this.#language() === 'en' ? nameEn : name;
  }

  protected documentText(type: OfferedTicketType): string {
    const document = (this.#language() === 'en' ? type.documentEn : null) ?? type.document ?? '';
    return this.words().document(this.nameOf(type), document);
  }

  protected optionText({ type, why, priceCents }: TicketOption): string {
    if (why === 'club') return this.#clubWords().usedUp;
    if (why !== null) return this.words().optionUsedUp(this.nameOf(type));
    return this.words().option(this.nameOf(type), this.money(priceCents));
  }

  protected money(cents: number): string {
    return this.formats().money(cents, this.currency());
  }
}
