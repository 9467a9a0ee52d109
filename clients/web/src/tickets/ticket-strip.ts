/** The tickets of an order, one beside the other: swiped on a phone, by buttons and arrow keys elsewhere; all of them on paper. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  input,
  linkedSignal,
  signal,
  viewChild,
} from '@angular/core';
import type { Order } from '../../../sdk/api/tickets-api.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { EnlargedTicket } from './enlarged-ticket.ts';
import { ticketStanding } from './order-standing.ts';
import { TicketFace } from './ticket-face.ts';

@Component({
  selector: 'poltrona-ticket-strip',
  imports: [EnlargedTicket, TicketFace],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './ticket-strip.html',
  styleUrl: './ticket-strip.css',
})
export class TicketStrip {
  readonly order = input.required<Order>();
  readonly nowMs = input.required<number>();

  protected readonly words = useWords(ticketsWords);
  /** Those that admit come first: at the gate nobody wants to swipe over a cancelled one. */
  protected readonly tickets = computed(() => {
    const order = this.order();
    const admits = order.tickets.filter((ticket) => ticketStanding(ticket, order) === 'admits');
    return [...admits, ...order.tickets.filter((ticket) => !admits.includes(ticket))];
  });
  /** Which one is in sight. */
  protected readonly at = linkedSignal<number, number>({
    source: () => this.tickets().length,
    computation: (count, previous) => Math.min(previous?.value ?? 0, Math.max(0, count - 1)),
  });
  protected readonly current = computed(() => this.tickets()[this.at()] ?? null);
  protected readonly hasCode = computed(() => {
    const current = this.current();
    return current !== null && ticketStanding(current, this.order()) === 'admits';
  });
  protected readonly isEnlarged = signal(false);
  private readonly stripElement = viewChild.required<ElementRef<HTMLElement>>('strip');

  protected scrolled(strip: HTMLElement): void {
    const slides = [...strip.children] as HTMLElement[];
    const middle = strip.scrollLeft + strip.clientWidth / 2;
    const at = slides.findIndex((slide) => slide.offsetLeft + slide.offsetWidth > middle);
    if (at >= 0) this.at.set(at);
  }

  protected step(by: 1 | -1): void {
    const to = Math.min(Math.max(0, this.at() + by), this.tickets().length - 1);
    const strip = this.stripElement().nativeElement;
    const slide = strip.children[to] as HTMLElement | undefined;
    if (slide === undefined) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    strip.scrollTo({ left: slide.offsetLeft, behavior: isCalm ? 'auto' : 'smooth' });
    this.at.set(to);
  }

  protected key(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.key !== 'ArrowRight' && event.key !== 'ArrowLeft') return;
    event.preventDefault();
    this.step(event.key === 'ArrowRight' ? 1 : -1);
  }
}
