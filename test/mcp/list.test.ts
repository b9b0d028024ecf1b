import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type McpStage, openMcpStage } from './stage.ts';

let stage: McpStage;
beforeAll(async () => {
  stage = await openMcpStage();
});
afterAll(() => stage.close());

describe('the list of tools', () => {
  it('costs its reader less than 3,000 tokens, at four characters a token', async () => {
    const { tools } = await (await stage.connect()).listTools();
    const size = JSON.stringify({ tools }).length / 4;
    expect(tools).toHaveLength(12);
    expect(size).toBeLessThan(3_000);
  });
});
