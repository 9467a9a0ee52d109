/**
 * The language of the page: chosen here, remembered here, else the browser's, else Portuguese. Texts live in message files, one
 * pair for each part of the shop (`find.pt-br.ts`, `find.en.ts`), so that a page carries its own words and no others; both
 * languages go along, since together they weigh less than asking for one.
 */
import { computed, effect, Injectable, inject, type Signal, signal } from '@angular/core';

export type Language = 'pt-BR' | 'en';
export const LANGUAGES: readonly Language[] = ['pt-BR', 'en'];

/** The words of one part in every language; `pt-BR` is the one from which the type is taken. */
export type WordsIn<Words> = Readonly<Record<Language, Words>>;

const KEY = 'poltrona.language';

@Injectable({ providedIn: 'root' })
export class LanguageChoice {
  readonly language = signal<Language>(remembered() ?? preferred(navigator.languages));

  constructor() {
    effect(() => {
      document.documentElement.lang = this.language();
    });
  }

  choose(language: Language): void {
    this.language.set(language);
    try {
      localStorage.setItem(KEY, language);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
  }
}

/** The words of a part in the language of the moment; to be called where `inject` may be. */
export function useWords<Words>(words: WordsIn<Words>): Signal<Words> {
  const { language } = inject(LanguageChoice);
  return computed(() => words[language()]);
}

/** The first of the languages that we speak: any Portuguese, any English. */
export function preferred(languages: readonly string[]): Language {
  for (const language of languages) {
    if (/^pt\b/i.test(language)) return 'pt-BR';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'pt-BR';
}

function remembered(): Language | null {
  try {
    const stored = localStorage.getItem(KEY);
    return LANGUAGES.find((language) => language === stored) ?? null;
  } catch {
    return null;
  }
}
