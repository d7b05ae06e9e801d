import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {archiveBytes} from './archives.mjs';
import {writeEntries} from './contexts.mjs';
import {lacking} from './outcomes.mjs';
import {fill} from './templates.mjs';

/**
 * What a build step builds from: `place`, as a command line names it; the text of its Dockerfile, if this harness can know
 * it; `file`, if it lies elsewhere than usual; the `input` of the build; and the `folder`, if it is one.
 */
export async function contextOf(step, site) {
	if (step.stdin) return {place: '-', input: Buffer.from(fill(step.stdin, site))};
	if (step.special) return specialContext(step.special.join(' '), site);
	if (step.attrs?.context) return remoteContext(step, site);
	if (step.context_entries && !step.context) return ownContext(step, site);
	const folder = site.places.get(step.context ?? step.dockerfile_dir) ?? lacking('context in the record of this case');
	const file = join(site.places.get(step.dockerfile_dir ?? step.context), step.filename ?? 'Dockerfile');
	const dockerfile = existsSync(file) ? readFileSync(file, 'utf8') : step.dockerfile;
	const isUsual = !step.filename && (step.dockerfile_dir === undefined || step.dockerfile_dir === step.context);
	return {place: folder, folder, dockerfile, ...(isUsual ? {} : {file})};
}

/** Docker's command line is in the folder that it builds. */
async function ownContext(step, site) {
	if (step.context_unknown && step.context_entries.length === 0) lacking('context in the record of this case');
	const folder = join(site.folder, `${step.id}-context`);
	mkdirSync(folder, {recursive: true});
	await writeEntries(folder, step.context_entries, site);
	if (step.dockerfile !== undefined && !step.context_entries.some(({path}) => path === 'Dockerfile')) {
		writeFileSync(join(folder, 'Dockerfile'), fill(step.dockerfile, site));
	}
	return {place: '.', cwd: folder, folder, dockerfile: step.dockerfile};
}

/** A URL, or a tar that is uploaded. */
async function remoteContext({attrs, filename}, site) {
	const [, raw] = /uploadprovider\.New\(\), io\.NopCloser\((<buf \d+>)\)/.exec(attrs.context) ?? [];
	if (raw) return {place: '-', input: await archiveBytes({format: 'tar', entries: [{raw}]}, site)};
	return {place: fill(attrs.context, site), ...(filename ? {file: filename} : {})};
}

/** `build.WithContextPath(…)` and `build.WithStdinContext(…)` of moby's suite. */
function specialContext(text, site) {
	const [, git, part] = /fakegit\.New\(c, \w+, (\{.*?\}), true\)\.RepoURL([^)]*)\)$/s.exec(text) ?? [];
	if (git) return {place: `${site.urls.get(git)}${part}`};
	const [, path] = /^build\.WithContextPath\((.*)\)$/s.exec(text) ?? [];
	if (path) return {place: fill(path, site)};
	const [, dockerfile, files] =
		/WithStdinContext\(archive\.Tar\(fakecontext\.New\(c, , fakecontext\.WithDockerfile\((.*?)\), fakecontext\.WithFiles\((\{.*?\})\)\)\.Dir, compression\.None\)\)$/s.exec(
			text,
		) ?? [];
	return files ? {place: '-', input: tarOf(dockerfile, JSON.parse(files), site)} : lacking(`context ${text}`);
}

function tarOf(dockerfile, files, site) {
	const folder = join(site.folder, `stdin-${site.builds.size}`);
	mkdirSync(folder);
	for (const [name, data] of Object.entries({...files, Dockerfile: dockerfile}))
		writeFileSync(join(folder, name), data);
	return execFileSync('tar', ['-c', '-C', folder, '.']);
}
