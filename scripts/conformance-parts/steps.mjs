import {execFileSync} from 'node:child_process';
import {chmodSync, cpSync, lstatSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {buildStep} from './build.mjs';
import {check} from './checks.mjs';
import {generate, placeOf, resetTimes, writeEntries} from './contexts.mjs';
import {dockerStep} from './docker.mjs';
import {corpus} from './families.mjs';
import {changeFile} from './file-changes.mjs';
import {lintStep} from './lint.mjs';
import {difference} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {serve} from './servers.mjs';
import {fill} from './templates.mjs';

/** What a case's steps do, by `op`. */
export const steps = {
	context: ({id, entries}, site) => writeEntries(newPlace(id, site), entries, site),
	'output-dir': ({id}, site) => void newPlace(id, site),
	copy: ({id, from, to = ''}, site) => {
		const place = site.places.get(id) ?? newPlace(id, site);
		cpSync(join(corpus, from), join(place, to), {recursive: true, verbatimSymlinks: true});
		setModes(join(place, to));
	},
	times: ({id, mtime}, site) => resetTimes(site.places.get(id), mtime),
	build: buildStep,
	expect: ({check: expected}, site) => check(expected, site),
	shell: runShell,
	fs: changeFile,
	'unpack-oci-tar': unpack,
	'http-server': serve,
	lint: lintStep,
	manual: ({line}, site) => void site.unchecked.push(`line ${line} of upstream`),
	docker: dockerStep,
	...Object.fromEntries(
		['mkdir', 'write', 'chmod', 'chown', 'utime', 'xattr', 'tar'].map(name => [`generate-${name}`, generate[name]]),
	),
};

function newPlace(id, site) {
	const place = join(site.folder, id);
	mkdirSync(place);
	site.places.set(id, place);
	return place;
}

/** The modes that files of the corpus had when references were recorded, whatever they are in this checkout of it. */
function setModes(path) {
	const stat = lstatSync(path);
	if (stat.isSymbolicLink()) return;
	if (stat.isDirectory()) for (const name of readdirSync(path)) setModes(join(path, name));
	chmodSync(path, stat.isDirectory() || stat.mode & 0o111 ? 0o555 : 0o444);
}

/** The commands may ask servers of this process. */
async function runShell({cwd, cmds}, site) {
	site.lastShell = placeOf(cwd, site);
	const git = {GIT_ALLOW_PROTOCOL: 'file:http:https', GIT_CONFIG_NOSYSTEM: '1', HOME: site.folder};
	for (const command of cmds) {
		const {status, text} = await capture('sh', ['-c', fill(command, site)], {
			cwd: site.lastShell,
			env: {...process.env, ...git},
		});
		if (status !== 0) difference(`${command} fails: ${text}`);
	}
}

/** Names of its fields differ with who wrote the record. */
function unpack({tar, from = tar, to, dest = to, id = dest}, site) {
	execFileSync('tar', ['-xf', site.places.get(from) ?? placeOf(from, site), '-C', placeOf(id, site)]);
}
