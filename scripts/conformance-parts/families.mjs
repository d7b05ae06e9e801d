import {readdirSync, readFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {withHandWork} from './by-hand.mjs';
import {differentialSteps, kanikoSteps} from './differential.mjs';

/** Where the corpus lies: it is no part of the project. */
export const corpus = resolve(process.env.STRATA_CORPUS ?? '../shared/corpus');

/** All cases that can be built here: `{family, id, bases, steps}`. What their steps mean is the corpus's README's to say. */
export function readCases() {
	return [
		...integration(),
		...differential('conformance', differentialSteps),
		...differential('kaniko', kanikoSteps),
		...classic(),
		...probes(),
	];
}

function integration() {
	const files = readdirSync(join(corpus, 'integration')).sort();
	return files.flatMap(file => {
		const {family, cases} = read(join('integration', file));
		return usable(cases).map(one => ({...one, family: `integration/${family}`}));
	});
}

/** Suites whose records are one build each. */
function differential(suite, stepsOf) {
	return usable(read(`${suite}/cases.json`).cases).map(one => ({
		family: suite,
		id: one.id,
		bases: one.bases,
		fs_skip: one.fs_skip,
		steps: stepsOf(one),
	}));
}

function classic() {
	return usable(read('classic/cases.json').cases).map(one => ({...withHandWork(one), family: 'classic'}));
}

/** Cases of our own. They mean little without a reference. */
function probes() {
	const {cases} = JSON.parse(readFileSync('spec/conformance/probes.json', 'utf8'));
	return cases.map(({id, context, dockerfile}) => ({
		family: 'probes',
		id,
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

function usable(cases) {
	return cases.filter(one => one.class === 'base-ok');
}

function read(path) {
	return JSON.parse(readFileSync(join(corpus, path), 'utf8'));
}
