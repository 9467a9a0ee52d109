/** The code over the whole screen, for a scanner at arm's length: white to the edges, and nothing else to touch. */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  type ElementRef,
  inject,
  input,
  output,
  viewChild,
} from '@angular/core';
import type { OrderTicket } from '../../../sdk/api/tickets-api.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { QrCode } from './qr-code.ts';
import { codeText } from './ticket-texts.ts';

@Component({
  selector: 'poltrona-enlarged-ticket',
  imports: [QrCode],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dialog #dialog [attr.aria-label]="words().ticketsOf(film())" (close)="left()">
      <poltrona-qr [text]="ticket().qr ?? ''" [label]="words().qr(ticket().seat)" />
      <p class="code">{{ code() }}</p>
      <p class="seat">{{ words().seats([ticket().seat]) }}</p>
      <button type="button" (click)="dialog.close()">{{ words().close }}</button>
    </dialog>
  `,
  styleUrl: './enlarged-ticket.css',
})
export class EnlargedTicket {
  /** One that has a code. */
  readonly ticket = input.required<OrderTicket>();
  readonly film = input.required<string>();
  readonly closed = output<void>();

  protected readonly words = useWords(ticketsWords);
  protected readonly code = computed(() => codeText(this.ticket().code));
  private readonly dialogElement = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  constructor() {
    afterNextRender(() => {
      this.dialogElement().nativeElement.showModal();
      // Not every phone knows it, and none has to: without it there is only the browser's bar left.
      if (document.fullscreenEnabled) document.documentElement.requestFullscreen().catch(() => undefined);
    });
    inject(DestroyRef).onDestroy(() => {
      if (document.fullscreenElement !== null) document.exitFullscreen().catch(() => undefined);
    });
  }

  protected left(): void {
    this.closed.emit();
  }
}
