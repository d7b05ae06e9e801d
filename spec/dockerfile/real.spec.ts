import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {corpus, hasCorpus, readCorpus} from '../helpers/corpus.ts';
import {plan} from '../plan/planning.ts';

/** Files that other programs make Dockerfiles of: `{{ .base }}`, `${templateOption:…}`. */
const templates = /\.tmpl$|container-templates/;

/** What some files leave to whoever builds them. */
const buildArgs = {BASE_IMAGE: 'debian', ENGINE_VERSION: '28'};

if (hasCorpus) {
	const folder = join(corpus, 'real');
	const files = readdirSync(folder).filter(file => !file.endsWith('.json'));
	const read = (name: string) => readFileSync(join(folder, name), 'utf8');

	for (const name of files.filter(file => templates.test(file))) {
		test(`${name} is a template, and refused as a Dockerfile`, t => {
			t.throws(() => plan(read(name)), {instanceOf: DockerfileError});
		});
	}

	for (const name of files.filter(file => !templates.test(file))) {
		const text = read(name);

		test(`${name} is read and planned, twice the same`, t => {
			const dockerfile = parseDockerfile(text, name);
			const lines = text.split('\n').length;

			t.true(dockerfile.stages.every(({from}) => from.location.start >= 1 && from.location.end <= lines));
			t.is(JSON.stringify(plan(text, {buildArgs})), JSON.stringify(plan(text, {buildArgs})));
		});
	}

	for (const {id, text} of readCorpus<{cases: readonly {id: string; text: string}[]}>('real/buildah-bud.json').cases) {
		test(`${id} is read, or refused with a DockerfileError`, t => {
			try {
				t.truthy(parseDockerfile(text, id).stages);
			} catch (error) {
				t.true(error instanceof DockerfileError, String(error));
			}
		});
	}
} else test.skip('the files of corpus/real (skipped: this machine has no corpus)', t => t.fail());
