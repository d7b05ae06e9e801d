import {createInterface, type Interface} from 'node:readline';
import {Writable} from 'node:stream';
import {AbortedError} from '../errors.ts';
import type {Shell} from './shell.ts';

type Terminal = Pick<Shell, 'stdin' | 'stderr'>;

/** Asks at a terminal; answers with the line that is typed, empty for the end of input. Rejects with an AbortedError for Ctrl-C. */
export async function ask(question: string, {stdin, stderr}: Terminal): Promise<string> {
	const prompt = createInterface({input: stdin, output: stderr, prompt: question});
	prompt.prompt();
	let line: string | undefined;
	try {
		line = await answerOf(prompt);
		return line ?? '';
	} finally {
		prompt.close();
		if (line === undefined) stderr.write('\n');
	}
}

/** The same for something that nobody else is to see: what is typed is not shown. */
export async function askHidden(question: string, {stdin, stderr}: Terminal): Promise<string> {
	// readline puts a terminal into raw mode, and shows what is typed on its output: here nowhere
	const nowhere = new Writable({write: (_chunk, _encoding, done) => done()});
	const prompt = createInterface({input: stdin, output: nowhere, terminal: true});
	// not before: what is typed at once would be shown by the terminal itself
	stderr.write(question);
	try {
		return (await answerOf(prompt)) ?? '';
	} finally {
		prompt.close();
		stderr.write('\n');
	}
}

/** A line; undefined for the end of input. */
function answerOf(prompt: Interface): Promise<string | undefined> {
	return new Promise((resolve, reject) => {
		prompt.once('line', resolve);
		prompt.once('SIGINT', () => reject(new AbortedError('ABORTED', 'the question was left by Ctrl-C')));
		prompt.once('close', () => resolve(undefined));
	});
}
