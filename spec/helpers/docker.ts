import {spawn} from 'node:child_process';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {type Ended, makePlace} from './place.ts';
import {ordinary, superuser} from './user.ts';

/** A docker engine of its own, with its files in a folder of the test, ended with it. Answers what runs `docker`. */
export async function startDocker(t: ExecutionContext): Promise<(args: readonly string[]) => Promise<Ended>> {
	const place = makePlace(t, superuser ?? ordinary);
	const at = (name: string) => join(place.folder, name);
	const folders = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
	const options = [
		...folders,
		'-H',
		`unix://${at('docker.sock')}`,
		'--iptables=false',
		'--bridge=none',
		'--storage-driver',
		'vfs',
	];
	const dockerd = spawn('dockerd', options, {stdio: 'ignore', env: place.env});
	const ended = new Promise<void>(resolve => dockerd.on('close', () => resolve()));
	t.teardown(async () => {
		dockerd.kill();
		await ended;
		await place.run(['sh', '-c', `grep -o ' ${place.folder}[^ ]*' /proc/mounts | xargs -r umount`]);
	});
	while (!existsSync(at('docker.sock')) && dockerd.exitCode === null) await sleep(100);
	return args => place.run(['docker', '-H', `unix://${at('docker.sock')}`, ...args]);
}
