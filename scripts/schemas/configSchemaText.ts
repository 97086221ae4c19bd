import { format } from 'prettier';
import { z } from 'zod';
import { configSchema } from '../../src/cli/config/configSchema.js';

/** `schemas/rollback.schema.json`, from the schema by which the file is checked. */
export async function schemaText(): Promise<string> {
  const schema = z.toJSONSchema(configSchema, { target: 'draft-7' });
  return format(JSON.stringify({ ...schema, title: 'rollback.yml' }), { parser: 'json', printWidth: 120 });
}
