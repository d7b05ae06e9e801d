import type {LogChunk} from '../../index.ts';
import type {Arguments, Command} from '../command.ts';
import {json} from '../flags.ts';
import {logPrinter} from '../log-text.ts';
import {rootOf} from '../root.ts';
import type {Shell} from '../shell.ts';
import {noMoreWords} from '../words.ts';

export const command: Command = {
	name: 'logs',
	usage: '[flags] [STEP]',
	purpose: ['Print what the steps of the last build printed, or one step of it.'],
	flags: [
		{name: 'build', value: 'ID', text: 'of this build'},
		{name: 'follow', text: 'until it ends'},
		{name: 'timestamps', text: 'when'},
		json,
	],
	layout: 'short',
	examples: ['strata logs 2/3', 'strata logs --follow --timestamps'],
	run,
};

async function run(args: Arguments, shell: Shell): Promise<number> {
	noMoreWords(args, 1, 'strata logs 2/3');
	const {readLog} = await import('../../index.ts');
	const [step] = args.words;
	const build = args.text('build');
	const chunks = readLog({
		root: await rootOf(args, shell),
		follow: args.has('follow'),
		...(step === undefined ? {} : {step}),
		...(build === undefined ? {} : {build}),
	});
	const printed = await print(chunks, args, shell);
	if (printed === 0) shell.stderr.write('note: nothing was printed\n');
	return 0;
}

/** Answers with how many pieces there were. */
async function print(chunks: AsyncIterable<LogChunk>, args: Arguments, shell: Shell): Promise<number> {
	const oneStep = args.words.length > 0;
	const printer = logPrinter(shell, {oneStep, timestamps: args.has('timestamps')});
	let count = 0;
	for await (const chunk of chunks) {
		count += 1;
		if (args.has('json')) shell.stdout.write(`${JSON.stringify(asData(chunk))}\n`);
		else printer.print(chunk);
	}
	printer.end();
	return count;
}

function asData({step, stream, t, data}: LogChunk): object {
	const text = Buffer.from(data).toString('utf8');
	const isText = Buffer.from(text).equals(data);
	return {
		step: step.id,
		label: step.label,
		stream,
		t,
		...(isText ? {text} : {base64: Buffer.from(data).toString('base64')}),
	};
}
