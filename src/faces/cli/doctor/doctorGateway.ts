import { callGateway } from '../people/gatewayClient.ts';
import { loginIfAny, placeOfLogin } from '../people/gatewayLogin.ts';
import type { Finding } from './finding.ts';

/** Whether the gateway answers that this person logged in at; of another nobody here knows the address. */
export async function gatewayFinding(): Promise<Finding> {
  const what = 'gateway';
  const kept = await loginIfAny();
  if (!kept.ok) {
    const [detail = '', fix] = kept.error.split('\n  fix: ');
    return { what, state: 'wrong', detail, ...(fix !== undefined && { fix }) };
  }
  if (kept.value === undefined)
    return { what, state: 'off', detail: 'not looked at: its address is not known here before fairlead login URL' };
  const { url, name, token } = kept.value;
  const answer = await callGateway(placeOfLogin(kept.value), 'GET', '/api/me', { as: { token } });
  if (answer.ok) return { what, state: 'fine', detail: `${url} answers, and knows ${name}` };
  return answer.error.status === 0
    ? {
        what,
        state: 'wrong',
        detail: answer.error.message,
        fix: 'is it up, and is this the right address? its pods, the Service and the network before it',
      }
    : { what, state: 'warn', detail: `${url} answers: ${answer.error.message}`, fix: `fairlead login ${url}` };
}
