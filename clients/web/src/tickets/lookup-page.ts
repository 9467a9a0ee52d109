/** Tickets by the code of one of them and the CPF of the purchase, for whoever has neither an account nor the mail at hand. */
import { ChangeDetectionStrategy, Component, computed, effect, inject, signal, viewChild } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { ApiProblem, ApiUnreachable } from '../../../sdk/api/http.ts';
import { cpfDigits, cpfMask, isCpf } from '../account/cpf.ts';
import { problemSentence } from '../account/problem-words.ts';
import { TextField } from '../fields/text-field.ts';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';
import { ticketsWords } from '../words/tickets.ts';
import { OrderShelf } from './order-shelf.ts';
import { codeCharacters, codeMask, foreignCharacters, isCode } from './ticket-code.ts';

@Component({
  selector: 'poltrona-lookup',
  imports: [RouterLink, TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './lookup-page.html',
})
export class LookupPage {
  readonly #shelf = inject(OrderShelf);
  readonly #router = inject(Router);
  protected readonly words = useWords(ticketsWords);
  readonly #accountWords = useWords(accountWords);
  protected readonly code = signal('');
  protected readonly cpf = signal('');
  /** What was just typed and is in no code: the mask drops it, and it is said. */
  readonly #foreign = signal('');
  readonly #isChecked = signal(false);
  protected readonly isAsking = signal(false);
  protected readonly problem = signal('');
  protected readonly cpfMask = cpfMask;
  protected readonly codeProblem = computed(() => {
    if (isCode(this.code())) return '';
    if (this.#foreign() !== '') return this.words().codeForeign(this.#foreign());
    return this.#isChecked() ? this.words().codeShort : '';
  });
  protected readonly cpfProblem = computed(() =>
    this.#isChecked() && !isCpf(this.cpf()) ? this.words().cpfWrong : '',
  );
  private readonly codeFieldComponent = viewChild.required<TextField>('codeField');
  private readonly cpfFieldComponent = viewChild.required<TextField>('cpfField');

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.words().findTitle} · Poltrona`));
  }

  protected readonly codeMask = codeMask;

  protected codeTyped(raw: string): void {
    this.#foreign.set(foreignCharacters(raw));
  }

  protected async find(event: Event): Promise<void> {
    event.preventDefault();
    if (this.isAsking()) return;
    this.#isChecked.set(true);
    this.problem.set('');
    if (!isCode(this.code())) return this.codeFieldComponent().focus();
    if (!isCpf(this.cpf())) return this.cpfFieldComponent().focus();
    this.isAsking.set(true);
    try {
      const { order } = await this.#shelf.api.lookup(codeCharacters(this.code()), cpfDigits(this.cpf()));
      await this.#shelf.take(order);
      await this.#router.navigate(['/tickets', order.id]);
    } catch (cause) {
      this.problem.set(this.#sentence(cause));
    }
    this.isAsking.set(false);
  }

  #sentence(cause: unknown): string {
    if (cause instanceof ApiUnreachable) return this.words().findOffline;
    if (cause instanceof ApiProblem && (cause.status === 404 || cause.status === 400)) return this.words().notFound;
    return problemSentence(cause, this.#accountWords());
  }
}
