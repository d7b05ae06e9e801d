import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {withHandWork} from './by-hand.mjs';
import {differentialSteps, kanikoSteps} from './differential.mjs';

/** Where the corpus lies: it is no part of the project, and may not be there. */
export const corpus = resolve(
	process.env.STRATA_CORPUS ?? fileURLToPath(new URL('../../../shared/corpus', import.meta.url)),
);

export function hasCorpus() {
	return existsSync(corpus);
}

/** The first part of a family's name: `integration` of `integration/copy`. */
export function suiteOf(family) {
	return family.split('/')[0];
}

/**
 * All cases that build: `{cases, notRun}`. A case is `{family, id, bases, steps}`; what its steps mean is the corpus's
 * README's to say. Those not run say why.
 */
export function readCases() {
	const all = [
		...integration(),
		...differential('conformance', differentialSteps),
		...differential('kaniko', kanikoSteps).map(withHandWork),
		...read('classic/cases.json').cases.map(one => ({...withHandWork(one), family: 'classic'})),
		...probes(),
	].map(one => ({...one, notRun: whyNot(one)}));
	return {cases: all.filter(({notRun}) => !notRun), notRun: all.filter(({notRun}) => notRun)};
}

/** Why a case cannot be run where there is no network but loopback, and no builder but strata. */
function whyNot({class: kind = 'base-ok', why = [], needs}) {
	if (needs === 'ping' && !mayPing()) return 'no process may ping here: net.ipv4.ping_group_range';
	return kind === 'base-ok' ? undefined : `${kind}: ${why.join('; ')}`;
}

function mayPing() {
	const [first, last] = readFileSync('/proc/sys/net/ipv4/ping_group_range', 'utf8').split(/\s+/).map(Number);
	return first <= last;
}

/** Where upstream's code checks more than a record can hold, the case is a family of its own. */
function integration() {
	const files = readdirSync(join(corpus, 'integration')).sort();
	return files.flatMap(file => {
		const {family, cases} = read(join('integration', file));
		return cases.map(one => {
			const suite = one.manual === true && one.class === 'base-ok' ? 'integration-by-hand' : 'integration';
			return {...withHandWork(one), family: `${suite}/${family}`};
		});
	});
}

/** Suites whose records are one build each. */
function differential(suite, stepsOf) {
	return read(`${suite}/cases.json`).cases.map(one => ({
		family: suite,
		id: one.id,
		class: one.class,
		why: one.why,
		bases: one.bases,
		fs_skip: one.fs_skip,
		judges: judgesOf(one),
		steps: stepsOf(one),
	}));
}

/** The builder that upstream compares with, then the others. */
function judgesOf({reference = 'docker'}) {
	return /BuildKit/.test(reference) ? ['buildkit', 'buildah', 'docker'] : ['docker', 'buildah', 'buildkit'];
}

/** Cases of our own. They mean little without a reference. */
function probes() {
	const {cases} = JSON.parse(readFileSync('spec/conformance/probes.json', 'utf8'));
	return cases.map(({id, context, dockerfile}) => ({
		family: 'probes',
		id,
		judges: ['buildkit'],
		steps: [
			{
				op: 'context',
				id: 'd1',
				entries: [...context, {type: 'file', path: 'Dockerfile', mode: '0644', data: dockerfile}],
			},
			{op: 'build', id: 'b1', context: 'd1', dockerfile_dir: 'd1'},
		],
	}));
}

function read(path) {
	return JSON.parse(readFileSync(join(corpus, path), 'utf8'));
}
