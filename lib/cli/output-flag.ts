import {csvFields} from '../dockerfile/instructions/csv.ts';
import {UsageError} from '../errors.ts';
import type {Output} from '../index.ts';
import type {Arguments} from './command.ts';

/** Where the image goes besides the store: `-o` and `--load`. */
export function outputs(args: Arguments): readonly Output[] {
	const written = args.texts('output').map(parseOutput);
	return args.has('load') ? [...written, {type: 'load'}] : written;
}

/** Whether an archive goes to stdout. */
export function writesStdout(args: Arguments): boolean {
	return outputs(args).some(output => output.type !== 'load' && output.dest === '-');
}

/** `DIR`, `-`, or `type=oci|docker,dest=FILE` with `tar=true|false` for oci, whose default is a file as in buildx. */
export function parseOutput(text: string): Output {
	if (text === '-') return {type: 'oci', dest: '-', tar: true};
	if (!/^"?\w+=/.test(text)) return {type: 'oci', dest: text};

	const {type, dest, tar = 'true', ...others} = Object.fromEntries(fields(text));
	const [unknown] = Object.keys(others);
	if (unknown !== undefined) throw badOutput(`--output (-o) knows no ${unknown}=`);
	if (type !== 'oci' && type !== 'docker') throw badOutput(`--output (-o) cannot be of type ${type || '(empty)'}`);
	if (!dest) throw badOutput('--output (-o) has no dest=');
	if (type === 'docker') return {type, dest};
	return tar === 'false' ? {type, dest} : {type, dest, tar: true};
}

/** Fields of a line of CSV, each `key=value`: one with a comma stands in double quotes. */
function fields(text: string): readonly (readonly [string, string])[] {
	const all = csvFields(text);
	if (!all) throw badOutput('--output (-o) has a quote that is not closed');
	return all.map(field => {
		const at = field.indexOf('=');
		return at === -1 ? [field, 'true'] : [field.slice(0, at), field.slice(at + 1)];
	});
}

function badOutput(reason: string): UsageError {
	return new UsageError('FLAG_VALUE', reason, {
		help: [
			'a layout: -o DIR',
			'or a file: -o type=oci,dest=app.tar',
			'or for docker load: -o type=docker,dest=app.tar',
		],
	});
}
