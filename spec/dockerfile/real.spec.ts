import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {parseDockerfile} from '../../lib/dockerfile/parse.ts';
import {DockerfileError} from '../../lib/errors.ts';
import {corpus, hasCorpus, readCorpus} from '../helpers/corpus.ts';
import {plan} from '../plan/planning.ts';
import {testCase} from './cases.ts';

/** What some files leave to whoever builds them. */
const buildArgs = {
	BASE_IMAGE: 'debian',
	ENGINE_VERSION: '28',
	FOREIGNARCH: 'arm64',
	SAFEIMAGE: 'debian',
	another_app_type: 'debian',
};

if (hasCorpus) {
	const folder = join(corpus, 'real');
	const files = readdirSync(folder).filter(file => !file.endsWith('.json'));
	const read = (name: string) => readFileSync(join(folder, name), 'utf8');

	for (const name of files) {
		const text = read(name);

		testCase('real', {id: name, title: `${name} is read and planned, twice the same`}, t => {
			const dockerfile = parseDockerfile(text, name);
			const lines = text.split('\n').length;

			t.true(dockerfile.stages.every(({from}) => from.location.start >= 1 && from.location.end <= lines));
			t.is(JSON.stringify(plan(text, {buildArgs})), JSON.stringify(plan(text, {buildArgs})));
		});
	}

	for (const {id, text} of readCorpus<{cases: readonly {id: string; text: string}[]}>('real/buildah-bud.json').cases) {
		testCase('real', {id, title: `${id} is read and planned, twice the same`}, t => {
			t.is(JSON.stringify(plan(text, {buildArgs})), JSON.stringify(plan(text, {buildArgs})));
		});

		test(`${id} throws nothing but a DockerfileError`, t => {
			try {
				t.truthy(plan(text).stages);
			} catch (error) {
				t.true(error instanceof DockerfileError, String(error));
			}
		});
	}
} else test.skip('the files of corpus/real (skipped: this machine has no corpus)', t => t.fail());
