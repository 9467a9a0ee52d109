/**
 * Two things to share, told apart: the plan, which opens nothing, and the link of the tickets, which lets whoever has it show
 * them and give them back. By the phone's own sharing, else by the clipboard, else as text to be copied by hand.
 */
import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { Sheet } from '../sheet/sheet.ts';
import { FormatsOfLanguage } from '../words/formats.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { bestStanding } from './order-standing.ts';
import { placeText } from './ticket-texts.ts';

interface Shared {
  readonly title: string;
  readonly text: string;
  readonly url: string;
}

@Component({
  selector: 'poltrona-share-sheet',
  imports: [Sheet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <poltrona-sheet #sheet [heading]="words().shareTitle" (closed)="closed.emit()">
      <button type="button" class="choice" (click)="share(plan())">
        <strong>{{ words().sharePlan }}</strong>
        <span>{{ words().sharePlanText }}</span>
      </button>
      @if (hasTickets()) {
        <button type="button" class="choice" (click)="share(tickets())">
          <strong>{{ words().shareTickets }}</strong>
          <span>{{ words().shareTicketsText }}</span>
        </button>
      }
      <div role="status">
        @if (isCopied()) {
          <p class="note good">{{ words().copied }}</p>
        }
        @if (byHand() !== '') {
          <p>{{ words().notCopied }}</p>
          <p class="note by-hand">{{ byHand() }}</p>
        }
      </div>
      <button type="button" class="button" (click)="sheet.close()">{{ words().close }}</button>
    </poltrona-sheet>
  `,
  styleUrl: './share-sheet.css',
})
export class ShareSheet {
  readonly order = input.required<Order>();
  readonly closed = output<void>();

  readonly #formats = inject(FormatsOfLanguage).formats;
  protected readonly words = useWords(ticketsWords);
  protected readonly isCopied = signal(false);
  protected readonly byHand = signal('');
  protected readonly hasTickets = computed(() => bestStanding(this.order()) === 'admits');
  readonly #when = computed(() => {
    const { startsLocal } = this.order().screening;
    return this.words().at(this.#formats().longDay(startsLocal), this.#formats().time(startsLocal));
  });
  protected readonly plan = computed<Shared>(() => {
    const { film, auditorium } = this.order().screening;
    const text = this.words().planMessage(film.title, this.#when(), placeText(this.order().screening), auditorium);
    return { title: film.title, text, url: `${location.origin}/films/${film.id}` };
  });
  protected readonly tickets = computed<Shared>(() => {
    const { id, access, screening } = this.order();
    const text = this.words().ticketsMessage(screening.film.title, this.#when());
    const url = `${location.origin}/tickets/${encodeURIComponent(id)}#access=${encodeURIComponent(access)}`;
    return { title: screening.film.title, text, url };
  });

  protected async share(shared: Shared): Promise<void> {
    this.isCopied.set(false);
    this.byHand.set('');
    if ('share' in navigator) {
      try {
        await navigator.share(shared);
        return;
      } catch (cause) {
        // Whoever closed the phone's list wanted nothing else instead.
        if (cause instanceof DOMException && cause.name === 'AbortError') return;
      }
    }
    const text = `${shared.text}\n${shared.url}`;
    try {
      await navigator.clipboard.writeText(text);
      this.isCopied.set(true);
    } catch {
      this.byHand.set(text);
    }
  }
}
