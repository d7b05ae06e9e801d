import test from 'ava';
import {nothingIsLeft} from '../helpers/left.ts';
import {makePlace, type Place} from '../helpers/place.ts';
import {build, readImage, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

/** When a build is stopped: so many milliseconds after this stands in its output. */
const moments: Readonly<Record<string, readonly [RegExp, number]>> = {
	'at its start': [/building app/, 0],
	'while it pulls': [/FROM debian/, 30],
	'while it unpacks': [/\[2\/4\] RUN/, 150],
	'while a RUN writes': [/\[2\/4\] RUN/, 1500],
	'while a layer is packed and the next RUN runs': [/\| waiting/, 300],
	'while the last layer is packed': [/\| waited/, 20],
};

const kills = Object.keys(moments).map(when => ['SIGKILL', when, ['SIGKILL']] as const);
const stops = [
	['SIGINT', 'while it pulls', [130]],
	['SIGINT', 'while a RUN writes', [130]],
	['SIGTERM', 'while a layer is packed and the next RUN runs', [143]],
	['SIGHUP', 'while a layer is packed and the next RUN runs', [129]],
] as const;

for (const [signal, when, statuses] of [...kills, ...stops]) {
	test.serial(`${signal} ${when} leaves nothing running or mounted, and the next build works`, async t => {
		const place = makePlace(t, ordinary);
		const context = contextOf(place);

		const stopped = await build(place, context, {flags: ['-t', 'app'], onStderr: send(signal, moments[when])});
		t.true([...statuses, 0].includes(stopped.status as never), `${stopped.status}\n${stopped.stderr}`);
		await nothingIsLeft(t, place);
		if (signal !== 'SIGKILL') t.is(await temporaryFiles(place), '');

		const again = await build(place, context, {flags: ['-t', 'app']});
		t.is(again.status, 0, again.stderr);
		t.is(await damagedBlobs(place), '');
	});
}

test.serial('prune frees what a killed build left', async t => {
	const place = makePlace(t, ordinary);
	const context = contextOf(place);
	await build(place, context, {flags: ['-t', 'app'], onStderr: send('SIGKILL', [/\| waiting/, 300])});
	await nothingIsLeft(t, place);

	const pruned = await strata(place, ['prune', '-a', '--cache', '-y']);

	t.is(pruned.status, 0, pruned.stderr);
	t.is(
		(await place.run(['sh', '-c', 'find store/snapshots store/tmp -mindepth 1 -maxdepth 1 2>/dev/null'])).stdout,
		'',
	);
	t.is((await build(place, context)).status, 0);
});

test.serial('two builds of one Dockerfile at once share the work', async t => {
	const place = makePlace(t, ordinary);
	const context = contextOf(place);

	const both = await Promise.all(['one', 'two'].map(name => build(place, context, {flags: ['-t', name]})));

	const told = both.map(({stderr}) => stderr).join('\n');
	const images = ['one', 'two'].map(name => readImage(place.store, `${name}:latest`));
	t.deepEqual(statuses(both), [0, 0], told);
	t.deepEqual(images[0]?.manifest.layers, images[1]?.manifest.layers);
	t.is(both.filter(({stderr}) => stderr.includes('| waited')).length, 1, told);
});

test.serial('builds of different Dockerfiles at once do not disturb each other', async t => {
	const place = makePlace(t, ordinary);
	const names = ['a', 'b', 'c', 'd'];
	const text = (name: string) => `FROM busybox\nRUN echo ${name} >/name\nCOPY x /\n`;
	const contexts = names.map(name => place.write({Dockerfile: text(name), x: name}, name));

	const all = await Promise.all(contexts.map((context, at) => build(place, context, {flags: ['-t', names[at] ?? '']})));

	t.deepEqual(statuses(all), [0, 0, 0, 0], all.map(({stderr}) => stderr).join('\n'));
	t.deepEqual((await strata(place, ['images'])).stdout.match(/^[abcd](?= )/gm)?.sort(), names);
});

/** The name of the place stands in the command lines of its RUNs. */
function contextOf(place: Place): string {
	const lines = [
		'FROM debian:bookworm-slim',
		`RUN : ${place.folder}; cp -a /usr/bin /copy`,
		`RUN : ${place.folder}; echo waiting && sleep 0.7 && echo waited`,
		'CMD ["ls"]',
	];
	return place.write({Dockerfile: `${lines.join('\n')}\n`}, 'context');
}

function send(signal: NodeJS.Signals, [output, delay]: readonly [RegExp, number] = [/^/, 0]) {
	let seen = '';
	let sent = false;
	return (chunk: string, kill: (signal: NodeJS.Signals) => void) => {
		seen += chunk;
		if (sent || !output.test(seen)) return;
		sent = true;
		setTimeout(() => kill(signal), delay);
	};
}

async function temporaryFiles(place: Place): Promise<string> {
	return (await place.run(['sh', '-c', `find ${place.store}/tmp -mindepth 1 2>/dev/null`])).stdout;
}

/** Names of blobs whose content is not what the name says. */
async function damagedBlobs(place: Place): Promise<string> {
	const check = `cd ${place.store}/blobs/sha256 && for name in *; do echo "$name  $name"; done | sha256sum -c --quiet 2>&1`;
	return (await place.run(['sh', '-c', check])).stdout;
}

function statuses(ended: readonly {readonly status: unknown}[]): readonly unknown[] {
	return ended.map(({status}) => status);
}
