import {execFileSync} from 'node:child_process';
import {chmodSync, cpSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const seconds = 1735689600; // 2025-01-01
const files = name => fileURLToPath(new URL(name, import.meta.url));

/** As the official image has it: every applet is a hard link in /bin. */
export function busybox(tar) {
	inFolder(tar, root => {
		baseFolders(root);
		cpSync('/bin/busybox', join(root, 'bin/busybox'));
		for (const name of applets().map(path => path.split('/').at(-1))) {
			if (name !== 'busybox') linkSync(join(root, 'bin/busybox'), join(root, 'bin', name));
		}
		symlinkSync('../../bin/env', join(root, 'usr/bin/env'));
		symlinkSync('lib', join(root, 'lib64'));
		cpSync(files('busybox'), root, {recursive: true});
		cpSync(files('accounts'), join(root, 'bin'), {recursive: true});
	});
}

/** As the official image has it: every applet is a symbolic link where Unix has it. apk only plays its part. */
export function alpine(tar) {
	inFolder(tar, root => {
		baseFolders(root);
		cpSync('/bin/busybox', join(root, 'bin/busybox'));
		for (const path of applets()) {
			mkdirSync(join(root, dirname(path)), {recursive: true});
			if (path !== 'bin/busybox') symlinkSync('/bin/busybox', join(root, path));
		}
		cpSync(files('alpine'), root, {recursive: true});
		cpSync(files('accounts'), join(root, 'usr/sbin'), {recursive: true});
	});
}

/** Debian's smallest, from the mirror that this machine uses. */
export function debian(tar, {slim = false} = {}) {
	const without = ['doc', 'info', 'lintian', 'locale', 'man'].map(
		name => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
	);
	const options = [
		'--quiet',
		'--variant=minbase',
		'--format=tar',
		'--aptopt=Acquire::Languages "none"',
		...aptChecks().map(check => `--aptopt=${check}`),
		...(slim ? [...without, '--dpkgopt=path-include=/usr/share/doc/*/copyright'] : []),
	];
	execFileSync('mmdebstrap', [...options, 'bookworm', tar, '-'], {
		input: aptSources(),
		env: {...process.env, SOURCE_DATE_EPOCH: String(seconds)},
		stdio: ['pipe', 'inherit', 'inherit'],
	});
}

/** Lines of sources.list for bookworm, its updates and its security suite, each at the address this machine has for it. */
export function aptSources() {
	const known = execFileSync(
		'apt-get',
		['indextargets', '--format', '$(RELEASE) $(REPO_URI)', 'Created-By: Packages'],
		{encoding: 'utf8'},
	);
	const address = new Map(known.split('\n').map(line => line.split(' ')));
	const lines = [
		['bookworm', 'http://deb.debian.org/debian'],
		['bookworm-updates', 'http://deb.debian.org/debian'],
		['bookworm-security', 'http://deb.debian.org/debian-security'],
	].map(([suite, usual]) => `deb ${address.get(suite) ?? usual} ${suite} main\n`);
	return lines.join('');
}

/** What this machine was told about the age of a mirror's lists holds for the images too: it is the same mirror. */
function aptChecks() {
	const dump = execFileSync('apt-config', ['dump'], {encoding: 'utf8'});
	return dump.match(/^Acquire::Check-(?:Valid-Until|Date) ".*"/gm) ?? [];
}

function applets() {
	return execFileSync('/bin/busybox', ['--list-full'], {encoding: 'utf8'}).trim().split('\n');
}

function baseFolders(root) {
	for (const path of [
		'bin',
		'dev',
		'etc',
		'home',
		'lib',
		'proc',
		'sbin',
		'sys',
		'usr/bin',
		'usr/sbin',
		'var/spool/mail',
		'var/www',
	]) {
		mkdirSync(join(root, path), {recursive: true});
	}
	mkdirSync(join(root, 'root'));
	chmodSync(join(root, 'root'), 0o700);
	mkdirSync(join(root, 'tmp'));
	chmodSync(join(root, 'tmp'), 0o1777);
}

/** Packs what `fill` puts into an empty folder, all of it owned by root. */
function inFolder(tar, fill) {
	const root = mkdtempSync(join(tmpdir(), 'strata-rootfs-'));
	try {
		chmodSync(root, 0o755);
		fill(root);
		const fixed = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${seconds}`, '--format=pax'];
		const names = execFileSync('ls', ['-A', root], {encoding: 'utf8'}).trim().split('\n');
		execFileSync('tar', ['-cf', tar, ...fixed, '--pax-option=delete=atime,delete=ctime', '-C', root, ...names]);
	} finally {
		rmSync(root, {recursive: true, force: true});
	}
}
