import type {Distribution, Package} from '../package.ts';
import {type Paragraph, paragraphs} from '../paragraphs.ts';
import {packageURL} from '../purl.ts';
import type {Reader} from '../reader.ts';

/**
 * dpkg's status, and the folder status.d that images without dpkg have in its place. A package that is removed but for its configuration is
 * none. Licences are in files of their own: `copyright.ts`.
 */
export const dpkg: Reader = {
	kind: 'dpkg',
	wants: ({path}) =>
		path === 'var/lib/dpkg/status' || (/^var\/lib\/dpkg\/status\.d\/[^/]+$/.test(path) && !path.endsWith('.md5sums')),
	read: (content, {distribution}) =>
		paragraphs(content.toString())
			.filter(isInstalled)
			.flatMap(fields => packageOf(fields, distribution)),
};

/** In status.d there is no Status. */
function isInstalled(fields: Paragraph): boolean {
	const [, , state = 'installed'] = (fields.get('status') ?? '').split(' ');
	return state !== 'config-files' && state !== 'not-installed' && state !== 'half-installed';
}

function packageOf(fields: Paragraph, {id, release}: Distribution): readonly Package[] {
	const [name, version, supplier] = ['package', 'version', 'maintainer'].map(field => fields.get(field));
	if (!name || !version) return [];
	const qualifiers = {arch: fields.get('architecture'), distro: release, upstream: upstreamOf(fields)};
	return [
		{
			name,
			version,
			purl: packageURL({type: 'deb', namespace: id || 'debian', name, version, qualifiers}),
			licences: [],
			...(supplier ? {supplier} : {}),
		},
	];
}

/** `Source: glibc (2.36-9)`: what a package was built from, if that has another name or version. */
function upstreamOf(fields: Paragraph): string | undefined {
	const [, source, version] = /^(\S+)(?: \((.+)\))?$/.exec(fields.get('source') ?? '') ?? [];
	return version === undefined ? source : `${source}@${version}`;
}
