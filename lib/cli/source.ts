import {createWriteStream, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {UsageError} from '../errors.ts';
import type {BuildOptions} from '../index.ts';
import type {Arguments} from './command.ts';
import type {Shell} from './shell.ts';

/** What is built: the context and its Dockerfile. */
export interface Source extends AsyncDisposable {
	readonly context: BuildOptions['context'];
	readonly dockerfile?: NonNullable<BuildOptions['dockerfile']>;
}

/** The context that a command line names. `-` is stdin, as context or, with `-f -`, as Dockerfile. */
export async function openSource(args: Arguments, shell: Shell): Promise<Source> {
	const [path, ...more] = args.words;
	if (path === undefined)
		throw new UsageError('NO_CONTEXT', 'a context is missing', {help: ['the folder you are in: strata build .']});
	if (more.length > 0) {
		throw new UsageError('WORDS', `one context is built, but there are ${args.words.length}: ${args.words.join(' ')}`, {
			help: ['flags with a value: --build-arg K=V', 'all flags: strata build --help'],
		});
	}
	const file = args.text('file');
	if (path !== '-') return {context: path, ...(await dockerfile(file, shell)), [Symbol.asyncDispose]: async () => {}};
	if (file === '-') {
		throw new UsageError('STDIN_TWICE', 'stdin cannot be both the context and the Dockerfile', {
			help: ['give the context as a folder: strata build -f - .'],
		});
	}
	return fromStdin(file, shell);
}

async function dockerfile(file: string | undefined, shell: Shell): Promise<Pick<Source, 'dockerfile'>> {
	if (file === undefined) return {};
	if (file !== '-') return {dockerfile: file};
	return {dockerfile: {text: (await readAll(stdinOf(shell))).toString('utf8'), name: '-'}};
}

/** A tar is the context; anything else is a Dockerfile with no context. */
async function fromStdin(file: string | undefined, shell: Shell): Promise<Source> {
	const input = stdinOf(shell)[Symbol.asyncIterator]();
	const head = await readHead(input);
	if (!isArchive(head)) {
		const text = Buffer.concat([head, await readAll({[Symbol.asyncIterator]: () => input})]).toString('utf8');
		return {context: {files: {}}, dockerfile: {text, name: '-'}, [Symbol.asyncDispose]: async () => {}};
	}
	const folder = temporaryFolder();
	const archive = join(folder.path, 'context.tar');
	const whole = async function* () {
		yield head;
		yield* {[Symbol.asyncIterator]: () => input};
	};
	await pipeline(whole, createWriteStream(archive, {mode: 0o600}));
	return {
		context: {archive},
		...(file === undefined ? {} : {dockerfile: file}),
		[Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
	};
}

/** Goes with its disposal, or at the latest with this process. */
function temporaryFolder(): Disposable & {readonly path: string} {
	const path = mkdtempSync(join(tmpdir(), 'strata-context-'));
	const remove = () => rmSync(path, {recursive: true, force: true});
	process.once('exit', remove);
	return {
		path,
		[Symbol.dispose]() {
			process.off('exit', remove);
			remove();
		},
	};
}

function stdinOf({stdin, stderr}: Shell): AsyncIterable<Buffer> {
	if (stdin.isTTY) stderr.write('note: reading from the terminal, up to Ctrl-D\n');
	return stdin;
}

async function readAll(input: AsyncIterable<Buffer>): Promise<Buffer> {
	const chunks: Buffer[] = [];
	for await (const chunk of input) chunks.push(chunk);
	return Buffer.concat(chunks);
}

/** The first block of a tar, or all there is. */
async function readHead(input: AsyncIterator<Buffer>): Promise<Buffer> {
	let head: Buffer = Buffer.alloc(0);
	while (head.length < 512) {
		const next = await input.next();
		if (next.done) break;
		head = Buffer.concat([head, next.value]);
	}
	return head;
}

const magics = ['1f8b', '425a68', 'fd377a585a00', '28b52ffd'];

/** Compressed (gzip, bzip2, xz, zstd), or a tar header whose checksum is right (POSIX ustar and what came before it). */
export function isArchive(head: Buffer): boolean {
	if (magics.some(magic => head.toString('hex', 0, 6).startsWith(magic))) return true;
	if (head.length < 512) return false;
	const stored = Number.parseInt(head.toString('latin1', 148, 156).replaceAll('\0', ' ').trim(), 8);
	const sum = head.subarray(0, 512).reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte), 0);
	return stored === sum;
}
