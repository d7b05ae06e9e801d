import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import {DockerfileError, type Location, MachineError, UsageError} from '../errors.ts';
import type {Mount} from '../plan/plan.ts';
import {findProgram} from '../programs.ts';
import type {BuildOptions} from './options.ts';

const run = promisify(execFile);

/** The agents that steps can use, those of our own started at the first need; disposing ends these. */
export interface SshAgents extends AsyncDisposable {
	/** The socket of the agent that a mount asks for; undefined for one that was not given and is not required. */
	socket(mount: Mount, location: Location): Promise<string | undefined>;
}

export function sshAgents(given: BuildOptions['ssh']): SshAgents {
	const own = new Map<string, Promise<OwnAgent>>();
	const start = (id: string, keys: readonly string[]) => {
		const started = own.get(id) ?? startAgent(id, keys);
		own.set(id, started);
		return started;
	};
	return {
		async socket({id = 'default', required}, location) {
			const agent = given?.[id];
			if (agent === undefined) {
				if (required) throw missing(id, location);
				return undefined;
			}
			return 'socket' in agent ? agent.socket : (await start(id, agent.keys)).socket;
		},
		async [Symbol.asyncDispose]() {
			for (const agent of own.values()) await (await agent.catch(() => undefined))?.end();
		},
	};
}

interface OwnAgent {
	readonly socket: string;
	end(): Promise<void>;
}

/** ssh-agent with the keys in it: they are read by OpenSSH's own programs, whatever their format. */
async function startAgent(id: string, keys: readonly string[]): Promise<OwnAgent> {
	const program = findProgram('ssh-agent');
	const add = findProgram('ssh-add');
	if (!program || !add) throw noOpenSSH();
	const folder = mkdtempSync(join(tmpdir(), 'strata-ssh-'));
	const socket = join(folder, 'agent');
	// `detached`: a Ctrl-C is for us, who may still need it
	const agent = spawn(program, ['-a', socket, '/bin/sh', '-c', keeper, folder], {
		stdio: ['pipe', 'ignore', 'ignore'],
		detached: true,
	});
	const ended = once(agent, 'exit');
	const end = async () => {
		agent.stdin.end();
		await ended;
	};
	try {
		while (agent.exitCode === null && !existsSync(socket)) await delay(5);
		for (const key of keys) await addKey(add, {key, id, socket});
		return {socket, end};
	} catch (error) {
		await end();
		throw error;
	}
}

/** Ends the agent when its stdin does: when we say so, or when we are no more, however that came. */
const keeper = 'cat; kill "$SSH_AGENT_PID"; rm -rf "$0"';

/** Without a terminal and without a way to ask, a key with a passphrase is refused, not waited for. */
async function addKey(program: string, {key, id, socket}: {key: string; id: string; socket: string}): Promise<void> {
	const env = {PATH: process.env.PATH, SSH_AUTH_SOCK: socket, SSH_ASKPASS: '/bin/false', SSH_ASKPASS_REQUIRE: 'force'};
	try {
		await run(program, ['-q', '--', key], {env});
	} catch (error) {
		const said = (error as {stderr?: string}).stderr?.trim().split('\n').at(-1);
		throw new UsageError('SSH_KEY', `cannot use the key ${key} of --ssh ${id}`, {
			notes: said ? [`ssh-add says: ${said}`] : [],
			help: ['a key with a passphrase is used through your own agent: --ssh default'],
			cause: error,
		});
	}
}

function noOpenSSH(): MachineError {
	return new MachineError('NO_SSH_AGENT', 'no ssh-agent found, which --ssh with keys needs', {
		help: ['on Debian and Ubuntu: apt install openssh-client', 'or use an agent that runs: --ssh default'],
	});
}

function missing(id: string, location: Location): DockerfileError {
	return new DockerfileError('SSH_MISSING', `ssh ${id} is required, but was not given`, {
		location,
		help: [`the agent of your session: --ssh ${id}`, `or keys: --ssh ${id}=$HOME/.ssh/id_ed25519`],
	});
}
