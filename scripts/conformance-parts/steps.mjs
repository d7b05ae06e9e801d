import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, renameSync, writeFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {archiveBytes} from './archives.mjs';
import {buildStep} from './build.mjs';
import {check} from './checks.mjs';
import {changeMode, generate, placeOf, resetTimes, writeEntries} from './contexts.mjs';
import {corpus} from './families.mjs';
import {lintStep} from './lint.mjs';
import {later} from './outcomes.mjs';
import {fill} from './templates.mjs';

/** What a case's steps do, by `op`. */
export const steps = {
	context: ({id, entries}, site) => writeEntries(newPlace(id, site), entries, site),
	'output-dir': ({id}, site) => void newPlace(id, site),
	copy: ({id, from, to = ''}, site) => {
		const place = site.places.get(id) ?? newPlace(id, site);
		cpSync(join(corpus, from), join(place, to), {recursive: true, verbatimSymlinks: true});
	},
	times: ({id, mtime}, site) => resetTimes(site.places.get(id), mtime),
	build: buildStep,
	expect: ({check: expected}, site) => check(expected, site),
	shell: runShell,
	fs: changeFile,
	'http-server': serve,
	lint: lintStep,
	manual: () => {},
	docker: ({args}) => ['rmi', 'history'].includes(args[0]) || later(`docker ${args[0]}`),
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

function runShell({cwd, cmds}, site) {
	for (const command of cmds) {
		execFileSync('sh', ['-c', fill(command, site)], {
			cwd: placeOf(cwd, site),
			stdio: 'ignore',
			env: {...process.env, GIT_ALLOW_PROTOCOL: 'file:http:https', GIT_CONFIG_NOSYSTEM: '1', HOME: site.folder},
		});
	}
}

function changeFile({fn, path, args}, site) {
	const place = placeOf(path, site);
	if (fn === 'Rename') return renameSync(place, placeOf(args[0], site));
	if (fn !== 'WriteFile') return later(`fs ${fn} of the corpus`);
	writeFileSync(place, fill(args[0], site));
	changeMode(place, args[1]);
}

/** An HTTP server that answers what the case says; only files of a folder have no record of their own. */
async function serve({id, responses, responses_src: source}, site) {
	if (!responses) return later(`remote contexts (${source ? 'file server' : 'server'})`);
	const answers = new Map(Object.entries(responses).map(([path, answer]) => [path, contentOf(answer.Content, site)]));
	const server = createServer((request, response) => {
		const content = answers.get(request.url);
		response.writeHead(content ? 200 : 404, {etag: '"1"', ...lastModified(responses[request.url])});
		response.end(request.method === 'HEAD' ? undefined : content);
	});
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
	site.urls.set(id, `http://127.0.0.1:${server.address().port}`);
	site.closers.push(() => {
		server.closeAllConnections();
		server.close();
	});
}

function contentOf(content, site) {
	return typeof content === 'string' ? Buffer.from(content) : archiveBytes(content, site);
}

function lastModified(answer) {
	const [, seconds] = /time\.Unix\((\d+)/.exec(answer?.LastModified ?? '') ?? [];
	return seconds ? {'last-modified': new Date(Number(seconds) * 1000).toUTCString()} : {};
}
