import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import test from 'ava';
import {check} from '../../lib/build/check.ts';
import {outline, targets} from '../../lib/build/outline.ts';
import {CheckError, DockerfileError, StrataError} from '../../lib/errors.ts';
import {ofType, workshop} from '../helpers/build.ts';
import {without} from '../helpers/programs.ts';
import {startRegistry} from '../helpers/registry.ts';
import {unless} from '../helpers/skip.ts';

test('the warnings of a build are events before the first step, and part of its result', async t => {
	const shop = await workshop(t);

	const {events, result} = await shop.build({lines: ['FROM scratch AS One', 'ENV a b']});

	const types = events.map(({type}) => type);
	t.deepEqual(
		result.warnings.map(({rule, message}) => `${rule}: ${message}`),
		[
			'StageNameCasing: the stage name One is not in lower case',
			'LegacyKeyValueFormat: ENV with a blank between name and value is the old form',
		],
	);
	t.deepEqual(ofType(events, 'warning'), result.warnings);
	t.true(types.lastIndexOf('warning') < types.indexOf('step.started'));
});

test('of a Dockerfile that cannot be planned the warnings are told too', async t => {
	const shop = await workshop(t);

	const {events, error} = await shop.tell({lines: ['FROM scratch AS One', `ENV a=\${b:?no}`]});

	t.true(error instanceof DockerfileError);
	t.deepEqual(
		ofType(events, 'warning').map(({rule}) => rule),
		['StageNameCasing'],
	);
});

test('with error=true a build rejects with CheckError, and no step is begun (PAR-10)', async t => {
	const shop = await workshop(t);

	const {events, error} = await shop.tell({lines: ['# check=error=true', 'FROM scratch', 'ENV a b']});
	const clean = await shop.build({lines: ['# check=error=true', 'FROM scratch', 'ENV a=b']});

	t.true(error instanceof CheckError);
	t.deepEqual(ofType(events, 'step.started'), []);
	t.deepEqual(clean.result.warnings, []);
});

test('a check neither runs nor copies: what is left out of the context is a finding, no error (LNT-19)', async t => {
	const {root} = await workshop(t);
	const text = 'FROM scratch\nCOPY dist ./src /\nADD dist/a /\nRUN exit 1\n';
	const checked = (ignore: string) =>
		check({root, context: {files: {'.dockerignore': ignore, 'dist/a': '', src: ''}}, dockerfile: {text}});

	const {findings, error} = await checked('dist\n');
	const negated = await checked('dist\n!dist/a\n');

	t.is(error, undefined);
	t.deepEqual(
		findings.map(({location, detail}) => `${location.start} ${detail}`),
		[
			'2 Attempting to Copy file "dist" that is excluded by .dockerignore',
			'3 Attempting to Add file "dist/a" that is excluded by .dockerignore',
		],
	);
	t.deepEqual(negated.findings, []);
});

test('the whole context is a finding only where all of it is left out (LNT-19)', async t => {
	const {root} = await workshop(t);
	const found = async (ignore: string) => {
		const dockerfile = {text: 'FROM scratch\nCOPY . /\n'};
		const {findings} = await check({root, context: {files: {'.dockerignore': ignore}}, dockerfile});
		return findings.map(({detail}) => detail);
	};

	t.deepEqual(await found('.*\n'), []);
	t.deepEqual(await found('*\n'), ['Attempting to Copy file "." that is excluded by .dockerignore']);
});

test('a base that cannot be had ends a check with what was found before', async t => {
	const {root} = await workshop(t);
	const dockerfile = {text: 'FROM oci-layout.invalid:1/a AS One\nENV a b\n'};
	const contexts = {'oci-layout.invalid:1/a': 'oci-layout:///nowhere'};

	const {findings, error} = await check({root, context: {files: {}}, contexts, dockerfile});

	t.deepEqual(
		findings.map(({rule}) => rule),
		['StageNameCasing'],
	);
	t.true(error instanceof StrataError);
	t.is(error?.location?.start, 1);
});

test('outline and targets reject with the error of the Dockerfile', async t => {
	const {root} = await workshop(t);
	const options = {root, context: {files: {}}, dockerfile: {text: 'FROM scratch\nBADCMD\n'}};

	await t.throwsAsync(outline(options), {instanceOf: DockerfileError});
	await t.throwsAsync(targets(options), {instanceOf: DockerfileError});
});

unless(without('skopeo', 'docker-registry'))(
	'an image that is no index is told of if it is for another platform (LNT-14, FRM-9)',
	async t => {
		const registry = await startRegistry();
		t.teardown(() => registry.stop());
		const [far, shop] = [await workshop(t), await workshop(t)];
		await far.build({lines: ['FROM scratch', 'COPY a /'], files: {a: 'a'}, tags: ['only'], platforms: ['linux/s390x']});
		const name = `${registry.host}/only:1`;
		const copy = ['copy', '-q', '--dest-tls-verify=false', `oci:${far.root}:only:latest`, `docker://${name}`];
		await promisify(execFile)('skopeo', copy);
		const order = {lines: [`FROM ${name}`, 'ENV A=1'], platforms: ['linux/amd64']};

		// no step needs the base's files, so there is no TOC that `build` could read
		const {result} = await shop.tell(order);
		const same = await shop.tell({...order, platforms: ['linux/s390x']});

		t.deepEqual(
			result?.warnings.map(({detail}) => detail),
			[`Base image ${name} was pulled with platform "linux/s390x", expected "linux/amd64" for current build`],
		);
		t.deepEqual(same.result?.warnings, []);
	},
);
