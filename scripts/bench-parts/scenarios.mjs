import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {generator, pathOf, writeContext} from './contexts.mjs';

export const base = 'debian:bookworm';

/**
 * What is measured, in groups that share a store: each scenario starts from what the ones before it left there. `warm`: the base
 * has been pulled and unpacked before. `change` is done to the context first. `limit` is what the ratio to buildah is to be at most.
 */
export const groups = [
	{
		name: 'small',
		warm: false,
		context: smallContext,
		scenarios: [
			{id: 'S1', what: 'first build, into an empty store', limit: 0.45},
			{id: 'S2', what: 'again, nothing changed', limit: 0.08},
			{id: 'S3', what: 'again, one source file changed', limit: 0.2, change: changeSmall},
		],
	},
	{
		name: 'large',
		warm: true,
		context: largeContext,
		scenarios: [
			{id: 'S4', what: 'COPY of 20,000 files, 439 MB', limit: 0.25},
			{id: 'S4b', what: 'again, nothing changed', limit: 0.03},
			{id: 'S4c', what: 'again, one of the files changed', limit: 0.07, change: changeLarge},
		],
	},
	single('S5', {what: 'four stages of sleep 2 and 50 MB, copied into a fifth', limit: 0.35, dockerfile: stages()}),
	single('S6', {what: 'RUN that writes 20,000 files, 1 GiB', limit: 0.5, dockerfile: [from(), `RUN ${manyFiles()}`]}),
	single('S7', {what: 'FROM and config only, empty store', limit: 0.12, warm: false, dockerfile: configOnly()}),
	single('S8', {what: 'ten RUN steps of 30 MB each', limit: 0.25, dockerfile: tenSteps()}),
];

function single(id, {what, limit, dockerfile, warm = true}) {
	return {name: id, warm, context: folder => writeContext(folder, {dockerfile}), scenarios: [{id, what, limit}]};
}

/** What makes a store warm. */
export function writeWarmContext(folder) {
	writeContext(folder, {dockerfile: [from(), 'RUN true']});
}

export function from(name = '') {
	return `FROM ${base}${name && ` AS ${name}`}`;
}

function smallContext(folder) {
	const dockerfile = [
		from(),
		'RUN mkdir /data && cd /data && seq 2000000 | head -c 8192000 | split -a 4 -b 4096 -d - f',
		'WORKDIR /app',
		'COPY src src',
		'CMD ["ls", "/app/src"]',
	];
	writeContext(folder, {dockerfile, files: generator('small').files(300, 3e6)});
}

function largeContext(folder) {
	const dockerfile = [from(), 'WORKDIR /app', 'COPY src src', 'CMD ["ls", "/app/src"]'];
	writeContext(folder, {dockerfile, files: generator('large').files(20_000, 439e6)});
}

/** Other bytes for one file, other ones in each round. */
function changeSmall(folder, round) {
	writeFileSync(join(folder, pathOf(151)), generator(`small ${round}`).text(10_000));
}

function changeLarge(folder, round) {
	writeFileSync(join(folder, pathOf(10_002)), generator(`large ${round}`).text(20_000));
}

function stages() {
	const names = ['one', 'two', 'three', 'four'];
	const data = '(head -c 25000000 /dev/urandom; seq 9000000 | head -c 25000000)';
	const make = name => [from(name), `RUN sleep 2 && ${data} >/${name}`];
	return [...names.flatMap(make), from(), ...names.map(name => `COPY --from=${name} /${name} /${name}`)];
}

function manyFiles() {
	const split = name => `split -a 4 -b 53687 -d - ${name}`;
	const [noise, text] = ['head -c 536870000 /dev/urandom', 'seq 99999999 | head -c 536870000'];
	return `mkdir /data && cd /data && ${noise} | ${split('noise')} && ${text} | ${split('text')}`;
}

function configOnly() {
	return [from(), 'ENV GREETING=hello', 'LABEL org.example.name=bench', 'CMD ["env"]'];
}

function tenSteps() {
	const step = number => `RUN seq ${number}0000000 99999999 | head -c 30000000 >/data-${number}`;
	return [from(), ...Array.from({length: 10}, (_, index) => step(index))];
}
