import { expect, it } from 'vitest';
import { openGateway } from '../../../test/stages/gatewayStage.ts';
import { ACCESS } from './access.ts';

it('the OpenAPI document names every route, who may call it, and what a body is', async () => {
  const response = await openGateway().call('GET', '/api/openapi.json');
  const document = (await response.json()) as {
    openapi: string;
    paths: Record<string, Record<string, { security: object[]; requestBody?: object }>>;
  };
  const named = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  );
  expect(named.toSorted()).toEqual(Object.keys(ACCESS).toSorted());
  expect(document.openapi).toBe('3.1.0');
  expect(document.paths['/api/login']?.['post']?.security).toEqual([]);
  expect(document.paths['/api/users']?.['put']?.security).toEqual([{ session: [] }]);
  const vote = JSON.stringify(document.paths['/api/approvals/{namespace}/{name}/vote']?.['post']?.requestBody);
  expect(vote).toContain('"digest"');
  expect(vote).toContain('"additionalProperties":false');
});
