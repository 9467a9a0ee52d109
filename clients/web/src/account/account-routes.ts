/** The pages of an account. */
import type { Routes } from '@angular/router';
import { AccountPage } from './account-page.ts';
import { LinkPage } from './link-page.ts';

export const accountRoutes: Routes = [
  { path: '', pathMatch: 'full', component: AccountPage },
  { path: 'confirm', component: LinkPage, data: { purpose: 'confirm-email' } },
  { path: 'reset', component: LinkPage, data: { purpose: 'reset-password' } },
];
