import {execFileSync} from 'node:child_process';
import {createReadStream, statSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {serve} from './fake-registry.ts';
import {folderFor} from './folder.ts';

/** A repository that is served as plain files over http, on loopback, gone after the test. */
export interface GitServer {
	/** `http://127.0.0.1:PORT/.git` */
	readonly url: string;
	/** Runs git in the work tree. */
	git(...args: readonly string[]): string;
	/** Commits all that lies in the work tree. */
	commit(): void;
	readonly folder: string;
	/** The Authorization header of each request. */
	readonly authorizations: (string | undefined)[];
}

export async function gitServer(t: ExecutionContext): Promise<GitServer> {
	const folder = await folderFor(t);
	const authorizations: (string | undefined)[] = [];
	const settings = ['-c', 'user.name=test', '-c', 'user.email=test', '-c', 'protocol.file.allow=always'];
	const git = (...args: readonly string[]) => {
		const answer = execFileSync('git', ['-C', folder, ...settings, ...args], {encoding: 'utf8', stdio: 'pipe'}).trim();
		execFileSync('git', ['-C', folder, 'update-server-info']);
		return answer;
	};
	const commit = () => {
		git('add', '.');
		git('commit', '-m', 'all');
	};
	execFileSync('git', ['init', '--quiet', '--initial-branch=main', folder]);
	const host = await serve(t, (request, response) => {
		authorizations.push(request.headers.authorization);
		const path = join(folder, new URL(request.url ?? '/', 'http://host').pathname);
		if (!statSync(path, {throwIfNoEntry: false})?.isFile()) return void response.writeHead(404).end();
		createReadStream(path).pipe(response);
	});
	return {url: `http://${host}/.git`, git, commit, folder, authorizations};
}
