import {type Distribution, type Package, Unreadable} from '../package.ts';
import {packageURL} from '../purl.ts';
import type {Reader} from '../reader.ts';
import {type RpmHeader, readHeader} from './rpm-header.ts';
import {tableRows} from './sqlite.ts';

const folders = ['var/lib/rpm', 'usr/lib/sysimage/rpm'];
const databases: Readonly<Record<string, (content: Buffer) => readonly Buffer[]>> = {
	'rpmdb.sqlite': content =>
		tableRows(content, 'Packages').flatMap(([, blob]) => (Buffer.isBuffer(blob) ? [blob] : [])),
	'rpmdb.sqlite-wal': content => {
		if (content.length > 0) throw new Unreadable('is a write-ahead log: what is in it only is not told');
		return [];
	},
	'Packages.db': () => {
		throw new Unreadable("is a database in rpm's format ndb, which is not read");
	},
	Packages: () => {
		throw new Unreadable('is a Berkeley DB, which is not read');
	},
};

/** The database of rpm where it is one of SQLite, as in Fedora since 33 and RHEL since 9. Of others it is told that they are not read. */
export const rpm: Reader = {
	kind: 'rpm',
	wants: ({path}) => folders.some(folder => path.startsWith(`${folder}/`) && nameIn(folder, path) in databases),
	read(content, {path, distribution}) {
		const headers = databases[path.slice(path.lastIndexOf('/') + 1)]?.(content) ?? [];
		return headers.flatMap(header => packageOf(readHeader(header), distribution));
	},
};

function nameIn(folder: string, path: string): string {
	return path.slice(folder.length + 1);
}

/** Keys that packages are signed with are kept as packages, without an architecture. */
function packageOf(header: RpmHeader, {id, release: distro}: Distribution): readonly Package[] {
	const {name, version: upstream, release, epoch, arch, vendor, licence, source} = header;
	if (!name || !upstream || !release || name === 'gpg-pubkey') return [];
	const version = `${upstream}-${release}`;
	const qualifiers = {arch, epoch, distro, upstream: source};
	return [
		{
			name,
			version: epoch ? `${epoch}:${version}` : version,
			purl: packageURL({type: 'rpm', namespace: id, name, version, qualifiers}),
			licences: licence ? [licence] : [],
			...(vendor ? {supplier: vendor} : {}),
		},
	];
}
