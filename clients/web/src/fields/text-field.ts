/** One line of text with its label, its hint, and what is wrong with it; `format` writes it anew while it is typed (a mask). */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  input,
  model,
  output,
  viewChild,
} from '@angular/core';
import { caretAfter } from './caret.ts';

let count = 0;

@Component({
  selector: 'poltrona-text-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './text-field.html',
})
export class TextField {
  readonly label = input.required<string>();
  readonly value = model('');
  readonly hint = input('');
  /** Empty: nothing is wrong. */
  readonly problem = input('');
  readonly type = input<'text' | 'email'>('text');
  /** Which keyboard a phone shows. */
  readonly keyboard = input<'text' | 'numeric' | 'email'>('text');
  readonly autocomplete = input('off');
  readonly capitals = input<'none' | 'words' | 'characters'>('none');
  readonly charactersMax = input(254);
  readonly format = input<(text: string) => string>((text) => text);
  /** What was typed, before `format` made it what is shown: to say what was dropped. */
  readonly raw = output<string>();

  protected readonly id = `text-field-${++count}`;
  protected readonly describedBy = computed(() => {
    const parts = [this.hint() === '' ? '' : `${this.id}-hint`, this.problem() === '' ? '' : `${this.id}-problem`];
    return parts.filter((part) => part !== '').join(' ') || null;
  });
  private readonly boxElement = viewChild.required<ElementRef<HTMLInputElement>>('box');

  focus(): void {
    this.boxElement().nativeElement.focus();
  }

  protected typed(box: HTMLInputElement): void {
    const { value: text, selectionStart } = box;
    this.raw.emit(text);
    const shown = this.format()(text);
    if (shown !== text) {
      box.value = shown;
      // An address field has no caret that scripts may move.
      if (selectionStart !== null) {
        const caret = caretAfter(this.format(), text, selectionStart);
        box.setSelectionRange(caret, caret);
      }
    }
    this.value.set(shown);
  }
}
