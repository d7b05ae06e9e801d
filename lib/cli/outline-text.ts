import type {OutlineResult, TargetsResult} from '../index.ts';
import {lineRanges} from './check-text.ts';
import {sanitizeLine} from './sanitize.ts';

type Place = OutlineResult['args'][number]['location'];

/** The outline as BuildKit prints it; caches, which it does not, come last. */
export function outlineLines({name, description, args, secrets, ssh, caches}: OutlineResult): readonly string[] {
	const needed = (mounts: OutlineResult['ssh']) => mounts.map(mount => [mount.name, mount.required ? 'true' : '']);
	const head = [['TARGET:', name ?? '(default)'], ...(description ? [['DESCRIPTION:', description]] : [])];
	return [
		name === undefined ? [] : columns(head, 1),
		table(
			['BUILD ARG', 'VALUE', 'DESCRIPTION'],
			args.map(arg => [arg.name, arg.value, arg.description]),
		),
		table(['SECRET', 'REQUIRED'], needed(secrets)),
		table(['SSH', 'REQUIRED'], needed(ssh)),
		table(
			['CACHE'],
			caches.map(cache => [cache.name]),
		),
	].flatMap(lines => (lines.length > 0 ? [...lines, ''] : []));
}

export function targetsLines({targets}: TargetsResult): readonly string[] {
	const rows = targets.map(({name, isDefault, description}) => {
		return [[...(name === undefined ? [] : [name]), ...(isDefault ? ['(default)'] : [])].join(' '), description];
	});
	return columns([['TARGET', 'DESCRIPTION'], ...rows], 1);
}

/** What BuildKit's `frontend.outline` answers with: what is empty is left out. */
export function outlineJson({source, name, description, args, secrets, ssh, caches}: OutlineResult): object {
	return {
		...given({name, description}),
		...listed(
			'args',
			args.map(arg => ({...given({name: arg.name, description: arg.description, value: arg.value}), ...placed(arg)})),
		),
		...listed('secrets', secrets.map(mount)),
		...listed('ssh', ssh.map(mount)),
		...listed(
			'cache',
			caches.map(cache => ({ID: cache.name, ...placed(cache)})),
		),
		sources: [encoded(source.text)],
	};
}

/** What BuildKit's `frontend.targets` answers with. */
export function targetsJson({source, targets}: TargetsResult): object {
	return {
		targets: targets.map(({name, isDefault, description, base, platform, location}) => ({
			...given({name}),
			...(isDefault ? {default: true} : {}),
			...given({description, base, platform}),
			...placed({location}),
		})),
		sources: [encoded(source.text)],
	};
}

function mount({name, required, location}: OutlineResult['ssh'][number]): object {
	return {name, ...(required ? {required} : {}), ...placed({location})};
}

function given(record: Readonly<Record<string, string | undefined>>): object {
	return Object.fromEntries(Object.entries(record).filter(([, value]) => value));
}

function listed(name: string, list: readonly object[]): object {
	return list.length > 0 ? {[name]: list} : {};
}

function placed({location}: {readonly location: Place}): object {
	return {location: {ranges: lineRanges(location)}};
}

function encoded(text: string): string {
	return Buffer.from(text).toString('base64');
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
	return rows.length > 0 ? columns([heads, ...rows], 3) : [];
}

/** So many blanks between columns. A stranger's text may be in them. */
export function columns(rows: readonly (readonly string[])[], gap: number): readonly string[] {
	const clean = rows.map(row => row.map(cell => sanitizeLine(cell, {colors: false})));
	const widths = clean[0]?.map((_, at) => Math.max(...clean.map(row => row[at]?.length ?? 0)) + gap) ?? [];
	return clean.map(row =>
		row
			.map((cell, at) => cell.padEnd(widths[at] ?? 0))
			.join('')
			.trimEnd(),
	);
}
