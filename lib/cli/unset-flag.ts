import {UsageError} from '../errors.ts';
import type {BuildOptions} from '../index.ts';
import type {Arguments} from './command.ts';

type Kind = keyof NonNullable<BuildOptions['unset']>;

const kinds: Readonly<Record<string, Kind>> = {label: 'labels', volume: 'volumes', port: 'ports'};

/** `--unset volume=/data`, `--unset port=80`, `--unset label` for all of them; `--unsetlabel K` as buildah has it. */
export function unsetOf(args: Arguments): Pick<BuildOptions, 'unset'> {
	const all = [...args.texts('unset').map(parse), ...args.texts('unsetlabel').map(key => ['labels', key] as const)];
	if (all.length === 0) return {};
	const named = (kind: Kind) => all.filter(([which]) => which === kind).map(([, name]) => name);
	return {unset: {labels: named('labels'), volumes: named('volumes'), ports: named('ports')}};
}

function parse(text: string): readonly [Kind, string] {
	const [, word = '', name = '*'] = /^([a-z]+)(?:=(.+))?$/s.exec(text) ?? [];
	const kind = kinds[word];
	if (kind) return [kind, kind === 'ports' && /^\d+$/.test(name) ? `${name}/tcp` : name];
	throw new UsageError('FLAG_VALUE', `--unset cannot be ${text}`, {
		help: [
			'as in: --unset volume=/data',
			'or all of a kind: --unset volume',
			`it is one of: ${Object.keys(kinds).join(', ')}`,
		],
	});
}
