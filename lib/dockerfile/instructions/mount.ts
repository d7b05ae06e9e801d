import {DockerfileError} from '../../errors.ts';
import type {Flag} from '../flags.ts';
import type {MountField, MountFlag, MountKey} from '../instruction.ts';
import {suggest} from '../suggest.ts';
import {csvFields} from './csv.ts';

/** The keys of `--mount`, and what they are called here. */
const keys: Readonly<Record<string, MountKey>> = {
	type: 'type',
	from: 'from',
	source: 'source',
	src: 'source',
	target: 'target',
	dst: 'target',
	destination: 'target',
	readonly: 'readonly',
	ro: 'readonly',
	readwrite: 'readwrite',
	rw: 'readwrite',
	id: 'id',
	sharing: 'sharing',
	required: 'required',
	mode: 'mode',
	uid: 'uid',
	gid: 'gid',
	size: 'size',
	env: 'env',
};

/** Buildah's word for SELinux: label what is mounted anew. Nothing needs it here: what a mount shows is in the store, and ours. */
const relabel = /^z$/i;

const mayLackValue: ReadonlySet<MountKey> = new Set<MountKey>(['readonly', 'readwrite', 'required']);

/**
 * Takes a `--mount` apart (SURFACE RUN-2 to RUN-7). Keys are checked here, as no variable can change them; values when
 * they are expanded.
 */
export function readMount({value = '', location}: Flag): MountFlag {
	const fail = (reason: string, help: readonly string[]) =>
		new DockerfileError('BAD_MOUNT', `RUN: --mount: ${reason}`, {location, help});
	const texts = csvFields(value);
	if (!texts)
		throw fail(`${value || 'nothing'} is no list of key=value`, ['as in: --mount=type=cache,target=/root/.npm']);
	const fields = texts.filter(text => !relabel.test(text)).map(text => readField(text, fail));
	const repeated = fields.find(({key}, index) => fields.findIndex(other => other.key === key) < index);
	if (repeated) throw fail(`${repeated.key} is given twice`, ['remove one of them']);
	return {fields, location};
}

type Fail = (reason: string, help: readonly string[]) => DockerfileError;

function readField(text: string, fail: Fail): MountField {
	const equals = text.indexOf('=');
	const name = (equals < 0 ? text : text.slice(0, equals)).toLowerCase();
	const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
	if (!key) {
		const [nearest] = suggest(name, Object.keys(keys));
		throw fail(`unknown key ${name || 'before ='}`, [
			nearest ? `did you mean ${nearest}?` : `it knows ${Object.keys(keys).join(', ')}`,
		]);
	}
	if (equals < 0) {
		if (mayLackValue.has(key)) return {key};
		throw fail(`${name} needs a value`, [`${name}=VALUE`]);
	}
	const value = text.slice(equals + 1);
	// as BuildKit: the graph of stages must be known before variables are (SURFACE EXP-2)
	if (key === 'from' && /\$./.test(value)) {
		throw fail(`from=${value} cannot hold a variable`, ['give it a name before: FROM $IMAGE AS name']);
	}
	return {key, value};
}
