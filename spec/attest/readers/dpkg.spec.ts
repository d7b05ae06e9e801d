import test from 'ava';
import {dpkg} from '../../../lib/attest/readers/dpkg.ts';
import {paths, purls} from './readers.ts';

const status = `Package: libc6
Status: install ok installed
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Multi-Arch: same
Source: glibc (2.36-9+deb12u1)
Version: 2.36-9+deb12u10
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library: Shared libraries
 Version: of a description is none of the package

Package: old
Status: deinstall ok config-files
Architecture: all
Version: 1

Package: bash
Status: hold ok installed
Architecture: amd64
Version: 5.2.15-2+b2
`;

test('packages of dpkg have their architecture, distribution and source; what is removed is not told', t => {
	t.deepEqual(purls(dpkg, status), [
		'pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12&upstream=glibc%402.36-9%2Bdeb12u1',
		'pkg:deb/debian/bash@5.2.15-2%2Bb2?arch=amd64&distro=debian-12',
	]);
});

test('a package in status.d, which has no status, is installed', t => {
	t.deepEqual(purls(dpkg, 'Package: tzdata\r\nVersion: 2024a\r\nArchitecture: all\r\n'), [
		'pkg:deb/debian/tzdata@2024a?arch=all&distro=debian-12',
	]);
});

test('of dpkg, its status and the files of status.d are read, but no lists of checksums', t => {
	const there = ['var/lib/dpkg/status', 'var/lib/dpkg/status.d/base', 'var/lib/dpkg/status.d/base.md5sums'];
	t.deepEqual(paths(dpkg, [...there, 'var/lib/dpkg/status-old', 'srv/var/lib/dpkg/status']), there.slice(0, 2));
});
