import type {Distribution, Package} from '../package.ts';
import {packageURL} from '../purl.ts';
import type {Reader} from '../reader.ts';

/** The database of apk, where Alpine has it now and had it before: https://wiki.alpinelinux.org/wiki/Apk_spec#Installed_Database_V2 */
export const apk: Reader = {
	kind: 'apk',
	wants: ({path}) => path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed',
	read: (content, {distribution}) =>
		content
			.toString()
			.split(/\n{2,}/)
			.flatMap(record => packageOf(fieldsOf(record), distribution)),
};

type Fields = ReadonlyMap<string, string>;

/** Letters in capitals and small ones differ; of a letter that is there for each file only the first line is kept. */
function fieldsOf(record: string): Fields {
	const fields = new Map<string, string>();
	for (const line of record.split('\n')) {
		if (line[1] === ':' && !fields.has(line.slice(0, 1))) fields.set(line.slice(0, 1), line.slice(2));
	}
	return fields;
}

function packageOf(fields: Fields, {id, release}: Distribution): readonly Package[] {
	const [name, version, licence, supplier, origin] = ['P', 'V', 'L', 'm', 'o'].map(letter => fields.get(letter));
	if (!name || !version) return [];
	const qualifiers = {arch: fields.get('A'), distro: release, upstream: origin === name ? undefined : origin};
	return [
		{
			name,
			version,
			purl: packageURL({type: 'apk', namespace: id || 'alpine', name, version, qualifiers}),
			licences: licence ? [licence] : [],
			...(supplier ? {supplier} : {}),
		},
	];
}
