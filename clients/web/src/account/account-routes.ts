/** The pages of an account, each loaded when it is gone to. */
import type { Routes } from '@angular/router';

export const accountRoutes: Routes = [
  {
    path: '',
    pathMatch: 'full',
    loadComponent: () => import('./account-page.ts').then((file) => file.AccountPage),
  },
  { path: 'sign-in', loadComponent: () => import('./sign-in-page.ts').then((file) => file.SignInPage) },
  { path: 'sign-up', loadComponent: () => import('./sign-up-page.ts').then((file) => file.SignUpPage) },
  { path: 'club', loadComponent: () => import('../club/club-page.ts').then((file) => file.ClubPage) },
  { path: 'forgot', loadComponent: () => import('./forgot-page.ts').then((file) => file.ForgotPage) },
  {
    path: 'confirm',
    loadComponent: () => import('./link-page.ts').then((file) => file.LinkPage),
    data: { purpose: 'confirm-email' },
  },
  {
    path: 'reset',
    loadComponent: () => import('./link-page.ts').then((file) => file.LinkPage),
    data: { purpose: 'reset-password' },
  },
];
