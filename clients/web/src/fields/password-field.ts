/** A password that can be looked at: on a phone nobody types ten dots right. */
import {
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  input,
  model,
  signal,
  viewChild,
} from '@angular/core';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';

let count = 0;
/** More is refused; no password manager makes one so long. */
const CHARACTERS_MAX = 128;

@Component({
  selector: 'poltrona-password-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './password-field.html',
  styleUrl: './password-field.css',
})
export class PasswordField {
  readonly label = input.required<string>();
  readonly value = model('');
  readonly hint = input('');
  readonly problem = input('');
  /** new: a password manager offers to make one. */
  readonly kind = input<'current' | 'new'>('current');

  protected readonly words = useWords(accountWords);
  protected readonly isShown = signal(false);
  protected readonly charactersMax = CHARACTERS_MAX;
  protected readonly id = `password-field-${++count}`;
  protected readonly describedBy = computed(() => {
    const parts = [this.hint() === '' ? '' : `${this.id}-hint`, this.problem() === '' ? '' : `${this.id}-problem`];
    return parts.filter((part) => part !== '').join(' ') || null;
  });
  private readonly boxElement = viewChild.required<ElementRef<HTMLInputElement>>('box');

  focus(): void {
    this.boxElement().nativeElement.focus();
  }
}
