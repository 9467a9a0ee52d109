/** What can be done with an order besides showing it: calendar, print, share, the mail once more. */
import { ChangeDetectionStrategy, Component, computed, inject, input, signal } from '@angular/core';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { newRequestId } from '../../../sdk/request-id.ts';
import { platform } from '../../../sdk/surroundings.ts';
import { Server } from '../server/server.ts';
import { LanguageChoice, useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { actionOutcome } from './action-outcome.ts';
import { OrderShelf } from './order-shelf.ts';
import { bestStanding } from './order-standing.ts';
import { ShareSheet } from './share-sheet.ts';

/** Of which the server says that nothing was sent. */
const RESEND_REFUSALS: readonly string[] = ['no-address', 'not-sold'];

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
  readonly #client = inject(Server).api;
  /** Of a message whose fate is unknown, and of which order: asked for again, it is sent once. */
  #unknown: { readonly order: string; readonly key: string } | null = null;
  readonly #language = inject(LanguageChoice).language;
  protected readonly words = useWords(ticketsWords);
  readonly #standing = computed(() => bestStanding(this.order()));
  /** There is something to go to. */
  protected readonly admits = computed(() => this.#standing() === 'admits');
  /** The server writes again of tickets that count, or did. */
  protected readonly counts = computed(() => this.admits() || this.#standing() === 'used');
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
      const key =
        this.#unknown?.order === id ? this.#unknown.key : newRequestId((bytes) => platform.randomBytes(bytes));
      try {
        await this.#resend(id, access, key);
        this.#unknown = null;
      } catch (cause) {
        const outcome = actionOutcome(cause, RESEND_REFUSALS, this.#unknown !== null);
        if (outcome === 'refused') this.#unknown = null;
        else if (outcome === 'unknown') this.#unknown = { order: id, key };
        throw cause;
      }
      return this.words().resent;
    });
  }

  /** As TicketsApi.resend, with a key of our own. */
  async #resend(id: string, access: string, key: string): Promise<void> {
    const path = `/api/orders/${encodeURIComponent(id)}/resend`;
    await this.#client.ask(path, { method: 'POST', body: {}, headers: { 'order-access': access }, key });
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
    if (what === 'calendar') return cause instanceof ApiUnreachable ? words.needsConnection : words.failedAction;
    if (this.#unknown?.order === this.order().id) return words.resendUnknown;
    if (cause instanceof ApiProblem && cause.status === 429) return words.resendOften;
    if (cause instanceof ApiProblem && cause.code === 'no-address') return words.resendNoAddress;
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
