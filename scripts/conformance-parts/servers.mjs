import {lstatSync, readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {archiveBytes} from './archives.mjs';
import {placeOf} from './contexts.mjs';
import {evaluate} from './expressions.mjs';
import {difference} from './outcomes.mjs';

/** Starts an HTTP server on loopback that answers what a case says, or serves a folder of it. Its requests are kept. */
export async function serve({id, responses, responses_src: source}, site) {
	const requests = [];
	site.requests.set(id, requests);
	const answer = responses ? recorded(id, responses, site) : inFolder(folderOf(source, site));
	site.urls.set(id, await listen(answer, {requests, site}));
}

/** Serves a folder; answers the URL of it. */
export function serveFiles(folder, site) {
	return listen(inFolder(folder), {requests: [], site});
}

async function listen(answer, {requests, site}) {
	const server = createServer(async (request, response) => {
		requests.push({method: request.method, path: request.url, headers: request.headers});
		const {content, headers} = (await answer(request.url)) ?? {};
		if (!content) return response.writeHead(404).end();
		const isKnown = headers.etag && request.headers['if-none-match'] === headers.etag;
		response.writeHead(isKnown ? 304 : 200, headers);
		response.end(isKnown || request.method === 'HEAD' ? undefined : content);
	});
	await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
	site.closers.push(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${server.address().port}`;
}

function recorded(id, responses, site) {
	return async path => {
		const {Content: content, LastModified: time} = responses[path] ?? {};
		if (content === undefined) return undefined;
		return {
			content: typeof content === 'string' ? Buffer.from(content) : await archiveBytes(content, site),
			headers: {
				etag: `"${id}${path}"`,
				...(time ? {'last-modified': new Date(evaluate(time, site) * 1000).toUTCString()} : {}),
			},
		};
	};
}

/** The folder of Go's file server, of which only what git's dumb protocol needs is here. */
function folderOf(source, site) {
	const [, id] = /^http\.FileServer\(http\.Dir\(filepath\.Clean\((d\d+)\)\)\)$/.exec(source) ?? [];
	return id ? placeOf(id, site) : difference(`this harness knows no server ${source}`);
}

function inFolder(folder) {
	return path => {
		const file = join(folder, decodeURIComponent(new URL(path, 'http://host').pathname));
		const stat = lstatSync(file, {throwIfNoEntry: false});
		if (!stat?.isFile()) return undefined;
		return {content: readFileSync(file), headers: {'last-modified': stat.mtime.toUTCString()}};
	};
}
