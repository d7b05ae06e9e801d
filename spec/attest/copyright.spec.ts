import test from 'ava';
import {isCopyright, licencesIn} from '../../lib/attest/copyright.ts';

const format = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n';

/** The licences of a file whose paragraphs on files name these. */
const named = (...names: readonly string[]) =>
	licencesIn(`${format}${names.map(name => `\nFiles: *\nCopyright: me\nLicense: ${name}\n text of it\n`).join('')}`);

for (const [name, spdx] of [
	['GPL-2+', 'GPL-2.0-or-later'],
	['GPL-3', 'GPL-3.0-only'],
	['LGPL-2.1+', 'LGPL-2.1-or-later'],
	['GFDL-1.3', 'GFDL-1.3-only'],
	['Expat', 'MIT'],
	['BSD-3-clause', 'BSD-3-Clause'],
	['GPL-2+ or Artistic', 'GPL-2.0-or-later OR Artistic-1.0'],
	['Expat and Zlib or ISC', 'MIT AND Zlib OR ISC'],
	['public-domain', 'public-domain'],
	['GPL-2+ with OpenSSL exception', 'GPL-2+ with OpenSSL exception'],
	['GPL-2+ or Expat, and Zlib', 'GPL-2+ or Expat, and Zlib'],
] as const) {
	test(`Debian’s ${name} is ${spdx}`, t => {
		t.deepEqual(named(name), [spdx]);
	});
}

test('each licence is told once; a paragraph that only has the text of one names none', t => {
	t.deepEqual(named('Expat', 'GPL-2', 'MIT'), ['MIT', 'GPL-2.0-only']);
	t.deepEqual(licencesIn(`${format}License: Expat\n\nFiles: *\nLicense: ISC\n\nLicense: Zlib\n text\n`), [
		'MIT',
		'ISC',
	]);
});

test('what is not written for programs says nothing', t => {
	t.deepEqual(licencesIn('This package was debianized by me.\n\nLicense: GPL-2+\n'), []);
	t.deepEqual(licencesIn(''), []);
});

test('each package has its place', t => {
	t.true(isCopyright('usr/share/doc/libc6/copyright'));
	for (const path of ['usr/share/doc/copyright', 'usr/share/doc/a/b/copyright', 'x/usr/share/doc/a/copyright']) {
		t.false(isCopyright(path));
	}
});
