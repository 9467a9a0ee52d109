/**
 * The frame around every page: name, ways, language, appearance. It also does what a browser does between two pages, and an
 * application in one page has to do itself: whoever goes to another page is at its top, with the focus on its heading; whoever
 * goes back is where he was. What changes only the question of a page (?date=) moves neither.
 */
import { afterNextRender, ChangeDetectionStrategy, Component, Injector, inject, signal } from '@angular/core';
import {
  NavigationEnd,
  Router,
  type Event as RouterEvent,
  RouterLink,
  RouterLinkActive,
  RouterOutlet,
  Scroll,
} from '@angular/router';
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
  host: { '[class.buying]': 'isBuying()' },
})
export class Shop {
  protected readonly words = useWords(shellWords);
  protected readonly languages = LANGUAGES;
  protected readonly language = inject(LanguageChoice);
  protected readonly themes = THEMES;
  protected readonly theme = inject(ThemeChoice);
  protected readonly updates = inject(Updates);
  /** Only the first page itself is "here", whatever it is asked. */
  protected readonly exactly = {
    paths: 'exact',
    queryParams: 'ignored',
    fragment: 'ignored',
    matrixParams: 'ignored',
  } as const;
  /** Seats are being chosen or paid. */
  protected readonly isBuying = signal(false);
  readonly #injector = inject(Injector);
  #path: string | null = null;
  #isOtherPage = false;

  constructor() {
    // Places are set here; the browser would set them before the page is drawn.
    history.scrollRestoration = 'manual';
    afterNextRender(() => this.updates.start());
    inject(Router).events.subscribe((event) => this.#happened(event));
  }

  /** The address of the link would be that of the first page: a fragment goes by the base. */
  protected skip(event: Event): void {
    event.preventDefault();
    document.getElementById('main')?.focus();
  }

  #happened(event: RouterEvent): void {
    if (event instanceof NavigationEnd) {
      const path = event.urlAfterRedirects.split(/[?#]/)[0] ?? '/';
      this.#isOtherPage = this.#path !== null && this.#path !== path;
      this.#path = path;
      this.isBuying.set(path.startsWith('/screenings/'));
    }
    if (!(event instanceof Scroll)) return;
    const place = event.position ?? (this.#isOtherPage ? [0, 0] : null);
    const isOtherPage = this.#isOtherPage;
    this.#isOtherPage = false;
    if (place === null && !isOtherPage) return;
    const moved = (): void => {
      if (place !== null) scrollTo({ left: place[0], top: place[1], behavior: 'instant' });
      if (isOtherPage) focusHeading();
    };
    afterNextRender({ write: moved }, { injector: this.#injector });
  }
}

/** Where a screen reader begins to read. */
function focusHeading(): void {
  const heading = document.querySelector<HTMLElement>('main h1') ?? document.getElementById('main');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus({ preventScroll: true });
}
