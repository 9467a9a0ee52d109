/** How a ticket stands, as a shape and a word: nobody has to tell colours apart. */
import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import type { TicketStanding } from './order-standing.ts';

export type ShownStanding = TicketStanding | 'paying' | 'nothing' | 'over';

@Component({
  selector: 'poltrona-standing',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './standing-mark.html',
  styleUrl: './standing-mark.css',
  host: { '[class]': 'standing()', '[class.large]': 'large()' },
})
export class StandingMark {
  readonly standing = input.required<ShownStanding>();
  /** In the place of the QR code. */
  readonly large = input(false);
  protected readonly words = useWords(ticketsWords);
}
