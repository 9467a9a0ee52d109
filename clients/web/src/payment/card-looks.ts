/**
 * How Stripe's card fields look: like ours. They are drawn in a frame of Stripe's, which knows nothing of our style sheet, so that
 * every colour goes there as it is at this moment.
 */
import type { Appearance } from '@stripe/stripe-js';

/** `colour`: of a token ("--ink") in the theme of the moment, as the browser writes it ("rgb(28, 23, 20)"). */
export function cardLooks(colour: (token: string) => string): Appearance {
  const focus = colour('--focus');
  const bad = colour('--bad');
  return {
    theme: 'flat',
    disableAnimations: true,
    variables: {
      colorPrimary: colour('--velvet'),
      colorBackground: colour('--sheet'),
      colorText: colour('--ink'),
      colorTextSecondary: colour('--ink-soft'),
      colorTextPlaceholder: colour('--ink-soft'),
      colorDanger: bad,
      fontFamily: 'system-ui, -apple-system, "Segoe UI", sans-serif',
      fontSizeBase: '16px',
      fontSizeSm: '14px',
      spacingUnit: '4px',
      gridRowSpacing: '16px',
      gridColumnSpacing: '12px',
      borderRadius: '6px',
      focusBoxShadow: 'none',
      focusOutline: `3px solid ${focus}`,
    },
    rules: {
      '.Label': { fontWeight: '600', color: colour('--ink') },
      '.Input': { border: `1px solid ${colour('--ink-soft')}`, padding: '10px 12px', lineHeight: '22px' },
      '.Input--invalid': { borderColor: bad, boxShadow: `0 0 0 1px ${bad}` },
      '.Error': { color: bad, fontSize: '14px' },
    },
  };
}

/** Reads the tokens where `place` stands, whose theme may be another one than the page's. */
export function colourAt(place: HTMLElement): (token: string) => string {
  return (token) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${token})`;
    place.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}
