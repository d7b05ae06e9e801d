import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout as delay} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {sshAgents} from '../../lib/build/ssh-agents.ts';
import {folderFor} from '../helpers/folder.ts';
import {testWith} from '../helpers/programs.ts';

const test = testWith(['ssh-agent', 'ssh-add', 'ssh-keygen']);
const mount = {type: 'ssh', id: 'git', readOnly: true} as const;
const nowhere = {file: 'Dockerfile', start: 1, end: 1};

async function newKey(t: ExecutionContext): Promise<string> {
	const key = join(await folderFor(t), 'key');
	execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'a key', '-f', key]);
	return key;
}

test('keys are in an agent of their own, which ends with the build (RUN-6)', async t => {
	const agents = sshAgents({git: {keys: [await newKey(t)]}});

	const socket = (await agents.socket(mount, nowhere)) ?? '';
	const keys = execFileSync('ssh-add', ['-l'], {env: {...process.env, SSH_AUTH_SOCK: socket}, encoding: 'utf8'});
	await agents[Symbol.asyncDispose]();

	t.regex(keys, / a key \(ED25519\)\n$/);
	t.false(existsSync(dirname(socket)));
});

test('an agent of ours ends with a build that is killed, too (RUN-6)', async t => {
	const script = `
		import {sshAgents} from ${JSON.stringify(new URL('../../lib/build/ssh-agents.js', import.meta.url).href)};
		const agents = sshAgents({git: {keys: [${JSON.stringify(await newKey(t))}]}});
		console.log(await agents.socket(${JSON.stringify(mount)}, ${JSON.stringify(nowhere)}));
		process.stdout.end();
		setInterval(() => {}, 1000);
	`;
	const build = spawn(process.execPath, ['--input-type=module', '--eval', script], {
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const ended = once(build, 'exit');
	const socket = (await Promise.race([text(build.stdout), ended.then(() => '')])).trim();
	t.true(existsSync(socket));

	build.kill('SIGKILL');
	await ended;
	while (existsSync(dirname(socket))) await delay(10);
	t.pass();
});

test('a key that cannot be used is said to be so, and no agent is left (RUN-6)', async t => {
	const agents = sshAgents({git: {keys: ['/dev/null']}});

	const error = await t.throwsAsync(() => agents.socket(mount, nowhere));

	t.like(error, {code: 'SSH_KEY', message: 'cannot use the key /dev/null of --ssh git'});
	await agents[Symbol.asyncDispose]();
});
