/** A film's poster; where there is none, its initials as one. */
import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';

@Component({
  selector: 'poltrona-ticket-poster',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (url() !== null && !isBroken()) {
      <img [src]="url()" alt="" loading="lazy" decoding="async" (error)="isBroken.set(true)" />
    } @else {
      <span aria-hidden="true">{{ initials() }}</span>
    }
  `,
  styleUrl: './poster.css',
})
export class TicketPoster {
  readonly title = input.required<string>();
  readonly url = input.required<string | null>();
  protected readonly isBroken = signal(false);
  /** "AS" of "O Agente Secreto": short words before the name say little. */
  protected readonly initials = computed(() => {
    const words = this.title().match(/[\p{L}\p{N}]+/gu) ?? [];
    const telling = words.filter((word) => word.length > 2);
    return (telling.length > 0 ? telling : words)
      .slice(0, 2)
      .map((word) => word.charAt(0).toUpperCase())
      .join('');
  });
}
