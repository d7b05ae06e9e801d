import {statSync} from 'node:fs';
import {resolve} from 'node:path';
import {csvFields} from '../dockerfile/instructions/csv.ts';
import {UsageError} from '../errors.ts';
import type {BuildOptions} from '../index.ts';

type Secret = NonNullable<BuildOptions['secrets']>[string];
type Agent = NonNullable<BuildOptions['ssh']>[string];

/**
 * `--secret id=npm,src=FILE`, `id=npm,env=NAME`, or `id=npm` alone: the environment's NAME, else the file of that name, as with
 * buildx. Undefined for a variable that is not there: the secret was not given then.
 */
export function parseSecret(text: string, env: NodeJS.ProcessEnv): readonly [string, Secret] | undefined {
	const fields = fieldsOf(text);
	const [id, type] = [fields.get('id'), fields.get('type')];
	const variable = fields.get('env') ?? (type === 'env' ? (fields.get('src') ?? id) : undefined);
	const file = type === 'env' ? undefined : fields.get('src');
	const unknown = [...fields.keys()].find(key => !['id', 'src', 'env', 'type'].includes(key));
	if (id === undefined || unknown !== undefined || (variable !== undefined && file !== undefined))
		throw badSecret(text);
	if (file !== undefined) return [id, {file: existing(file, `--secret id=${id}`)}];
	if (variable === undefined && env[id] === undefined) return [id, {file: existing(id, `--secret id=${id}`)}];
	const value = env[variable ?? id];
	return value === undefined ? undefined : [id, value];
}

/** `--ssh default`, `--ssh id=SOCKET`, `--ssh id=KEY[,KEY]`. */
export function parseSsh(text: string, env: NodeJS.ProcessEnv): readonly [string, Agent] {
	const [, id = '', list] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
	if (id === '') throw new UsageError('FLAG_VALUE', `--ssh cannot be ${text}`, {help: ['as in: --ssh default']});
	const paths = list === undefined ? [] : list.split(',').filter(path => path !== '');
	if (paths.length === 0) return [id, {socket: sessionAgent(id, env)}];
	const [first = '', ...more] = paths.map(path => existing(path, `--ssh ${id}`));
	if (more.length === 0 && statSync(first).isSocket()) return [id, {socket: first}];
	return [id, {keys: [first, ...more]}];
}

/** `src` and `source` are one key, as with docker. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
	const pairs = (csvFields(text) ?? [text]).map(part => {
		const at = part.indexOf('=');
		if (at <= 0 || at === part.length - 1) throw badSecret(text);
		const key = part.slice(0, at).toLowerCase();
		return [key === 'source' ? 'src' : key, part.slice(at + 1)] as const;
	});
	return new Map(pairs);
}

function badSecret(text: string): UsageError {
	return new UsageError('FLAG_VALUE', `--secret cannot be ${text}`, {
		help: ['from a file: --secret id=npm,src=FILE', 'from the environment: --secret id=npm,env=NAME'],
	});
}

function existing(path: string, flag: string): string {
	const file = resolve(path);
	if (statSync(file, {throwIfNoEntry: false})) return file;
	throw new UsageError('FLAG_FILE', `${flag}: there is no ${path}`, {help: ['its path counts from where you stand']});
}

function sessionAgent(id: string, {SSH_AUTH_SOCK: socket}: NodeJS.ProcessEnv): string {
	if (socket) return socket;
	throw new UsageError('NO_AGENT', `--ssh ${id}: no agent runs in this session, SSH_AUTH_SOCK is not set`, {
		help: ['start one: eval $(ssh-agent) && ssh-add', `or give a key: --ssh ${id}=$HOME/.ssh/id_ed25519`],
	});
}
