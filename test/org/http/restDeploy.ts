import { OrgError } from '../engine/contracts.js';
import type { MetadataSide } from '../engine/metadata/metadataSide.js';
import { deployResultShape } from './deployResultShapes.js';
import { readMultipart } from './multipart.js';
import type { Router } from './router.js';
import { coerceOptions } from './soapMetadata.js';

/** `metadata/deployRequest`: deploy, status, cancel and quick deploy by REST. */
export function registerRestDeploy(router: Router, side: MetadataSide): void {
  const base = '/services/data/v:version/metadata/deployRequest';
  router.post(base, async (request) => {
    const type = String(request.headers['content-type'] ?? '');
    if (!type.startsWith('multipart/')) {
      const validated = request.json()['validatedDeployRequestId'];
      if (typeof validated !== 'string') throw new OrgError('INVALID_INPUT', 'validatedDeployRequestId is required');
      const id = side.deployments.quickDeploy(validated, request.user);
      return {
        status: 201,
        body: {
          id,
          url: `${request.baseUrl}${request.path}/${id}?includeDetails=true`,
          validatedDeployRequestId: validated,
          deployOptions: null,
          deployResult: null,
        },
      };
    }
    const parts = readMultipart(type, request.body);
    const archive = parts.find((part) => part.name === 'file')?.content;
    const entity = parts.find((part) => part.name === 'entity_content')?.content.toString('utf8') ?? '{}';
    if (archive === undefined)
      throw new OrgError(
        'INVALID_MULTIPART_REQUEST',
        'Multipart message must include a non-binary part and a binary part named file'
      );
    const asked = (JSON.parse(entity) as { deployOptions?: Record<string, unknown> }).deployOptions ?? {};
    const id = await side.deployments.submit(archive, coerceOptions(asked), request.user);
    return {
      status: 201,
      body: {
        id,
        url: `${request.baseUrl}${request.path}/${id}?includeDetails=true`,
        validatedDeployRequestId: null,
        deployOptions: asked,
        deployResult: null,
      },
    };
  });
  router.get(`${base}/:id`, (request) => {
    const result = side.deployments.check(request.params['id'] ?? '');
    const job = side.deployments.list().find((one) => one.job.id === result.id)?.job;
    return {
      status: 200,
      body: {
        id: result.id,
        url: `${request.baseUrl}${request.path}`,
        validatedDeployRequestId: job?.validatedDeployRequestId ?? null,
        deployOptions: job?.options ?? {},
        deployResult: deployResultShape(result, request.query.get('includeDetails') === 'true'),
      },
    };
  });
  router.patch(`${base}/:id`, (request) => {
    const wish = request.json()['deployResult'] as { status?: string } | undefined;
    if (wish?.status !== 'Canceling') throw new OrgError('INVALID_INPUT', 'deployResult.status must be Canceling');
    const { id } = side.deployments.cancel(request.params['id'] ?? '', request.user);
    return {
      status: 202,
      body: {
        id,
        url: `${request.baseUrl}${request.path}`,
        deployResult: { id, status: 'Canceling', done: false, success: false },
      },
    };
  });
}
