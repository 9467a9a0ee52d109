/** A ticket's QR code: always black on white, whatever the theme is, since scanners do not know about themes. */
import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';
import { qrDrawing } from './qr-path.ts';

@Component({
  selector: 'poltrona-qr',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @let code = drawing();
    <svg
      role="img"
      shape-rendering="crispEdges"
      [attr.viewBox]="'0 0 ' + code.side + ' ' + code.side"
      [attr.aria-label]="label()"
    >
      <path [attr.d]="code.path" />
    </svg>
  `,
  styles: `
    :host {
      display: block;
      background: var(--scan-paper);
      /* Colours stay as they are on paper and in high-contrast modes: a scanner reads them. */
      forced-color-adjust: none;
      print-color-adjust: exact;
    }
    svg {
      display: block;
      width: 100%;
      fill: var(--scan-ink);
    }
  `,
})
export class QrCode {
  readonly text = input.required<string>();
  readonly label = input.required<string>();
  protected readonly drawing = computed(() => qrDrawing(this.text()));
}
