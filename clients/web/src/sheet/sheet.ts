/**
 * A question before the page: a modal dialog of the browser's, which keeps the focus inside, gives it back after, and closes with
 * Escape by itself. On a phone it rises from below, where the thumb is.
 */
import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  type ElementRef,
  input,
  output,
  viewChild,
} from '@angular/core';

let count = 0;

@Component({
  selector: 'poltrona-sheet',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <dialog #dialog [attr.aria-labelledby]="id" (close)="closed.emit()" (click)="beside($event)">
      <div class="inside">
        <h2 [id]="id">{{ heading() }}</h2>
        <ng-content />
      </div>
    </dialog>
  `,
  styleUrl: './sheet.css',
})
export class Sheet {
  readonly heading = input.required<string>();
  /** It is closed, by whatever way: now it can be taken out of the page. */
  readonly closed = output<void>();

  protected readonly id = `sheet-${++count}`;
  private readonly dialogElement = viewChild.required<ElementRef<HTMLDialogElement>>('dialog');

  constructor() {
    afterNextRender(() => this.dialogElement().nativeElement.showModal());
  }

  close(): void {
    this.dialogElement().nativeElement.close();
  }

  protected beside({ target }: Event): void {
    if (target === this.dialogElement().nativeElement) this.close();
  }
}
