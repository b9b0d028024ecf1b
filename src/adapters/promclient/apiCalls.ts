import { Counter, Histogram, type Registry } from 'prom-client';
import type { ApiCallListener } from '../../ports/apiCall.ts';

/** As client-go names them, so that dashboards of other controllers fit. */
export function meteredApiCalls(registry: Registry): ApiCallListener {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by status code (<error>: no answer came), method and host.',
    labelNames: ['code', 'method', 'host'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'Time until an answer of the API server was whole; of a watch until it was open.',
    labelNames: ['verb', 'host'],
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15],
    registers: [registry],
  });
  return ({ method, host, status, ms }) => {
    requests.inc({ code: status === undefined ? '<error>' : String(status), method, host });
    seconds.observe({ verb: method, host }, ms / 1000);
  };
}
