import { writeFileSync } from 'node:fs';
import { schemaText } from './schemas/configSchemaText.js';

/** Writes the JSON schemas that editors use. */
writeFileSync(new URL('../schemas/rollback.schema.json', import.meta.url), await schemaText());
