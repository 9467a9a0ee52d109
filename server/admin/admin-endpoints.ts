/** The administration's endpoints, all of them. */
import type { Endpoint } from '../api/endpoint.ts';
import type { AdminPorts } from './admin-ports.ts';
import { orderEndpoints } from './order-endpoints.ts';
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
  ];
}
