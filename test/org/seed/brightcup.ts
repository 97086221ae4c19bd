import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import { PracticeOrg } from '../engine/practiceOrg.js';
import { metadataSideOf } from '../http/metadataSide.js';
import { seedCatalogue } from './catalogue.js';
import { seedMetadata } from './metadata.js';

export interface Brightcup {
  readonly org: PracticeOrg;
  readonly side: MetadataSide;
}

/** The whole practice company: Brightcup, which makes coffee machines for offices, with its catalogue, flows and metadata. */
export function brightcup(options: ConstructorParameters<typeof PracticeOrg>[0] = {}): Brightcup {
  const org = new PracticeOrg(options);
  const side = metadataSideOf(org);
  seedCatalogue(org);
  seedMetadata(org, side);
  return { org, side };
}
