import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {makePlace} from '../helpers/place.ts';
import {unless} from '../helpers/skip.ts';
import {script, session, settings} from './sessions.ts';

for (const [index, setting] of settings.entries()) {
	const {title} = setting;
	// A time that no other process sleeps tells ours from all others.
	const sleep = `sleep ${90_000_000 + process.pid * 10 + index}`;

	unless(setting.reason)(`${title}: an aborted run is asked to end, and nothing is left of it`, async t => {
		const {jobs, left} = await session(t, setting, [
			{script: `trap "echo asked; exit 0" TERM; echo up; ${sleep} & wait`, abort: true},
			{script: `echo up; exec ${sleep}`, abort: true},
			{script: 'echo next'},
		]);

		t.deepEqual(
			jobs.map(({error, output}) => [error?.message, output]),
			[
				['aborted by the spec', 'up\nasked\n'],
				['aborted by the spec', 'up\n'],
				[undefined, 'next\n'],
			],
		);
		t.deepEqual(processes(sleep), []);
		t.deepEqual(left, []);
	});

	unless(setting.reason)(`${title}: kill -9 of the main process ends every process and every mount`, async t => {
		const place = makePlace(t, setting.user);
		const order = {root: place.store, runtime: setting.runtime, jobs: [{script: `echo up; ${sleep}1 & ${sleep}2`}]};
		const env = setting.snapshotter === 'copy' ? {STRATA_SNAPSHOTTER: 'copy'} : {};
		const seen: string[] = [];

		const {status} = await place.run([process.execPath, script, JSON.stringify(order)], {
			env,
			onStderr: (_, kill) => {
				seen.push(...processes(sleep));
				kill('SIGKILL');
			},
		});

		t.is(status, 'SIGKILL');
		t.true(seen.length > 0, 'the program was running when its main process was killed');
		t.deepEqual(await onceGone(() => processes(sleep)), []);
		t.notRegex(readFileSync('/proc/self/mountinfo', 'utf8'), new RegExp(place.store));
	});
}

/** Ids of the processes whose command line has `text` in it. */
function processes(text: string): string[] {
	return readdirSync('/proc').filter(pid => /^\d+$/.test(pid) && commandLine(pid).includes(text));
}

function commandLine(pid: string): string {
	try {
		return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
	} catch {
		return '';
	}
}

/** What `look` finds once it finds nothing; it is asked again as long as it does. */
async function onceGone(look: () => string[]): Promise<string[]> {
	let found = look();
	while (found.length > 0) {
		await delay(20);
		found = look();
	}
	return found;
}
