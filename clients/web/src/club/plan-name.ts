import type { ClubPlan } from '../../../sdk/api/club-api.ts';

/** In the language of the page. */
export function planName({ name, nameEn }: ClubPlan, language: 'pt-BR' | 'en'): string {
  return language === 'en' ? nameEn : name;
}
