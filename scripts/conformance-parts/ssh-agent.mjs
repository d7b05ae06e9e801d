import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

/** The socket of an ssh-agent of the case's own, which ends with it. */
export function agentSocket(site) {
	if (site.agent) return site.agent;
	const socket = join(site.folder, 'agent.sock');
	const [, pid] = /SSH_AGENT_PID=(\d+)/.exec(execFileSync('ssh-agent', ['-s', '-a', socket], {encoding: 'utf8'}));
	site.closers.push(() => process.kill(Number(pid)));
	site.agent = socket;
	return socket;
}

/** A private key, as upstream's code makes one. */
export function privateKey(site) {
	const file = join(site.folder, 'made-key');
	execFileSync('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-m', 'PEM', '-N', '', '-f', file]);
	return file;
}
