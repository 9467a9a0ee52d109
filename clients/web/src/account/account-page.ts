/** Whoever is here: an account with its data, a guest's visit, a colleague, or nobody yet. */
import { ChangeDetectionStrategy, Component, computed, effect, inject, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { OrderShelf } from '../tickets/order-shelf.ts';
import { accountWords } from '../words/account.ts';
import { useWords } from '../words/language.ts';
import { ForgetSheet } from './forget-sheet.ts';
import { PasswordForm } from './password-form.ts';
import { problemSentence } from './problem-words.ts';
import { ProfileForm } from './profile-form.ts';
import { WhoIsHere } from './who.ts';

@Component({
  selector: 'poltrona-account',
  imports: [ForgetSheet, PasswordForm, ProfileForm, RouterLink],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './account-page.html',
  styleUrl: './account-page.css',
})
export class AccountPage {
  readonly #shelf = inject(OrderShelf);
  readonly #router = inject(Router);
  protected readonly who = inject(WhoIsHere);
  protected readonly words = useWords(accountWords);
  protected readonly view = computed(() => {
    if (this.who.staff() !== null) return 'staff';
    const buyer = this.who.buyer();
    if (buyer !== null) return buyer.isGuest ? 'guest' : 'account';
    return this.who.state() === 'known' ? 'visitor' : this.who.state();
  });
  protected readonly isLeaving = signal(false);
  protected readonly isForgetting = signal(false);
  protected readonly wasForgotten = signal(false);
  protected readonly problem = signal('');

  constructor() {
    const title = inject(Title);
    effect(() => title.setTitle(`${this.words().title} · Poltrona`));
    if (this.who.state() !== 'known') void this.who.ask(this.who.state() === 'unknown');
  }

  protected async signOut(): Promise<void> {
    if (this.isLeaving()) return;
    this.isLeaving.set(true);
    this.problem.set('');
    try {
      await this.#clearAfter(this.who.signOut());
      await this.#router.navigateByUrl('/');
    } catch (cause) {
      this.problem.set(problemSentence(cause, this.words()));
    }
    this.isLeaving.set(false);
  }

  protected async forgotten(): Promise<void> {
    this.isForgetting.set(false);
    this.wasForgotten.set(true);
    await this.#clearAfter(this.who.forget());
  }

  /** The tickets leave the device whatever becomes of the rest: that is what the button promises. */
  async #clearAfter(left: Promise<void>): Promise<void> {
    try {
      await left;
    } finally {
      await this.#shelf.clear();
    }
  }
}
