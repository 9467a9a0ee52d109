/** Light, dark, or as the device has it; remembered. */
import { effect, Injectable, signal } from '@angular/core';

export type Theme = 'auto' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

const KEY = 'poltrona.theme';

@Injectable({ providedIn: 'root' })
export class ThemeChoice {
  readonly theme = signal<Theme>(remembered());

  constructor() {
    effect(() => {
      const theme = this.theme();
      if (theme === 'auto') delete document.documentElement.dataset['theme'];
      else document.documentElement.dataset['theme'] = theme;
    });
  }

  choose(theme: Theme): void {
    this.theme.set(theme);
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Storage is switched off: the choice lasts as long as the page.
    }
  }
}

function remembered(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? 'auto';
  } catch {
    return 'auto';
  }
}
