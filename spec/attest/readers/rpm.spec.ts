import {readFileSync} from 'node:fs';
import {gunzipSync} from 'node:zlib';
import test from 'ava';
import {Unreadable} from '../../../lib/attest/package.ts';
import {rpm} from '../../../lib/attest/readers/rpm.ts';
import {tableRows} from '../../../lib/attest/readers/sqlite.ts';
import {packages, paths, purls} from './readers.ts';

/** Written by rpm 4.18.0: nine packages, one of them with a header of 31 kB, so that its row goes over many pages. */
const database = gunzipSync(readFileSync('spec/fixtures/attest/rpmdb.sqlite.gz'));
const path = 'usr/lib/sysimage/rpm/rpmdb.sqlite';

test("all packages in a database of rpm's are told", t => {
	const names = packages(rpm, database, path).map(({name}) => name);
	const parts = [1, 2, 3, 4, 5, 6, 7].map(number => `strata-part${number}`);
	t.deepEqual([...names].sort(), ['strata-hello', 'strata-long', ...parts]);
});

test('a package of rpm has its release, epoch, architecture, source, licence and vendor', t => {
	t.deepEqual(
		packages(rpm, database, path).find(({name}) => name === 'strata-hello'),
		{
			name: 'strata-hello',
			version: '2:1.4-3.fc40',
			purl: 'pkg:rpm/debian/strata-hello@1.4-3.fc40?arch=noarch&distro=debian-12&epoch=2&upstream=strata-hello-1.4-3.fc40.src.rpm',
			licences: ['MIT AND GPL-2.0-or-later'],
			supplier: 'Strata Project',
		},
	);
});

test('a database of rpm in another format is said not to be read', t => {
	const reasons = [
		['Packages', 'is a Berkeley DB, which is not read'],
		['Packages.db', "is a database in rpm's format ndb, which is not read"],
		['rpmdb.sqlite-wal', 'is a write-ahead log: what is in it only is not told'],
	] as const;
	const there = reasons.map(([name]) => `var/lib/rpm/${name}`);

	t.deepEqual(paths(rpm, [...there, 'var/lib/rpm/Index.db', 'srv/Packages']), there);
	for (const [name, message] of reasons) {
		t.throws(() => packages(rpm, 'content', `var/lib/rpm/${name}`), {instanceOf: Unreadable, message});
	}
	t.deepEqual(purls(rpm, '', 'var/lib/rpm/rpmdb.sqlite-wal'), [], 'a log that is empty is no matter');
});

test('what is no SQLite database, or half of one, cannot be read', t => {
	const read = (content: Buffer) => () => packages(rpm, content, path);
	t.throws(read(Buffer.from('text')), {instanceOf: Unreadable, message: 'is no SQLite database'});
	t.throws(read(database.subarray(0, 30_000)), {instanceOf: Unreadable, message: 'is a damaged database'});
	t.throws(() => tableRows(database, 'packages'), {instanceOf: Unreadable, message: 'has no table packages'});
});

test('a damaged database is an error, whatever is damaged', t => {
	for (let at = 0; at < database.length; at += 997) {
		const damaged = Buffer.from(database);
		damaged.fill(0xff, at, at + 40);
		try {
			packages(rpm, damaged, path);
		} catch (error) {
			t.true(error instanceof Unreadable, `${at}: ${error}`);
		}
	}
	t.pass();
});
