/** What can be done with an order besides showing it: calendar, print, share, the mail once more. */
import { ChangeDetectionStrategy, Component, inject, input, signal } from '@angular/core';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { OrderShelf } from './order-shelf.ts';
import { ShareSheet } from './share-sheet.ts';

@Component({
  selector: 'poltrona-order-actions',
  imports: [ShareSheet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './order-actions.html',
  styleUrl: './order-actions.css',
})
export class OrderActions {
  readonly order = input.required<Order>();

  readonly #api = inject(OrderShelf).api;
  readonly #language = inject(LanguageChoice).language;
  protected readonly words = useWords(ticketsWords);
  protected readonly isSharing = signal(false);
  /** What is on its way, one at a time. */
  protected readonly doing = signal<'nothing' | 'calendar' | 'resend'>('nothing');
  protected readonly said = signal<{ readonly is: 'good' | 'bad'; readonly text: string } | null>(null);

  protected print(): void {
    window.print();
  }

  protected calendar(): Promise<void> {
    return this.#do('calendar', async ({ id, access }) => {
      const text = await this.#api.calendar(id, this.#language(), { access });
      download(new Blob([text], { type: 'text/calendar;charset=utf-8' }), this.words().calendarName);
      return '';
    });
  }

  protected resend(): Promise<void> {
    return this.#do('resend', async ({ id, access }) => {
      await this.#api.resend(id, { access });
      return this.words().resent;
    });
  }

  async #do(what: 'calendar' | 'resend', work: (order: Order) => Promise<string>): Promise<void> {
    if (this.doing() !== 'nothing') return;
    this.doing.set(what);
    this.said.set(null);
    try {
      const text = await work(this.order());
      if (text !== '') this.said.set({ is: 'good', text });
    } catch (cause) {
      this.said.set({ is: 'bad', text: this.#sentence(cause, what) });
    }
    this.doing.set('nothing');
  }

  #sentence(cause: unknown, what: 'calendar' | 'resend'): string {
    const words = this.words();
    if (cause instanceof ApiUnreachable) return words.needsConnection;
    if (what === 'resend' && cause instanceof ApiProblem && cause.status === 429) return words.resendOften;
    return words.failedAction;
  }
}

function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has taken it by then; right away would be too early for some.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
