/** Above the tickets of a purchase: how many of the club's are left. */
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { clubTicketWords } from '../words/club-ticket.ts';
import { useWords } from '../words/language.ts';
import type { ClubTickets } from './club-ticket.ts';

@Component({
  selector: 'poltrona-club-note',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `<p class="note mine small">{{ text() }}</p>`,
})
export class ClubNote {
  readonly tickets = input.required<ClubTickets>();
  readonly #words = useWords(clubTicketWords);
  protected readonly text = computed(() => {
    const { left } = this.tickets();
    return left === 0 ? this.#words().gone : this.#words().left(left);
  });
}
