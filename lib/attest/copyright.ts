import {paragraphs} from './paragraphs.ts';

/** Where Debian has the licences of a package. https://www.debian.org/doc/debian-policy/ch-docs.html#copyright-information */
export function copyrightPath(name: string): string {
	return `usr/share/doc/${name}/copyright`;
}

/** Whether a path is such a place. */
export function isCopyright(path: string): boolean {
	return /^usr\/share\/doc\/[^/]+\/copyright$/.test(path);
}

/**
 * The licences that a copyright file names, each once, by their SPDX names where these are known: all of them apply. None of a file that
 * is not for programs to read. https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
export function licencesIn(text: string): readonly string[] {
	const [header, ...others] = paragraphs(text);
	if (!/\/copyright-format\/|\bdep5?\b/i.test(header?.get('format') ?? '')) return [];
	const told = [header, ...others.filter(fields => fields.has('files'))];
	const names = told.map(fields => fields?.get('license')?.split('\n', 1)[0]?.trim() ?? '');
	return [...new Set(names.filter(name => name !== '').map(spdxExpression))];
}

/** As SPDX writes it, if it knows each of the names; else as it is. A comma binds less than all words do, as brackets would. */
function spdxExpression(told: string): string {
	const parts = told.split(/\s+(and|or)\s+/i);
	const words = parts.map((part, at) => (at % 2 === 1 ? part.toUpperCase() : spdxName(part)));
	return told.includes(',') || words.includes(undefined) ? told : words.join(' ');
}

/** The name in SPDX's list; undefined for what has none that is sure. */
function spdxName(name: string): string | undefined {
	const [, family = '', version = '', plus] = /^(A?GPL|LGPL|GFDL)-(\d+(?:\.\d+)?)(\+?)$/i.exec(name) ?? [];
	if (family === '') return names[name.toLowerCase()];
	return `${family.toUpperCase()}-${version.includes('.') ? version : `${version}.0`}-${plus ? 'or-later' : 'only'}`;
}

const names: Readonly<Record<string, string>> = {
	...{expat: 'MIT', mit: 'MIT', x11: 'X11', isc: 'ISC', zlib: 'Zlib', 'bsl-1.0': 'BSL-1.0', 'cc0-1.0': 'CC0-1.0'},
	...{'bsd-2-clause': 'BSD-2-Clause', 'bsd-3-clause': 'BSD-3-Clause', 'bsd-4-clause': 'BSD-4-Clause'},
	...{'apache-1.0': 'Apache-1.0', 'apache-1.1': 'Apache-1.1', 'apache-2.0': 'Apache-2.0'},
	...{'artistic-1.0': 'Artistic-1.0', 'artistic-2.0': 'Artistic-2.0', artistic: 'Artistic-1.0'},
	...{'mpl-1.1': 'MPL-1.1', 'mpl-2.0': 'MPL-2.0', 'epl-1.0': 'EPL-1.0', 'epl-2.0': 'EPL-2.0', 'ofl-1.1': 'OFL-1.1'},
	...{'cddl-1.0': 'CDDL-1.0', 'python-2.0': 'Python-2.0', 'cc-by-sa-3.0': 'CC-BY-SA-3.0', 'cc-by-4.0': 'CC-BY-4.0'},
};
