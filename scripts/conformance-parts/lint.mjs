import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isDeepStrictEqual} from 'node:util';
import {baseContexts} from './bases.mjs';
import {difference, errorOf} from './outcomes.mjs';
import {capture} from './processes.mjs';
import {fill} from './templates.mjs';

/**
 * Compares what the linter finds in a build, and in a check of all stages, with what BuildKit's finds. Of a check upstream
 * compares no lines (those it says of stages that nothing needs are not right), nor does this.
 */
export async function lintStep(step, site) {
	const folder = join(site.folder, `lint-${step.line}`);
	mkdirSync(folder);
	writeFileSync(join(folder, 'Dockerfile'), fill(step.dockerfile, site));
	if (step.dockerignore !== undefined) writeFileSync(join(folder, '.dockerignore'), step.dockerignore);
	const flags = [...attributeFlags(step.attrs, site), ...baseFlags(step, site), folder];
	await compareBuild(step, {flags, site});
	await compareCheck(step, {flags, site});
}

/** Asks for `--call METHOD,format=json`, and keeps the answer as the outcome of the step's build. */
export async function subrequestStep(step, folder, site) {
	const method = step.subrequest.replace(/^frontend\./, '');
	const flags = [...pairs('--build-arg', step.build_args, site), ...(step.target ? ['--target', step.target] : [])];
	const bases = baseFlags({dockerfile: folder.dockerfile}, site);
	const {status, stdout, text} = await ask(
		['--call', `${method},format=json`, ...flags, ...bases, folder.folder],
		site,
	);
	site.builds.set(step.id, {failed: status !== 0, status, text, answer: status === 0 ? JSON.parse(stdout) : {}});
}

/** The answer of a subrequest, as Go's types have it: what is left out is the zero of its type, bytes are texts. */
export function answerOf(build, site) {
	const {answer} = site.builds.get(build) ?? difference(`there is no answer ${build}`);
	const mounts = list => (list ?? []).map(mount => ({required: false, ...mount, location: located(mount.location)}));
	return {
		...answer,
		sources: (answer.sources ?? []).map(source => Buffer.from(source, 'base64').toString()),
		args: (answer.args ?? []).map(arg => ({value: '', description: '', ...arg, location: located(arg.location)})),
		secrets: mounts(answer.secrets),
		sSH: mounts(answer.ssh),
		targets: (answer.targets ?? []).map(target => ({
			name: '',
			description: '',
			default: false,
			platform: '',
			...target,
			location: located(target.location),
		})),
	};
}

function located(location) {
	return {sourceIndex: 0, ...location};
}

async function compareBuild({warnings, build_error: error, build_error_regexp: pattern}, {flags, site}) {
	const {status, text} = await ask(['--progress', 'rawjson', ...flags], site);
	if (status !== 0 && error === undefined && pattern === undefined && !stoppedByItself(text)) {
		difference(`the build fails: ${lastError(text)}`);
	}
	if (status === 0 && (error !== undefined || pattern !== undefined)) difference('the build succeeds');
	const events = eventsIn(text);
	const found = events.filter(({type, rule}) => type === 'warning' && rule);
	compareLists(
		found.map(({rule, detail, url = '', location}) => ({ruleName: rule, detail, url, line: location.start, level: 1})),
		warnings.map(({ruleName, detail, url = '', line, level}) => ({ruleName, detail, url, line, level})),
		'a build',
	);
}

function eventsIn(text) {
	return text.split('\n').flatMap(line => (line.startsWith('{') ? [JSON.parse(line)] : []));
}

function lastError(text) {
	return eventsIn(text).find(({type}) => type === 'error')?.message ?? text;
}

/** What this release lacks is no error of the case. */
function stoppedByItself(text) {
	return /this release has no /.test(text);
}

async function compareCheck(step, {flags, site}) {
	const {stdout, text} = await ask(['--call', 'check,format=json', ...flags], site);
	if (stdout === '') difference(`the check has no answer: ${errorOf(text)}`);
	const {warnings: found, buildError} = JSON.parse(stdout);
	compareLists(
		found.map(({ruleName, description, url = '', detail}) => ({ruleName, description, url, detail})),
		(step.warnings_unmarshal ?? step.warnings).map(({ruleName, description, url = '', detail}) => {
			return {ruleName, description, url, detail};
		}),
		'a check',
	);
	const {build_error: wanted} = step;
	if ((wanted !== undefined) !== (buildError !== undefined)) {
		difference(`the check ${buildError ? `has the error ${buildError.message}` : 'has no error'}`);
	}
	// how BuildKit words the errors of a Dockerfile is its own; what it says of its rules is what programs look for
	if (wanted?.startsWith('lint violation') && buildError.message !== wanted) {
		difference(`the error of the check is ${buildError.message}, not ${wanted}`);
	}
}

function compareLists(found, wanted, where) {
	const inOrder = list => list.map(one => JSON.stringify(one)).sort();
	const [ours, theirs] = [inOrder(found), inOrder(wanted)];
	if (isDeepStrictEqual(ours, theirs)) return;
	const [more, less] = [ours.filter(one => !theirs.includes(one)), theirs.filter(one => !ours.includes(one))];
	difference(`${where} finds ${ours.length} of ${theirs.length}: also ${more.join(', ')}; not ${less.join(', ')}`);
}

function ask(args, {strata, root, folder}) {
	return capture(process.execPath, [strata, '--root', root, 'build', ...args], {cwd: folder});
}

/** `build-arg:NAME` and `platform`, as BuildKit's frontend takes them. */
function attributeFlags(attributes = {}, site) {
	return Object.entries(attributes).flatMap(([name, value]) => {
		if (name.startsWith('build-arg:'))
			return ['--build-arg', `${name.slice('build-arg:'.length)}=${fill(value, site)}`];
		return name === 'platform' ? ['--platform', fill(value, site)] : difference(`unknown attribute ${name}`);
	});
}

function baseFlags({dockerfile, attrs = {}}, site) {
	const buildArgs = Object.entries(attrs).map(([name, value]) => [name.replace('build-arg:', ''), value]);
	const bases = baseContexts(site, fill(dockerfile, site), Object.fromEntries(buildArgs));
	return bases.flatMap(([name, source]) => ['--build-context', `${name}=${source}`]);
}

function pairs(flag, record = {}, site) {
	return Object.entries(record).flatMap(([name, value]) => [flag, `${name}=${fill(value, site)}`]);
}
