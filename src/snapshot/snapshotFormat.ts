import type { z } from 'zod';
import type { fieldPartSchema, objectPartSchema, partSchema, snapshotSchema } from './snapshotSchemas.js';

/** Format version of `snapshot.json` written by this release. Every released version still opens. */
export const SNAPSHOT_FORMAT = 1;

export type Snapshot = z.infer<typeof snapshotSchema>;
export type SnapshotPart = z.infer<typeof partSchema>;
export type ObjectPart = z.infer<typeof objectPartSchema>;

/** What one field held, by itself. */
export type FieldPart = z.infer<typeof fieldPartSchema>;
