/**
 * The one field: a film, a cinema or a city. It tells what was written a moment after the last letter, or at once by Enter,
 * and follows the address when that changes by itself (the back button), never under somebody's fingers.
 */
import { ChangeDetectionStrategy, Component, DestroyRef, effect, inject, input, output, signal } from '@angular/core';
import { findWords } from '../words/find.ts';
import { useWords } from '../words/language.ts';

/** Between two letters of somebody who writes quickly there is less. */
const PAUSE_MS = 180;

@Component({
  selector: 'poltrona-search-field',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form role="search" (submit)="submit($event, field)">
      <label class="unseen" for="search">{{ words().search }}</label>
      <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 21 21" /></svg>
      <input
        #field
        id="search"
        type="search"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        enterkeyhint="search"
        maxlength="100"
        [placeholder]="words().hint"
        [value]="text()"
        (input)="write(field.value)"
      />
      @if (text() !== '') {
        <button type="button" [attr.aria-label]="words().clear" (click)="clear(field)">
          <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6l12 12M18 6 6 18" /></svg>
        </button>
      }
    </form>
  `,
  styleUrl: './search-field.css',
})
export class SearchField {
  /** What the address says. */
  readonly value = input.required<string>();
  /** Trimmed. */
  readonly searched = output<string>();
  protected readonly words = useWords(findWords);
  protected readonly text = signal('');
  /** What the address will say as soon as it has caught up. */
  #told: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    effect(() => {
      const value = this.value();
      if (value === this.#told) return;
      this.#told = value;
      this.text.set(value);
    });
    inject(DestroyRef).onDestroy(() => clearTimeout(this.#timer));
  }

  protected write(text: string): void {
    this.text.set(text);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), PAUSE_MS);
  }

  /** The keyboard of a phone goes down, so that what was found is seen. */
  protected submit(event: Event, field: HTMLInputElement): void {
    event.preventDefault();
    this.#tell();
    if (matchMedia('(pointer: coarse)').matches) field.blur();
  }

  protected clear(field: HTMLInputElement): void {
    this.text.set('');
    this.#tell();
    field.focus();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    const text = this.text().trim();
    if (text === this.#told) return;
    this.#told = text;
    this.searched.emit(text);
  }
}
