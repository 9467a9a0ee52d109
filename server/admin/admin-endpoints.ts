/** The administration's endpoints, all of them. */
import type { Endpoint } from '../api/endpoint.ts';
import { actionEndpoints } from './action-endpoints.ts';
import type { AdminPorts } from './admin-ports.ts';
import { cinemaEndpoints } from './cinema-endpoints.ts';
import { exhibitorEndpoints } from './exhibitor-endpoints.ts';
import { filmEndpoints } from './film-endpoints.ts';
import { importEndpoints } from './import-endpoints.ts';
import { orderEndpoints } from './order-endpoints.ts';
import { priceEndpoints } from './price-endpoints.ts';
import { salesEndpoints } from './sales-endpoints.ts';
import { cancelEndpoint } from './screening-cancel.ts';
import { createEndpoint } from './screening-create.ts';
import { screeningEndpoints } from './screening-endpoints.ts';
import { rescheduleEndpoint } from './screening-reschedule.ts';
import { seatEndpoints } from './seat-endpoints.ts';
import { ticketEndpoints } from './ticket-endpoints.ts';

export function adminEndpoints(ports: AdminPorts): Endpoint[] {
  return [
    ...screeningEndpoints(ports),
    createEndpoint(ports),
    rescheduleEndpoint(ports),
    cancelEndpoint(ports),
    ...salesEndpoints(ports),
    ...seatEndpoints(ports),
    ...orderEndpoints(ports),
    ...ticketEndpoints(ports),
    ...filmEndpoints(ports),
    ...cinemaEndpoints(ports),
    ...exhibitorEndpoints(ports),
    ...priceEndpoints(ports),
    ...importEndpoints(ports),
    ...actionEndpoints(ports),
  ];
}
