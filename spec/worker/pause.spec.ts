import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import type {ExecutionContext} from 'ava';
import {pauseContainer} from '../../lib/worker/pause.ts';
import {folderFor} from '../helpers/folder.ts';
import {testWith} from '../helpers/programs.ts';

const test = testWith(['unshare']);

/** A shell and what it waits for, in a process namespace of their own. */
async function startProcesses(t: ExecutionContext): Promise<{pidFile: string; pids: readonly number[]}> {
	const flags = ['--user', '--map-root-user', '--pid', '--fork', '--kill-child'];
	const script = 'sleep 1000 & sleep 1001 & echo ready; wait';
	const child = spawn('unshare', [...flags, 'sh', '-c', script], {stdio: ['ignore', 'pipe', 'inherit']});
	t.teardown(() => child.kill('SIGKILL'));
	await once(child.stdout, 'data');
	const [first = 0] = childrenOf(child.pid);
	const pidFile = join(await folderFor(t), 'pid');
	writeFileSync(pidFile, `${first}\n`);
	return {pidFile, pids: [first, ...childrenOf(first)]};
}

function childrenOf(pid: ChildProcess['pid']): readonly number[] {
	return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function statesOf(pids: readonly number[]): string {
	return pids.map(pid => / ([A-Z]) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]).join('');
}

test('all processes of a container wait until they are let go on, and no other does', async t => {
	const {pidFile, pids} = await startProcesses(t);
	const others = await startProcesses(t);
	t.is(pids.length, 3);

	{
		using _ = await pauseContainer(pidFile);
		t.is(statesOf(pids), 'TTT');
		t.notRegex(statesOf(others.pids), /T/);
	}

	// On a busy machine they have to wait for a processor before they can sleep on.
	while (statesOf(pids) !== 'SSS') await delay(10);
	t.pass();
});
