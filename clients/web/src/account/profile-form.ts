/** Name, language of messages, and the CPF, which is told once. */
import { ChangeDetectionStrategy, Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { AccountApi } from '../../../sdk/api/account-api.ts';
import type { Buyer, Locale } from '../../../sdk/api/session-api.ts';
import { TextField } from '../fields/text-field.ts';
import { Server } from '../server/server.ts';
import { accountWords } from '../words/account.ts';
import { LANGUAGES, useWords } from '../words/language.ts';
import { cpfDigits, cpfMask, isCpf } from './cpf.ts';
import { fieldSentences, problemSentence } from './problem-words.ts';
import { WhoIsHere } from './who.ts';

type Said = { readonly is: 'good' | 'bad'; readonly text: string } | null;

@Component({
  selector: 'poltrona-profile-form',
  imports: [TextField],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './profile-form.html',
  styleUrl: './account-form.css',
})
export class ProfileForm {
  readonly buyer = input.required<Buyer>();

  readonly #server = inject(Server);
  readonly #api = new AccountApi(this.#server.api);
  readonly #who = inject(WhoIsHere);
  protected readonly words = useWords(accountWords);
  protected readonly locales = LANGUAGES;
  protected readonly cpfMask = cpfMask;
  protected readonly name = linkedSignal(() => this.buyer().name ?? '');
  protected readonly locale = linkedSignal<Locale>(() => this.buyer().locale);
  protected readonly cpf = signal('');
  readonly #isNameChecked = signal(false);
  readonly #isCpfChecked = signal(false);
  readonly #refused = signal<ReadonlyMap<string, string>>(new Map());
  protected readonly nameProblem = computed(() =>
    this.#isNameChecked() && this.name().trim() === '' ? this.words().nameMissing : (this.#refused().get('name') ?? ''),
  );
  protected readonly cpfProblem = computed(() =>
    this.#isCpfChecked() && !isCpf(this.cpf()) ? this.words().cpfWrong : (this.#refused().get('cpf') ?? ''),
  );
  protected readonly doing = signal<'nothing' | 'profile' | 'cpf'>('nothing');
  protected readonly profileSaid = signal<Said>(null);
  protected readonly cpfSaid = signal<Said>(null);

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.#isNameChecked.set(true);
    if (this.doing() !== 'nothing' || this.name().trim() === '') return;
    this.profileSaid.set(null);
    const change = { name: this.name().trim(), locale: this.locale() };
    this.profileSaid.set(await this.#change('profile', change, this.words().saved));
  }

  protected async tellCpf(event: Event): Promise<void> {
    event.preventDefault();
    this.#isCpfChecked.set(true);
    if (this.doing() !== 'nothing' || !isCpf(this.cpf())) return;
    this.cpfSaid.set(null);
    this.cpfSaid.set(await this.#change('cpf', { cpf: cpfDigits(this.cpf()) }, this.words().cpfSaved));
    // The cookie is a new one, and says for whose CPF tickets count.
    await this.#server.reconnect();
  }

  async #change(
    what: 'profile' | 'cpf',
    change: Parameters<AccountApi['change']>[0],
    done: string,
  ): Promise<NonNullable<Said>> {
    this.doing.set(what);
    this.#refused.set(new Map());
    try {
      this.#who.is({ buyer: await this.#api.change(change), staff: null });
      return { is: 'good', text: done };
    } catch (cause) {
      this.#refused.set(fieldSentences(cause, this.words()));
      return { is: 'bad', text: problemSentence(cause, this.words()) };
    } finally {
      this.doing.set('nothing');
    }
  }
}
