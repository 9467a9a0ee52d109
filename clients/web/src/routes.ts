/** Which address is which page. Everything but the first page is loaded when it is gone to. */
import type { Routes } from '@angular/router';
import { FindPage } from './find/find-page.ts';
import { inItsDocument } from './shell/document-guard.ts';

const pages: Routes = [
  { path: '', pathMatch: 'full', component: FindPage },
  { path: 'films/:film', loadComponent: () => import('./film/film-page.ts').then((file) => file.FilmPage) },
  {
    path: 'screenings/:screening',
    loadComponent: () => import('./screening/screening-page.ts').then((file) => file.ScreeningPage),
  },
  {
    path: 'screenings/:screening/checkout',
    loadComponent: () => import('./checkout/checkout-page.ts').then((file) => file.CheckoutPage),
  },
  { path: 'pay/:order', loadComponent: () => import('./pay/pay-page.ts').then((file) => file.PayPage) },
  { path: 'orders/:order', loadComponent: () => import('./checkout/order-page.ts').then((file) => file.OrderPage) },
  {
    path: 'tickets',
    pathMatch: 'full',
    loadComponent: () => import('./tickets/tickets-page.ts').then((file) => file.TicketsPage),
  },
  { path: 'tickets/find', loadComponent: () => import('./tickets/lookup-page.ts').then((file) => file.LookupPage) },
  { path: 'tickets/:order', loadComponent: () => import('./tickets/ticket-page.ts').then((file) => file.TicketPage) },
  { path: 'account', loadChildren: () => import('./account/account-routes.ts').then((file) => file.accountRoutes) },
  {
    path: 'staff/welcome',
    loadComponent: () => import('./account/link-page.ts').then((file) => file.LinkPage),
    data: { purpose: 'staff-invitation' },
  },
  { path: '**', loadComponent: () => import('./shell/not-found-page.ts').then((file) => file.NotFoundPage) },
];

/** Each page in a document whose policy is made for it. */
export const routes: Routes = [{ path: '', canActivateChild: [inItsDocument], children: pages }];
