/** The frame around every page: name, ways, language, appearance. */
import { afterNextRender, ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { LANGUAGES, LanguageChoice, useWords } from '../words/language.ts';
import { shellWords } from '../words/shell.ts';
import { THEMES, ThemeChoice } from './theme-choice.ts';
import { Updates } from './updates.ts';

@Component({
  selector: 'poltrona-shop',
  imports: [RouterLink, RouterLinkActive, RouterOutlet],
  changeDetection: ChangeDetectionStrategy.OnPush,
  templateUrl: './shop.html',
  styleUrl: './shop.css',
})
export class Shop {
  protected readonly words = useWords(shellWords);
  protected readonly languages = LANGUAGES;
  protected readonly language = inject(LanguageChoice);
  protected readonly themes = THEMES;
  protected readonly theme = inject(ThemeChoice);
  protected readonly updates = inject(Updates);

  constructor() {
    afterNextRender(() => this.updates.start());
  }
}
