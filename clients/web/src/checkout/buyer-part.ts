/** Who buys: what a guest fills in, or the account that is signed in. Signing in is offered, and never asked for. */
import { ChangeDetectionStrategy, Component, computed, input, output, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { Buyer, Colleague } from '../../../sdk/api/session-api.ts';
import { cpfMask } from '../account/cpf.ts';
import { emailMeant } from '../fields/email-check.ts';
import { checkoutWords } from '../words/checkout.ts';
import { useWords } from '../words/language.ts';
import type { BuyerFields, FieldName, FormWrongs } from './buyer-form.ts';
import { maskedEmail } from './trouble.ts';

@Component({
  selector: 'poltrona-buyer-part',
  imports: [RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './buyer-part.html',
  styleUrl: './buyer-part.css',
})
export class BuyerPart {
  /** Null: a guest. */
  readonly account = input.required<Buyer | null>();
  /** Signed in as somebody who cannot buy. */
  readonly staff = input<Colleague | null>(null);
  readonly fields = input.required<BuyerFields>();
  readonly wrongs = input.required<FormWrongs>();
  readonly disabled = input(false);
  /** Where to come back to after signing in. */
  readonly here = input.required<string>();
  readonly changed = output<Partial<BuyerFields>>();
  /** A field was left: now it may be said what is wrong with it. */
  readonly left = output<FieldName>();
  readonly notMe = output<void>();
  protected readonly words = useWords(checkoutWords);
  protected readonly maskedEmail = maskedEmail;
  /** Only after the field was left: nobody is corrected while he types. */
  readonly #emailLeft = signal('');
  protected readonly meant = computed(() => {
    const { email } = this.fields();
    return this.#emailLeft() === email ? emailMeant(email) : null;
  });

  protected emailWasLeft(email: string): void {
    this.#emailLeft.set(email);
    this.left.emit('email');
  }

  /** Masks while typing, but not while somebody mends the middle: then the caret would jump to the end. */
  protected cpfTyped(field: HTMLInputElement): void {
    const isAtEnd = field.selectionStart === field.value.length;
    if (isAtEnd) field.value = cpfMask(field.value);
    this.changed.emit({ cpf: field.value });
  }

  protected cpfWasLeft(field: HTMLInputElement): void {
    field.value = cpfMask(field.value);
    this.changed.emit({ cpf: field.value });
    this.left.emit('cpf');
  }
}
