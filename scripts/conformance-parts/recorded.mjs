import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {suiteOf} from './families.mjs';

const folder = new URL('../../spec/conformance/references/', import.meta.url);
const read = new Map();

/** What references made of a case's build when they were recorded, by their names. */
export function recordedFor({family, id}, step) {
	return recordOf(suiteOf(family)).cases[id]?.[step];
}

function recordOf(suite) {
	const file = new URL(`${suite}.json`, folder);
	if (!read.has(suite)) read.set(suite, existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {cases: {}});
	return read.get(suite);
}

/** Keeps the pictures that references made of the cases of one run, beside those of others: `scripts/conformance --record`. */
export function keepPictures(results) {
	mkdirSync(folder, {recursive: true});
	for (const suite of new Set(results.map(({family}) => suiteOf(family)))) {
		const {cases} = recordOf(suite);
		for (const {family, id, pictures = []} of results) {
			if (suiteOf(family) === suite && pictures.length > 0) cases[id] = byStep(pictures, cases[id]);
		}
		const sorted = Object.fromEntries(Object.entries(cases).sort(([a], [b]) => (a < b ? -1 : 1)));
		const record = {about, engines: engines(), cases: sorted};
		const file = fileURLToPath(new URL(`${suite}.json`, folder));
		writeFileSync(file, JSON.stringify(record));
		execFileSync('node_modules/.bin/biome', ['format', '--write', file], {stdio: 'ignore'});
	}
}

const about =
	'What real builders make of cases: files that differ from the fixture that a build began with, config, history. Made by `scripts/conformance --record docker,buildkit,buildah SUITE`, as root.';

function byStep(pictures, known = {}) {
	const steps = structuredClone(known);
	for (const {step, name, picture} of pictures) steps[step] = {...steps[step], [name]: picture};
	return steps;
}

function engines() {
	const version = (program, ...args) => execFileSync(program, args, {encoding: 'utf8'}).trim();
	const docker = version('dockerd', '--version');
	return {
		docker: `${docker}, classic builder`,
		buildkit: `${docker}, its BuildKit`,
		buildah: version('buildah', '--version'),
	};
}
