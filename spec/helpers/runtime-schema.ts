import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv} from 'ajv';
import {corpus, readCorpus} from './corpus.ts';

const folder = 'schemas/runtime-spec';

/** What the runtime specification's own schema has against a config.json: nothing, if it is right. Needs the corpus. */
export function validateConfig(document: unknown): readonly string[] {
	const ajv = new Ajv({strict: false, allErrors: true});
	for (const name of readdirSync(join(corpus, folder)).filter(file => file.endsWith('.json'))) {
		ajv.addSchema(withoutDraft(readCorpus(join(folder, name))), name);
	}
	ajv.validate('config-schema.json', document);
	return (ajv.errors ?? []).map(({instancePath, message}) => `${instancePath || '/'} ${message}`);
}

/** The schemas name draft 4, whose differences they do not use. */
function withoutDraft({$schema: _, id: _id, ...schema}: {$schema?: string; id?: string}): object {
	return schema;
}
