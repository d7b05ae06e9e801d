import type {Arguments} from './command.ts';
import {badValue, splitPair} from './flag-value.ts';

/** What `--add-host` says: a name that is given several addresses has all of them. */
export function hostsOf(args: Arguments): Readonly<Record<string, string | readonly string[]>> {
	const groups = new Map<string, string[]>();
	for (const [name, address] of args.texts('add-host').map(hostAddress)) {
		groups.set(name, [...(groups.get(name) ?? []), address]);
	}
	return Object.fromEntries(
		[...groups].map(([name, [first = '', ...more]]) => [name, more.length > 0 ? [first, ...more] : first]),
	);
}

/** `db:10.0.0.7` or `db=10.0.0.7`; an IPv6 address may stand in brackets. */
function hostAddress(text: string): readonly [string, string] {
	const [name, address] = splitPair(text, text.includes('=') ? '=' : ':');
	if (name === '' || address === '') throw badValue('--add-host', text, 'db:10.0.0.7');
	return [name, address.replace(/^\[(.*)\]$/, '$1')];
}
