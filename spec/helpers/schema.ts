import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {Ajv} from 'ajv';
import ajvFormats from 'ajv-formats';
import {corpus, readCorpus} from './corpus.ts';

/** A document of the image specification that has a schema. */
export type SchemaKind = 'image-index' | 'image-manifest' | 'config' | 'image-layout' | 'content-descriptor';

const folder = 'schemas/image-spec';
let loaded: Ajv | undefined;

/** What the image specification's own schema has against a document: nothing, if it is right. Needs the corpus. */
export function validateAgainst(kind: SchemaKind, document: unknown): readonly string[] {
	loaded ??= load();
	const name = kind === 'content-descriptor' ? `${kind}.json` : `${kind}-schema.json`;
	loaded.validate(name, document);
	return (loaded.errors ?? []).map(({instancePath, message}) => `${instancePath || '/'} ${message}`);
}

/** The schemas are of draft 4: there `id` is what `$id` is now; theirs are not where their `$ref`s look. */
function load(): Ajv {
	const ajv = new Ajv({strict: false, allErrors: true});
	ajvFormats.default(ajv);
	for (const name of readdirSync(join(corpus, folder)).filter(file => file.endsWith('.json'))) {
		if (name !== 'vectors.json') ajv.addSchema(withoutIDs(readCorpus(join(folder, name))) as object, name);
	}
	return ajv;
}

function withoutIDs(schema: unknown): unknown {
	if (Array.isArray(schema)) return schema.map(withoutIDs);
	if (typeof schema !== 'object' || schema === null) return schema;
	const kept = Object.entries(schema).filter(
		([key, value]) => key !== '$schema' && !(key === 'id' && typeof value === 'string'),
	);
	return Object.fromEntries(kept.map(([key, value]) => [key, withoutIDs(value)]));
}
