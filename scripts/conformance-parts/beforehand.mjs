import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {startRegistry, stopRegistry} from '../parts/registry.mjs';
import {archiveBytes} from './archives.mjs';
import {serveEchoes} from './echo-server.mjs';
import {serveFiles} from './servers.mjs';

/** Starts what upstream's expressions in a case take for granted: registries, servers of files and of git repositories, one that echoes. */
export async function startBeforehand(one, site) {
	const text = JSON.stringify(one.steps);
	for (const described of one.archives ?? []) site.archives.push(await archiveBytes(described, site));
	await serveEchoes(one, site);
	if (text.includes('sb.NewRegistry()')) await startOwnRegistry(site);
	if (text.includes('privateRegistryURL')) await startOwnRegistry(site, {htpasswd});
	for (const [, files] of matchesIn(one, /fakecontext\.With(?:Binary)?Files\((\{.*?\})\)\)\)/gs)) {
		if (!site.urls.has(files)) site.urls.set(files, await serveFiles(await contents(files, site), site));
	}
	for (const [, name, files] of matchesIn(one, /fakegit\.New\(c, (\w+), (\{.*?\}), true\)\.RepoURL/gs)) {
		site.urls.set(files, `${await serveFiles(gitFolder(name, JSON.parse(files), site), site)}/${name}.git`);
	}
}

/** `user` with the password `secret`. */
const htpasswd = 'user:$2b$04$CzyvCNi33kCtiLsu269YFOiuUl87yiTtBmREKBn64u/EnaNvBk9YK\n';

async function startOwnRegistry(site, options) {
	const {host, pid} = await startRegistry(join(site.folder, 'registry'), options);
	site.registryOfCase = host;
	site.closers.push(() => stopRegistry(pid));
}

function matchesIn(value, pattern) {
	if (typeof value === 'string') return [...value.matchAll(pattern)];
	return value && typeof value === 'object' ? Object.values(value).flatMap(part => matchesIn(part, pattern)) : [];
}

/** Files by name; one of them may be `<buf N>`, an archive that the case makes. */
async function contents(text, site) {
	const folder = join(site.folder, `files-${site.urls.size}`);
	for (const [name, data] of Object.entries(JSON.parse(text))) {
		const isArchive = /^<buf \d+>$/.test(data);
		write(join(folder, name), isArchive ? await archiveBytes({format: 'tar', entries: [{raw: data}]}, site) : data);
	}
	return folder;
}

/** A folder with a bare repository, as git's dumb protocol reads it. */
function gitFolder(name, files, site) {
	const folder = join(site.folder, `git-${name}`);
	const work = join(folder, 'work');
	for (const [path, data] of Object.entries(files)) write(join(work, path), data);
	const git = (...args) => execFileSync('git', args, {cwd: work, stdio: 'ignore'});
	git('init');
	git('add', '.');
	git('-c', 'user.name=test', '-c', 'user.email=test', 'commit', '-m', 'initial');
	git('clone', '--bare', '.', join(folder, `${name}.git`));
	execFileSync('git', ['update-server-info'], {cwd: join(folder, `${name}.git`)});
	return folder;
}

function write(path, data) {
	mkdirSync(dirname(path), {recursive: true});
	writeFileSync(path, data);
}
