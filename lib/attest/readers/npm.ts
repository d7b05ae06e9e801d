import {type Package, Unreadable} from '../package.ts';
import {packageURL} from '../purl.ts';
import type {Reader} from '../reader.ts';

/** The package.json of what npm, yarn and pnpm have installed: directly in a folder of node_modules, with its scope or without. */
export const npm: Reader = {
	kind: 'npm',
	wants: ({path}) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/.test(path),
	read: content => packageOf(parse(content)),
};

type Manifest = Readonly<Record<string, unknown>>;

function parse(content: Buffer): Manifest {
	try {
		const value: unknown = JSON.parse(content.toString().replace(/^\uFEFF/, ''));
		if (typeof value === 'object' && value !== null) return value as Manifest;
	} catch {
		// it is said below
	}
	throw new Unreadable('is no JSON');
}

/** A package.json without a name or a version is not that of a package. */
function packageOf({name, version, license, licenses, author}: Manifest): readonly Package[] {
	if (typeof name !== 'string' || typeof version !== 'string' || !name || !version) return [];
	const [, namespace = '', short = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
	const supplier = textOf(author, 'name');
	return [
		{
			name,
			version,
			purl: packageURL({type: 'npm', namespace, name: short, version}),
			licences: [license, licenses].flat().flatMap(told => textOf(told, 'type') ?? []),
			...(supplier ? {supplier} : {}),
		},
	];
}

/** Fields of old are objects: `{"type": "MIT", "url": …}`. */
function textOf(value: unknown, field: string): string | undefined {
	const text = typeof value === 'object' && value !== null ? (value as Manifest)[field] : value;
	return typeof text === 'string' && text.trim() !== '' ? text.trim() : undefined;
}
